def simcse_loss(model, input_ids, attention_mask, temperature=0.05):
    with _dropout(model):
        ids, mask = torch.cat([input_ids, input_ids]), torch.cat([attention_mask] * 2)
        embeddings = model.project(model.features(ids, mask))
    size = len(input_ids)
    return contrastive_loss(embeddings[:size], embeddings[size:], temperature=temperature)


@contextmanager
def _dropout(model):
    off = [module for module in model.modules() if not module.training]
    try:
        for module in off:
            module.training = True
        yield
    finally:
        for module in off:
            module.training = False
