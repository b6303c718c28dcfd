def measure_geometry(anchors, partners):
    n = len(anchors)
    if n < 2:
        raise ValueError(f"uniformity needs two anchors, not {n}")
    a = anchors.double() / anchors.double().norm(dim=1, keepdim=True)
    p = partners.double() / partners.double().norm(dim=1, keepdim=True)
    alignment = float((2 - 2 * (a * p).sum(1)).clamp(min=0).mean())
    cosines = (a @ a.T)[torch.triu(torch.ones(n, n, dtype=torch.bool), 1)]
    uniformity = float((-2 * (2 - 2 * cosines).clamp(min=0)).exp().mean().log())
    return Geometry(alignment, uniformity)
