"""What is to be reached, in three steps that each ask for more of what the course teaches."""

from typing import NamedTuple

from solutions.app.beside import Beside
from solutions.confidence import Interval
from solutions.tasks import Pair

DECIMALS = 3  # of an accuracy, where it is shown and where it is compared: what one sees is what counts


class Tier(NamedTuple):
    """A step, and the accuracies that it takes; without them, it takes more than the bag of words has."""

    name: str
    targets: Pair[float] | None = None


class Standing(NamedTuple):
    """How far above a tier both tasks are, with their intervals, and what that says.

    Attributes:
        tier: Which.
        leads: By how much each task is above it.
        reached: Both accuracies are high enough.
        surely: So are both ends below which hardly another choice of reviews would have brought them.
    """

    tier: Tier
    leads: Pair[Interval]
    reached: bool
    surely: bool


WORDS = Tier("ahead of the bag of words")
# What five runs reached on average, rounded down: a test compares them with docs/data/challenge.json.
MEASURED = {
    "MiniLM frozen": Tier("the frozen small encoder", Pair(0.96, 0.77)),
    "MPNet frozen": Tier("the best that was measured", Pair(0.97, 0.84)),
}


def standings(measured: Pair[Beside], are_reviews: bool) -> list[Standing]:
    """Compare a model with each tier; the course has measured none but the first on a learner's own sentences."""
    tiers = (WORDS, *MEASURED.values()) if are_reviews else (WORDS,)
    return [_standing(tier, measured) for tier in tiers]


def _standing(tier: Tier, measured: Pair[Beside]) -> Standing:
    if tier.targets is None:
        leads = measured.map(lambda task: task.ahead)
        reached = all(lead.mean > 0 for lead in leads)
    else:
        pairs = zip(measured, tier.targets, strict=True)
        leads = Pair(*(Interval(*(bound - target for bound in task.model)) for task, target in pairs))
        reached = all(round(lead.mean, DECIMALS) >= 0 for lead in leads)
    return Standing(tier, leads, reached, reached and all(lead.low > 0 for lead in leads))
