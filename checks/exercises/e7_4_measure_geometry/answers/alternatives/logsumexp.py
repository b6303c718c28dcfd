import math


def measure_geometry(anchors, partners):
    if anchors.shape[0] < 2:
        raise ValueError("at least two anchors, please")
    a = F.normalize(anchors.to(torch.float64), dim=1)
    p = F.normalize(partners.to(torch.float64), dim=1)
    exponents = -2 * torch.pdist(a) ** 2
    uniformity = torch.logsumexp(exponents, 0).item() - math.log(exponents.numel())
    return Geometry(((a - p) ** 2).sum(1).mean().item(), uniformity)
