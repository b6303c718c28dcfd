def project_conflict(gradient_a, gradient_b):
    against = torch.clamp((gradient_a * gradient_b).sum(), max=0)
    tiny = torch.finfo(gradient_a.dtype).tiny
    a = gradient_a - against / (gradient_b.norm() ** 2).clamp(min=tiny) * gradient_b
    b = gradient_b - against / (gradient_a.norm() ** 2).clamp(min=tiny) * gradient_a
    return Pair(taskA=a, taskB=b)
