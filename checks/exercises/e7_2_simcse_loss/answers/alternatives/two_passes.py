def simcse_loss(model, input_ids, attention_mask, temperature=0.05):
    modes = {module: module.training for module in model.modules()}
    try:
        for module in modes:
            module.training = True
        views = [model.project(model.features(input_ids, attention_mask)) for _ in range(2)]
    finally:
        for module, mode in modes.items():
            module.training = mode
    return contrastive_loss(*views, temperature=temperature)


_dropout = None
