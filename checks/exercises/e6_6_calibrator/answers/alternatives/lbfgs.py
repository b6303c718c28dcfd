import torch


class Calibrator:
    """The logarithm of the temperature is learned by L-BFGS; the bins are counted with `bucketize`."""

    def __init__(self, bins: int = 10) -> None:
        self.edges = torch.linspace(0, 1, bins + 1, dtype=torch.float64)
        self.temperature = 1.0

    def fit(self, labels: Tensor, logits: Tensor) -> None:
        if len(labels) < 1:
            raise ValueError("nothing to fit")
        inverse = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.LBFGS([inverse], max_iter=200, line_search_fn="strong_wolfe", tolerance_change=1e-12)

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(logits.detach().double() * inverse.exp(), labels)
            loss.backward()
            return loss

        optimizer.step(closure)
        self.temperature = min(max((-inverse).exp().item(), COLDEST), HOTTEST)

    def probabilities(self, logits: Tensor) -> Tensor:
        return F.softmax(logits.double() / self.temperature, dim=1)

    def reliability(self, labels: Tensor, logits: Tensor) -> list[Bin]:
        probabilities = self.probabilities(logits)
        predicted = probabilities.argmax(dim=1)
        confidence = probabilities.gather(1, predicted.unsqueeze(1)).squeeze(1)
        place = torch.bucketize(confidence, self.edges) - 1
        place = place.clamp(0, len(self.edges) - 2)
        count = torch.bincount(place, minlength=len(self.edges) - 1)
        sure = torch.bincount(place, weights=confidence, minlength=len(self.edges) - 1)
        right = torch.bincount(place, weights=(predicted == labels).double(), minlength=len(self.edges) - 1)
        return [Bin(int(n), float(c / n), float(r / n)) for n, c, r in zip(count, sure, right, strict=True) if n > 0]

    def error(self, labels: Tensor, logits: Tensor) -> float:
        bins = self.reliability(labels, logits)
        if not bins:
            return 0.0
        counts, confidences, accuracies = torch.tensor(bins, dtype=torch.float64).unbind(dim=1)
        return ((confidences - accuracies).abs() * counts).sum().item() / len(labels)
