"""The record of the mutants that no check notices: `docs/data/mutants.json`, and the page made from it.

A maintainer writes the reason beside each survivor; recording again keeps it.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..course import EXERCISES, ROOT, SOLUTIONS, Exercise, load_course
from ..source.definitions import definition_text
from ..source.files import read_sources
from . import mutants
from .mutation import Mutation

RECORD = ROOT / "docs" / "data" / "mutants.json"
PAGE = ROOT / "docs" / "mutants.md"

Entry = dict[str, Any]


def fingerprint(exercise: Exercise) -> str:
    """Tell versions of an exercise apart: its reference, its checks, and the mutants' operators."""
    source = read_sources(SOLUTIONS)[exercise.file]
    texts = [definition_text(source, path) for path in exercise.paths]
    shared, own = sorted(EXERCISES.glob("*.py")), sorted(exercise.folder.glob("*.py"))
    texts += [path.read_text(encoding="utf-8") for path in [*shared, *own, Path(mutants.__file__)]]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def read_record(path: Path = RECORD) -> dict[str, Entry]:
    """Read the record; empty if there is none."""
    record: dict[str, Entry] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return record


def update(record: dict[str, Entry], mutations: Iterable[Mutation]) -> dict[str, Entry]:
    """Put new figures into a record; a survivor that was known keeps its reason."""
    updated = dict(record)
    for mutation in mutations:
        known = {s["change"]: s for s in record.get(mutation.exercise_id, {}).get("survivors", [])}
        updated[mutation.exercise_id] = {
            "fingerprint": fingerprint(load_course().exercise(mutation.exercise_id)),
            "total": mutation.total,
            "survivors": [
                known.get(change, {"change": change, "equivalent": False, "reason": ""})
                for change in mutation.survivors
            ],
        }
    order = [exercise.exercise_id for exercise in load_course().exercises]
    return {exercise_id: updated[exercise_id] for exercise_id in order if exercise_id in updated}


def write(record: dict[str, Entry]) -> None:
    """Write the record and its page."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    PAGE.write_text(page(record), encoding="utf-8", newline="\n")


def page(record: dict[str, Entry]) -> str:
    """Write the page: the figures of every exercise, then every survivor with its reason."""
    total = sum(entry["total"] for entry in record.values())
    survivors = [survivor for entry in record.values() for survivor in entry["survivors"]]
    equivalent = sum(survivor["equivalent"] for survivor in survivors)
    lines = [
        "# Mutants",
        "",
        "A mutant is the reference with one small change: a comparison exchanged, a constant changed, a flag flipped,",
        "an argument swapped or left out, a statement removed. The checks must notice it, unless the change makes no",
        "difference that the docstring promises. `checks maintain mutants --write` grades them all and writes this",
        "page; the reasons are kept in `docs/data/mutants.json`.",
        "",
        f"**{total - len(survivors)} of {total} mutants are killed.** Of the {len(survivors)} that survive,",
        f"{equivalent} are equivalent to the reference; {len(survivors) - equivalent} of the "
        f"{total - equivalent} others are not noticed.",
        "",
        "| exercise | mutants | killed | equivalent | not noticed |",
        "|---|--:|--:|--:|--:|",
    ]
    for exercise_id, entry in record.items():
        same = sum(survivor["equivalent"] for survivor in entry["survivors"])
        missed = len(entry["survivors"]) - same
        killed = entry["total"] - len(entry["survivors"])
        target = load_course().exercise(exercise_id).target
        lines.append(f"| {exercise_id} `{target}` | {entry['total']} | {killed} | {same} | {missed} |")
    lines += ["", "## Survivors", ""]
    for exercise_id, entry in record.items():
        for survivor in entry["survivors"]:
            kind = "equivalent" if survivor["equivalent"] else "not noticed"
            before, _, after = survivor["change"].partition("  →  ")
            lines += [f"- **{exercise_id}**, {kind}: `{before}` → `{after}`", f"  {survivor['reason']}"]
    return "\n".join(lines) + "\n"
