def simcse_loss(model, input_ids, attention_mask, temperature=0.05):
    with _dropout(model):
        both = model.project(
            model.features(input_ids.repeat_interleave(2, dim=0), attention_mask.repeat_interleave(2, dim=0))
        )
    return contrastive_loss(both[0::2], both[1::2], None, temperature)


@contextmanager
def _dropout(model):
    before = [module.training for module in model.modules()]
    try:
        for module in model.modules():
            module.training = True
        yield model
    finally:
        for module, mode in zip(model.modules(), before, strict=True):
            module.training = mode
