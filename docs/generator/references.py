"""Reference pages that the code writes itself: both command lines, the options, and the result record."""

import dataclasses
import json
import re
from typing import Any

import typer
from typer.cli import get_docs_for_click

import checks.cli
import solutions.app.cli
from checks.course import SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.record import SCHEMA, record_of, to_json
from checks.referee.misconceptions import load_misconceptions
from checks.source.files import Submission, read_sources
from solutions.config import Config, DataConfig, ModelConfig, OptimizerConfig, allowed

from .tables import markdown

# What every command has, and lists of commands whose descriptions are cut short.
CLUTTER = (r"^\* `--help`: .*\n", r"^\*\*Commands\*\*:\n\n(?:\* .*\n)+\n?", r"^\*\*Options\*\*:\n\n+(?=#|\Z|\n)")


def fragments() -> dict[str, str]:
    """Give the parts of the reference."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return {
        "checks": command_line(checks.cli.app, "checks"),
        "solutions": command_line(solutions.app.cli.app, "python -m solutions"),
        "model-config": options(ModelConfig),
        "data-config": options(DataConfig),
        "optimizer-config": options(OptimizerConfig),
        "record": fields(schema),
        **{name: fields(part) for name, part in schema["$defs"].items()},
        "record-example": example(),
    }


def command_line(app: typer.Typer, name: str) -> str:
    """Describe every command of an application, with headings from the second level on."""
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command, info_name=name), name=name)
    text = text.partition("\n")[2]  # the page has its own title
    for clutter in CLUTTER:
        text = re.sub(clutter, "", text, flags=re.MULTILINE)
    return text.replace("```console", "```text")


def options(config: type[Config]) -> str:
    """List the fields of a configuration."""
    rows = [
        [f"`{field.name}`", f"`{field.default!r}`", allowed(field), field.metadata["help"]]
        for field in dataclasses.fields(config)
    ]
    return markdown(["field", "default", "allowed", "meaning"], rows).replace("--:", "---")


def fields(schema: dict[str, Any]) -> str:
    """List the properties of a JSON object."""
    rows = [[f"`{name}`", kind(entry), entry.get("description", "")] for name, entry in schema["properties"].items()]
    return markdown(["field", "type", "meaning"], rows).replace("--:", "---")


def kind(entry: dict[str, Any]) -> str:
    """Say what a property holds."""
    if "enum" in entry:
        return " or ".join(f"`{choice}`" for choice in entry["enum"])
    if "const" in entry:
        return f"`{entry['const']}`"
    if "$ref" in entry:
        return str(entry["$ref"]).rpartition("/")[2]
    if "oneOf" in entry:
        return " or ".join(map(kind, entry["oneOf"]))
    if entry["type"] == "array":
        return f"list of {kind(entry['items'])}"
    return str(entry["type"])


def example() -> str:
    """Grade a known mistake and show its record, with one of its checks."""
    exercise = load_course().exercise("1.1")
    sources = read_sources(SOLUTIONS)
    mistake = load_misconceptions(exercise)[0]
    sources[exercise.file] = mistake.apply(sources[exercise.file], exercise)
    with Grader() as grader:
        submission = Submission("tutorial", sources)
        shown = json.loads(to_json(record_of(submission, grader.grade(submission, [exercise]))))
    (result,) = shown["exercises"]
    result["checks"] = [check for check in result["checks"] if check["verdict"] == "failed"][:1]
    return f"```json\n{json.dumps(shown, indent=2, ensure_ascii=False)}\n```"
