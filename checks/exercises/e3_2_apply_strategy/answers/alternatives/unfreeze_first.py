def apply_strategy(model, strategy):
    set_trainable(model, True)
    model.zero_grad(set_to_none=True)
    for name in FROZEN_PARTS[strategy]:
        set_trainable(getattr(model, name), False)
    if model.training:
        model.train()
