"""Calibration: of the sentences that a model is 80 % sure of, is it right about 80 %?"""

from typing import NamedTuple

import torch.nn.functional as F
from scipy.optimize import minimize_scalar
from torch import Tensor

# A temperature beyond these bounds means that a model is always right or always wrong: there is nothing to calibrate.
COLDEST, HOTTEST = 0.05, 20.0


class Bin(NamedTuple):
    """Sentences of similar confidence: how many, their mean confidence, and the share that was put into its class."""

    sentences: int
    confidence: float
    accuracy: float


class Calibrator:
    """Measure and mend how sure a model is of its predictions (Guo et al. 2017, https://arxiv.org/abs/1706.04599).

    Args:
        bins: Into how many equal parts the confidences from 0 to 1 are divided.

    Attributes:
        temperature: What the logits are divided by: 1 until `fit`, larger makes a model less sure.
    """

    def __init__(self, bins: int = 10) -> None:
        # TODO 6.6 how sure may a model be?
        raise NotImplementedError("exercise 6.6: Calibrator")

    def fit(self, labels: Tensor, logits: Tensor) -> None:
        """Find the temperature from 0.05 to 20 with the smallest cross-entropy, to within one percent.

        An earlier fit does not matter: the logits are those of the model.

        Args:
            labels: `(batch,)`, of a validation set: those of the test set are not for choosing.
            logits: `(batch, classes)`.

        Raises:
            ValueError: There is no sentence.
        """
        # TODO 6.6 how sure may a model be?
        raise NotImplementedError("exercise 6.6: Calibrator")

    def probabilities(self, logits: Tensor) -> Tensor:
        """Give the calibrated probabilities of the classes, `(batch, classes)`, in double precision.

        The most probable class stays: all logits are divided by the same temperature.
        """
        # TODO 6.6 how sure may a model be?
        raise NotImplementedError("exercise 6.6: Calibrator")

    def reliability(self, labels: Tensor, logits: Tensor) -> list[Bin]:
        """Sort sentences into bins by their confidence, the calibrated probability of the class that is predicted.

        Args:
            labels: `(batch,)`.
            logits: `(batch, classes)`, as the model gives them: the temperature is applied here.

        Returns:
            The bins that have sentences, from the least to the most confident. A confidence on the border of two
            belongs to the lower one.
        """
        # TODO 6.6 how sure may a model be?
        raise NotImplementedError("exercise 6.6: Calibrator")

    def error(self, labels: Tensor, logits: Tensor) -> float:
        """Give the expected calibration error: how far apart confidence and accuracy are.

        That is the mean over the sentences of the absolute difference in their bin of `reliability`; of no sentence at
        all it is 0.
        """
        # TODO 6.6 how sure may a model be?
        raise NotImplementedError("exercise 6.6: Calibrator")
