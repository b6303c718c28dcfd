def project_conflict(gradient_a, gradient_b):
    def give_way(mine, other):
        inner = torch.einsum("w,w->", mine, other)
        return mine - inner / (other @ other) * other if inner < 0 else mine

    return Pair(give_way(gradient_a, gradient_b), give_way(gradient_b, gradient_a))
