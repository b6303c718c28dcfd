"""Pages from templates: every text is escaped, and shows what it holds."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ...protocol.verdicts import CodeLine, Outcome, Panel, Status, printable
from .statistics import Group

LONGEST = 4_000  # letters of one text
MARKS: dict[str, str] = {
    **{Group.PASSED: "✔", Group.WORKS: "◐", Group.FAILED: "✘", Group.NOT_STARTED: "·", Group.NOT_JUDGED: "?"},
    **{Outcome.PASSED: "✔", Outcome.FAILED: "✘", Outcome.ERROR: "✘", Outcome.NOT_RUN: "·"},
}


def render(template: str, **values: object) -> bytes:
    """Fill a template.

    Args:
        template: Name of its file.
        values: What it names.
    """
    return _environment().get_template(template).render(values).encode("utf-8", errors="replace")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": _points, "share": _share, "prose": _prose, "place": _place, "cells": _cells}
    environment.globals |= {"Group": Group, "Status": Status, "MARKS": MARKS}
    return environment


def _shown(value: object) -> object:
    """Do what escaping does not: mark letters that turn a line around or steer a terminal, and cut what is too long."""
    return value if isinstance(value, Markup) else _harmless(str(value))


def _harmless(text: str) -> str:
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return shown if shown.isprintable() else printable(shown)  # nearly all are


def _prose(text: str) -> Markup:
    """Set what stands between backticks as code."""
    parts = re.split(r"`([^`\n]+)`", _harmless(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _points(value: float) -> str:
    return f"{round(value, 1):g}"


def _share(part: float, whole: float) -> str:
    """Give a share in percent, as CSS and people read it."""
    return f"{100 * part / whole if whole else 0:.4g}%"


def _place(line: CodeLine) -> str:
    """Say where a line of the student's stands: `pooling.py:12 in mean_pool`."""
    file = Path(*Path(line.file).parts[1:]) if len(Path(line.file).parts) > 1 else Path(line.file)
    return f"{file}:{line.number}{f' in {line.function}' if line.function else ''}"


def _cells(panel: Panel) -> list[list[tuple[str, bool]]]:
    """Give the cells of a panel, row by row: the text, and whether it is marked."""
    marks = [panel.marked[at] if at < len(panel.marked) else () for at in range(len(panel.rows))]
    return [
        [(text, at < len(marked) and marked[at]) for at, text in enumerate(row)]
        for row, marked in zip(panel.rows, marks, strict=True)
    ]
