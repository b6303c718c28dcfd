def apply_strategy(model, strategy):
    for name, module in model.named_children():
        if name in FROZEN_PARTS[strategy]:
            set_trainable(module, False)
            module.eval()
        else:
            set_trainable(module, True)
            module.train(mode=model.training)
