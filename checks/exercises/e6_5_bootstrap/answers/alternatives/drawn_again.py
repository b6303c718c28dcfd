class Bootstrap:
    """The generator starts anew each time: the draws are the same, too."""

    def __init__(self, reviews: Sequence[str], resamples: int = 2000, level: float = 0.95, seed: int = 0) -> None:
        if not reviews:
            raise ValueError("there are no sentences to resample")
        self.names = sorted(set(reviews))
        self.masks = torch.stack([torch.tensor([name == review for review in reviews]) for name in self.names]).float()
        self.resamples, self.level, self.seed = resamples, level, seed

    def _means(self, values: Tensor) -> Tensor:
        generator = torch.Generator()
        generator.manual_seed(self.seed)
        even = torch.ones(self.resamples, len(self.names))
        drawn = even.multinomial(len(self.names), replacement=True, generator=generator)
        weights = torch.nn.functional.one_hot(drawn, len(self.names)).sum(dim=1).float() @ self.masks
        return (weights @ values) / weights.sum(dim=1)

    def interval(self, values: Tensor) -> Interval:
        values = values.float()
        if values.dim() != 1 or values.shape[0] != self.masks.shape[1]:
            raise ValueError("there is not one value for each sentence")
        means = self._means(values).sort().values
        outside = round((1 - self.level) / 2 * self.resamples)
        kept = means[outside : self.resamples - outside]
        return Interval(values.mean().item(), kept[0].item(), kept[-1].item())

    def compare(self, first: Tensor, second: Tensor) -> Interval:
        if first.numel() != second.numel():
            raise ValueError("there are not two values for each sentence")
        return self.interval(first.float().sub(second.float()))
