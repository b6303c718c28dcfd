"""Recall questions: each answer, right or wrong, is a fold that says why; `recall.js` remembers which were chosen."""

import hashlib
import tomllib
from pathlib import Path
from typing import NamedTuple

from .paths import QUESTIONS

HEAD = '<div class="recall" data-page="{page}" markdown="1">\n\n{note}\n'
NOTE = "Open the answer that you would give. Each says whether it is right, and why."

QUESTION = """
<div class="question" role="group" aria-labelledby="question-{key}" markdown="1">

{ask}
{{ #question-{key} .ask }}

{answers}

</div>
"""

ANSWER = """
<details class="answer {verdict}" data-key="{key}" markdown="1">
<summary markdown="span">{text}</summary>

**{word}** {reason}

</details>
"""


class Answer(NamedTuple):
    """One answer to choose, and why it is right or wrong."""

    text: str
    reason: str
    right: bool


class Question(NamedTuple):
    """What is asked, and the answers in the order in which they are shown."""

    ask: str
    answers: list[Answer]


def fragments() -> dict[str, str]:
    """Give each page's questions, by the page's name."""
    return {path.stem: page(path.stem, read_questions(path)) for path in sorted(QUESTIONS.glob("*.toml"))}


def read_questions(path: Path) -> list[Question]:
    """Read a page's questions: `ask`, one `right` and several `wrong`, each an answer and its reason.

    Raises:
        ValueError: The file is no TOML, or a question lacks something; the error names both.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
        return [question(**entry) for entry in entries]
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(
            f"{path}: {error}; each [[question]] has ask, right = [answer, reason], wrong = [...]"
        ) from error


def question(ask: str, right: list[str], wrong: list[list[str]]) -> Question:
    """Make one question; its answers stand in an order that gives nothing away, the same each time."""
    verdicts = [(right, True), *((answer, False) for answer in wrong)]
    answers = [Answer(text, reason, verdict) for (text, reason), verdict in verdicts]
    return Question(ask, sorted(answers, key=lambda answer: digest(ask, answer.text)))


def page(name: str, questions: list[Question]) -> str:
    """Lay out a page's questions."""
    return "\n".join([HEAD.format(page=name, note=NOTE), *map(lay_out, questions), "</div>"])


def lay_out(question: Question) -> str:
    """Lay out one question: without JavaScript its answers are folds."""
    answers = "\n".join(
        ANSWER.format(
            verdict="right" if answer.right else "wrong",
            key=digest(question.ask, answer.text),
            text=answer.text,
            word="Right." if answer.right else "Not so.",
            reason=answer.reason,
        )
        for answer in question.answers
    )
    return QUESTION.format(key=digest(question.ask), ask=question.ask, answers=answers)


def digest(*texts: str) -> str:
    """Name a question or an answer by its words: what is worded anew is a new one, and was not chosen yet."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:10]
