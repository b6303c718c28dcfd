def measure_geometry(anchors, partners):
    if len(anchors) <= 1:
        raise ValueError("fewer than two anchors")
    a, p = F.normalize(anchors.float(), dim=-1), F.normalize(partners.float(), dim=-1)
    alignment = sum(float(((x - y) ** 2).sum()) for x, y in zip(a, p, strict=True)) / len(a)
    kernel = [torch.exp(-2 * ((a[i] - a[j]) ** 2).sum()) for i in range(len(a)) for j in range(len(a)) if i != j]
    return Geometry(alignment=alignment, uniformity=float(torch.log(torch.stack(kernel).mean())))
