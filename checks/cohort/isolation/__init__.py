"""Tiers of isolation: what holds a submission's code, and which is to be had here.

A tier that was demanded is held or refused; nothing falls back to a weaker one by itself.
"""

import sys
from collections.abc import Callable
from functools import cache

from ...grader.limits import Limits
from ...grader.processes import Sandbox, open_sandbox, python_command
from ..wish import Tier
from .bubblewrap import bubblewrap_command
from .containers import BUILD, IMAGE, comparison_command, engine
from .processes import Bubblewrap, Containers, answer_of

BEST_FIRST = (Tier.BUBBLEWRAP, Tier.CONTAINER, Tier.PROCESS)


def available() -> list[Tier]:
    """List the tiers that are to be had here, the best one first."""
    return [tier for tier in BEST_FIRST if not why_not(tier)]


def open_tier(demanded: Tier | None = None, limits: Limits | None = None) -> tuple[Tier, Sandbox]:
    """Open the sandbox of a tier.

    Args:
        demanded: Which; the best that is to be had, if not given.
        limits: What the system itself holds a worker to, where the tier can have that.

    Raises:
        ValueError: It is not to be had; the text says why, and what helps.
    """
    tier = choose_tier(demanded)
    return tier, OPENERS[tier](limits)


def choose_tier(demanded: Tier | None = None) -> Tier:
    """Give a demanded tier, or the best one that is to be had.

    Raises:
        ValueError: The demanded one is not to be had; the text says why, and what helps.
    """
    tier = demanded or next(tier for tier in BEST_FIRST if not why_not(tier))
    if reason := why_not(tier):
        raise ValueError(f"isolation is {tier.value!r}, but that is not to be had here: {reason}")
    return tier


OPENERS: dict[Tier, Callable[[Limits | None], Sandbox]] = {
    Tier.PROCESS: lambda limits: open_sandbox(),
    Tier.BUBBLEWRAP: Bubblewrap,
    Tier.CONTAINER: Containers,
}


@cache
def why_not(tier: Tier) -> str:
    """Say why a tier is not to be had here, and what helps; empty if it is. It is really tried."""
    return REASONS[tier]()


def _no_bubblewrap() -> str:
    if sys.platform != "linux":
        return "bubblewrap is for Linux alone: use --isolation container"
    works, said = answer_of(bubblewrap_command(python_command("worker.namespaces", "prove()")))
    if works:
        return ""
    if "No such file" in said and "bwrap" in said:
        return "there is no program bwrap: install the package bubblewrap"
    return f"it was tried, and failed ({said[-200:]}): this system may forbid user namespaces to ordinary users"


def _no_container() -> str:
    program = engine()
    if not program:
        return "there is neither docker nor podman: install one of them"
    works, said = answer_of([program, "image", "inspect", IMAGE])
    build = BUILD.replace("docker", program)
    if "no such" in said.lower():
        return f"there is no image {IMAGE}: {build}"
    if not works:
        return f"{program} does not answer ({said[-200:]}): is it running, and may you use it?"
    works, said = answer_of(comparison_command(program))
    if said and not works:
        return f"it was tried, and failed ({said[-200:]}); if the image is older than the course: {build}"
    return "" if works else f"the image {IMAGE} holds another version of the course: {build}"


REASONS: dict[Tier, Callable[[], str]] = {
    Tier.PROCESS: str,
    Tier.BUBBLEWRAP: _no_bubblewrap,
    Tier.CONTAINER: _no_container,
}
