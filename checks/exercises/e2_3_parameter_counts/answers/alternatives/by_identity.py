from torch.nn.utils import parameters_to_vector


def parameter_counts(model):
    heads = [list(model.taskA_classifier.parameters()), list(model.taskB_classifier.parameters())]
    own = {id(parameter) for head in heads for parameter in head}
    shared = [parameter for parameter in model.parameters() if id(parameter) not in own]
    return ParameterCounts(*(parameters_to_vector(part).numel() for part in (shared, *heads)))
