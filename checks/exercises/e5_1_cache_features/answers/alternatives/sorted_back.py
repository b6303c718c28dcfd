def cache_features(model, sentences):
    order, parts = [], []
    with inference(model):
        for positions, inputs in model.batches_by_length(sentences):
            order.extend(positions)
            parts.append(model.features(**inputs))
    features = torch.cat(parts)
    return features[torch.tensor(order).argsort().to(features.device)]
