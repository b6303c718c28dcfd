import torch.nn.functional as functional


def cosine_similarity_matrix(embeddings):
    rows = embeddings if embeddings.element_size() > 2 else embeddings.float()
    cosines = functional.cosine_similarity(rows[:, None, :], rows[None, :, :], dim=-1)
    return cosines.clip(-1, 1).to(embeddings.dtype)
