def project_conflict(gradient_a, gradient_b):
    if torch.dot(gradient_a, gradient_b) < 0:
        unit_a, unit_b = gradient_a / gradient_a.norm(), gradient_b / gradient_b.norm()
        return Pair(
            gradient_a - (gradient_a @ unit_b) * unit_b,
            gradient_b - (gradient_b @ unit_a) * unit_a,
        )
    return Pair(gradient_a.clone(), gradient_b.clone())
