def apply_strategy(model, strategy):
    frozen = FROZEN_PARTS[strategy]
    for name, parameter in model.named_parameters():
        trainable = name.split(".")[0] not in frozen
        parameter.requires_grad_(trainable)
        if not trainable:
            parameter.grad = None
    for name in PARTS:
        getattr(model, name).train(model.training and name not in frozen)
