from math import prod


def parameter_counts(model):
    def count(*modules):
        return sum(prod(weight.shape) for module in modules for weight in module.parameters())

    return ParameterCounts(
        taskB_head=count(model.taskB_classifier),
        taskA_head=count(model.taskA_classifier),
        shared=count(model.transformer, model.projection, model.layer_norm),
    )
