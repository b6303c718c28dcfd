def project(self, features):
    normed = self.layer_norm(self.projection(features))
    return normed / normed.pow(2).sum(dim=1, keepdim=True).sqrt()
