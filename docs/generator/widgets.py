"""The widgets' data, and what is shown instead where there is no JavaScript: plain tables."""

import html
import json
from typing import Any

from solutions.similarity import SAMPLE_SENTENCES

from .data import load, weights_in_sweep
from .tables import cell

Table = list[list[str]]


def fragments() -> dict[str, str]:
    """Give each widget, by its name."""
    return {"pooling": pooling(), "freezing": freezing(), "loss-weights": loss_weights()}


def pooling() -> str:
    """Show the similarity matrix for each pooling, with padding left out and counted."""
    summary = load("pooling")["summary"]
    matrices = {setting: measures["matrix"]["mean"] for setting, measures in summary.items()}
    rows = [
        ["pooling", "S1 and S3", "S1 and S5", "S1 and S6"],
        *([setting, *(f"{m[0][column]:z.2f}" for column in (2, 4, 5))] for setting, m in matrices.items()),
    ]
    return widget("pooling", {"sentences": SAMPLE_SENTENCES, "matrices": matrices}, rows)


def freezing() -> str:
    """Show what each choice of parts costs and gives."""
    record = load("freezing")
    choices = []
    rows = [["trains", "learning rate", "parameters", "seconds per epoch", "task A", "task B"]]
    for setting, options in record["settings"].items():
        if setting == "nothing":
            continue
        measures = record["summary"][setting]
        trains = setting.rpartition(" at ")[0]
        original = f"{trains} at 1e-05"  # the time depends on what trains, not on the rate
        choice = {
            **options,
            "rate": f"{options['rate']:.0e}".replace("e-0", "e-"),
            "trainable": f"{measures['trainable']['mean']:,.0f}",
            "seconds": cell(record["summary"][original].get("seconds")),
            "memory": cell(record["summary"][original].get("memory")),
            "taskA": cell(measures["taskA"]),
            "taskB": cell(measures["taskB"]),
        }
        choices.append(choice)
        rows.append([trains, *(str(choice[key]) for key in ("rate", "trainable", "seconds", "taskA", "taskB"))])
    return widget("freezing", choices, rows)


def loss_weights() -> str:
    """Show both tasks at each point of the sweep."""
    shown = ("taskA", "taskB", "taskA_loss", "taskB_loss")
    summary = load("loss_weights")["summary"]
    points: list[dict[str, Any]] = [
        {**weights, **{name: cell(summary[setting][name]) for name in shown}, "shares": shares(summary[setting])}
        for setting, weights in weights_in_sweep().items()
    ]
    rows = [
        ["alpha", "beta", "task A", "task B", "loss A", "loss B"],
        *([f"{p['alpha']:g}", f"{p['beta']:g}", *(p[name] for name in shown)] for p in points),
    ]
    return widget("loss-weights", points, rows)


def shares(measures: dict[str, Any]) -> dict[str, float]:
    """Give each task's accuracy, for the length of its bar."""
    return {task: measures[task]["mean"] for task in ("taskA", "taskB")}


def widget(name: str, data: Any, rows: Table) -> str:
    """Put a widget into a page: its data for the script, its table for everybody else."""
    head, *body = [[html.escape(text) for text in row] for row in rows]
    lines = [f'<div class="widget" data-widget="{name}">', "<table>", "<thead><tr>"]
    lines += [f'<th scope="col">{text}</th>' for text in head]
    lines += ["</tr></thead>", "<tbody>"]
    lines += [
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{text}</td>" for text in others)}</tr>'
        for first, *others in body
    ]
    content = json.dumps(data).replace("<", "\\u003c")
    lines += ["</tbody>", "</table>", f'<script type="application/json">{content}</script>', "</div>"]
    return "\n".join(lines)
