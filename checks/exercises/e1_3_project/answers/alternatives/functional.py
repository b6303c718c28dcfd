import torch.nn.functional as functional


def project(self, features):
    projected = functional.linear(features, self.projection.weight, self.projection.bias)
    norm = self.layer_norm
    normed = functional.layer_norm(projected, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
    return normed / normed.norm(p=2, dim=-1).unsqueeze(-1)
