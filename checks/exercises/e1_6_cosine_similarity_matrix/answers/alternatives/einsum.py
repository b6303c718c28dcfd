import torch


def cosine_similarity_matrix(embeddings):
    rows = embeddings.double()
    lengths = rows.norm(dim=1)
    products = torch.einsum("id,jd->ij", rows, rows)
    cosines = products / torch.outer(lengths, lengths).clamp(min=1e-20)
    return torch.clamp(cosines, min=-1.0, max=1.0).type_as(embeddings)
