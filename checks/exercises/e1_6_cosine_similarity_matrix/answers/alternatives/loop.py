import torch


def cosine_similarity_matrix(embeddings):
    count = len(embeddings)
    matrix = torch.zeros(count, count)
    for i in range(count):
        for j in range(i + 1):
            a, b = embeddings[i].float(), embeddings[j].float()
            length = float(a.norm()) * float(b.norm())
            if length > 0:
                matrix[i, j] = matrix[j, i] = max(-1.0, min(1.0, float(a @ b) / length))
    return matrix.to(embeddings.dtype)
