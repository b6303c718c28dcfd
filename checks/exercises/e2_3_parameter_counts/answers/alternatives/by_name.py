def parameter_counts(model):
    counts = {"taskA_classifier": 0, "taskB_classifier": 0, "shared": 0}
    for name, parameter in model.named_parameters():
        part = name.split(".")[0]
        counts[part if part in counts else "shared"] += parameter.numel()
    return ParameterCounts(counts["shared"], counts["taskA_classifier"], counts["taskB_classifier"])
