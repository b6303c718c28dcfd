def project(self, features):
    x = features @ self.projection.weight.T + self.projection.bias
    centred = x.float() - x.float().mean(-1, keepdim=True)
    scaled = centred * (centred.square().mean(-1, keepdim=True) + self.layer_norm.eps).rsqrt()
    y = scaled * self.layer_norm.weight + self.layer_norm.bias
    return y / y.norm(dim=-1, keepdim=True).clamp_min(1e-12)
