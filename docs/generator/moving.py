"""Pictures that move: what stands in the page without JavaScript, and the data that `assets/moving.js` moves it by."""

from . import angles, curves, embedding_map, stepper


def fragments() -> dict[str, str]:
    """Give each picture, by its name."""
    return {
        "stepper": stepper.fragment(),
        "embedding-map": embedding_map.fragment(),
        "training-curves": curves.fragment(),
        "gradients": angles.fragment(),
    }
