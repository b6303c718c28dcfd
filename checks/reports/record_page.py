"""The page of record: what passes, since when, with which code and which versions; a file of HTML to print."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple

from ..course import Exercise, load_course
from ..grader.history import History
from ..grader.record import Result
from ..grader.results import ExerciseResult, total
from ..protocol.verdicts import Status

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --faint: #4b5563; --line: #c9d1dc; --paper: #fff; --mark: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf1; --faint: #aab3c2; --line: #3a4558; --paper: #161c26; --mark: #8ab8ff; }
}
body { margin: 0 auto; padding: 2rem 1.2rem; max-width: 46rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
h1 { margin: 0; font-size: 1.7rem; }
h1 + p { margin-top: .2rem; color: var(--faint); }
.points { margin: 1.2rem 0; font-size: 1.3rem; font-weight: 600; color: var(--mark); }
table { width: 100%; margin: 1.2rem 0; border-collapse: collapse; font-size: .9rem; }
caption { padding: .3rem 0; text-align: left; font-weight: 600; }
caption span { float: right; }
th, td { padding: .2rem .5rem; border-top: 1px solid var(--line); text-align: left; font-weight: 400;
  vertical-align: top; }
thead th { color: var(--faint); }
tr > :nth-child(2) { width: 45%; }
tr > :nth-child(n + 3) { text-align: right; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; font-size: .9rem; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
.honest { padding: .6rem 1rem; border-left: .25rem solid var(--mark); }
@media (max-width: 36rem) { tr > :nth-child(n + 5) { display: none; } }
@media print {
  :root { color-scheme: light; --ink: #000; --faint: #333; --line: #999; --paper: #fff; --mark: #000; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  table { margin: .6rem 0; }
  tr, caption, dl, .honest { break-inside: avoid; }
  th, td { padding: .05rem .4rem; }
}
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>Build a multi-task sentence transformer, one graded exercise at a time{name}</p>
<p class="points">{points}</p>
<p class="honest">Made by <code>checks record</code> on the learner's own machine, {made}. Nobody has watched over
it: it is a record, and no certificate. Whoever has the code can check it: <code>checks run --package FOLDER</code>
grades it anew, and the fingerprint below tells whether it is the same code.</p>
{tables}
<h2>With which code, and which versions</h2>
<dl>
{facts}
</dl>
<p>When an exercise first passed, the tries (runs with changed code, up to the first that passed) and the minutes (from
the first look until then, pauses of more than an hour left out) come from a history that lies beside the course and may
be deleted. “–” stands for what it does not know.</p>
</main>
</body>
</html>
"""

TABLE = """<table>
<caption>{title} <span>{points}</span></caption>
<thead><tr><th scope="col">exercise</th><th scope="col">what is done</th><th scope="col">points</th>
<th scope="col">result</th><th scope="col">first passed</th><th scope="col">tries</th>
<th scope="col">minutes</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


class Origin(NamedTuple):
    """What a page of record is made with.

    Attributes:
        made: When.
        version: Of the course.
        fingerprint: Of the course: its solutions, its checks, and the versions of the libraries.
        name: Whose code it is; may be empty.
    """

    made: datetime
    version: str
    fingerprint: str
    name: str = ""


def record_page(result: Result, history: History, origin: Origin) -> str:
    """Lay out the page.

    Args:
        result: The record of all exercises.
        history: Of the learner.
        origin: What it is made with.
    """
    course = load_course()
    by_id = {exercise.exercise_id: exercise for exercise in result.exercises}
    tables = [
        _table(f"{number} {title}", [(each, by_id[each.exercise_id]) for each in course.select(task=number)], history)
        for number, title in course.tasks.items()
    ]
    return PAGE.format(
        title="Two Heads: page of record",
        style=STYLE,
        name=f" · {escape(origin.name)}" if origin.name else "",
        points=_summary(result),
        made=_date(origin.made.timestamp()),
        tables="\n".join(tables),
        facts="\n".join(f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>" for name, fact in _facts(result, origin)),
    )


def code_fingerprint(files: dict[str, str]) -> str:
    """Take the fingerprints of all files together, as `sha256sum *.py | sha256sum` does in their folder.

    Args:
        files: Name to SHA-256.
    """
    lines = "".join(f"{fingerprint}  {name}\n" for name, fingerprint in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _summary(result: Result) -> str:
    passed = sum(exercise.status is Status.PASSED for exercise in result.exercises)
    done = f"{passed} of {len(result.exercises)} exercises pass"
    return f"{done}; {result.points:g} of {result.possible} points{'' if result.passed else ', so far'}"


def _table(title: str, exercises: Sequence[tuple[Exercise, ExerciseResult]], history: History) -> str:
    possible = sum(exercise.points for exercise, _ in exercises)
    points = f"{total(result for _, result in exercises):g} of {possible} points"
    rows = (_row(exercise, result, history) for exercise, result in exercises)
    return TABLE.format(title=escape(title), points=points, rows="\n".join(rows))


def _row(exercise: Exercise, result: ExerciseResult, history: History) -> str:
    past = history.past(exercise.exercise_id)
    cells = (
        exercise.title,
        f"{result.points:g}/{result.possible}",
        result.status,
        "–" if past is None or past.passed is None else _date(past.passed),
        str(past.tries) if past and past.tries else "–",
        f"{past.minutes:.0f}" if past and past.passed is not None and past.minutes is not None else "–",
    )
    told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{exercise.exercise_id}</th>{told}</tr>'


def _facts(result: Result, origin: Origin) -> Iterable[tuple[str, str]]:
    yield "code", f"{code_fingerprint(result.files)} ({len(result.files)} files; sha256sum *.py | sha256sum)"
    yield "course", f"{origin.version}, {origin.fingerprint[:16]}"
    yield "Python", f"{result.python}, torch {result.torch}"
    yield "machine", result.platform


def _date(at: float) -> str:
    return f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M}"
