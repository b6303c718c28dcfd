def cache_features(model, sentences):
    size = len(sentences), model.transformer.config.hidden_size
    features = torch.zeros(size, dtype=model.projection.weight.dtype, device=model.device)
    with inference(model):
        for positions, inputs in model.batches_by_length(sentences):
            features[positions] = model.features(inputs["input_ids"], inputs["attention_mask"])
    return features
