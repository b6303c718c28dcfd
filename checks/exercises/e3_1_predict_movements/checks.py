"""Checks of exercise 3.1, `predict_movements`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, WrongForm, case, expect

CAUSES = ("task A", "task B", "weight decay", "momentum", "old gradient")  # in the order of `causes_of_movement`
PARTS = ("encoder", "head A", "head B")

ROWS = {
    "frozen encoder": "with a frozen encoder",
    "frozen head": "with a frozen head",
    "old gradient": "where gradients of an earlier pass were left",
    "loss weight zero": "where a loss has the weight zero",
    "no labels": "where a task has no labels",
    "momentum": "where an optimizer has momentum on a part that was frozen",
    "tied heads": "where both heads are one layer",
    "detached features": "where one head gets detached features",
}

suite = Suite()


def _cell(code: Code, name: str, part: str) -> str:
    """Read a cell of the learner's table, in one form for all ways to write it."""
    table = expect(dict, code.movements.predict_movements(), "the table")
    if name not in table:
        raise WrongForm(f"the table has no row {name!r}")
    row = expect(dict, table[name], f"the row {name!r}")
    if part not in row:
        raise WrongForm(f"the row {name!r} has no cell for {part!r}")
    words = " ".join(expect(str, row[part], f"the cell for {part!r}").lower().split())
    if words in ("?", ""):
        raise WrongForm("this cell is not filled in yet")
    said = set(words.split(" and "))
    known = {cause.lower(): cause for cause in CAUSES}
    if unknown := sorted(said - known.keys() - {"nothing"}):
        raise WrongForm(f"{unknown[0]!r} is none of: nothing, {', '.join(CAUSES)}; several are joined by 'and'")
    if "nothing" in said and len(said) > 1:
        raise WrongForm("nothing, and something as well: one of the two is wrong")
    return " and ".join(cause for cause in CAUSES if cause.lower() in said) or "nothing"


def _beside_the_step(code: Code, name: str, part: str, really: str, number: int) -> dict[str, Any]:
    """Set beside each other what is said to move a part, and what does.

    The right table is the same for everybody, so a number shows that this was seen today, and not kept from before.
    """
    return {"said": _cell(code, name, part), "really": really, "the number of this question": number}


def _row(name: str, code: Code, rng: torch.Generator) -> Iterator[Case]:
    """Ask for each cell of a row."""
    really = code.movements.causes_of_movement(name)
    for part in PARTS:
        label = "the encoder" if part == "encoder" else part
        number = int(torch.randint(2**31, (1,), generator=rng))
        yield case(label, partial(_beside_the_step, code, name, part, really[part], number))


for situation, where in ROWS.items():
    suite.check(f"knows what moves {where}")(partial(_row, situation))
