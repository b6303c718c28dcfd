"""Where an experiment's numbers come from, as a box that every page with evidence ends with."""

from docs.experiments import EXPERIMENTS

from .data import load

BOX = """
??? abstract "{question} Where the numbers come from"

    `{command}` measures them again. The script is `docs/experiments/{name}.py`; every single run stands in
    [{name}.json](data/{name}.json).

    | | |
    |---|---|
    | seeds | {seeds} |
    | date | {date} |
    | machine | {machine} |
    | versions | {versions} |
    | computing time | {minutes} minutes |
    | ± | one standard deviation over the seeds |
"""


def fragments() -> dict[str, str]:
    """Give each experiment's box, by its name."""
    return {name: box(name) for name in EXPERIMENTS}


def box(name: str) -> str:
    """Say how an experiment was run."""
    record = load(name)
    versions = ", ".join(f"{library} {version}" for library, version in record["versions"].items())
    seeds = ", ".join(map(str, record["seeds"]))
    return BOX.format(**{**record, "name": name, "seeds": seeds, "versions": versions})
