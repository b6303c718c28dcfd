"""Every number in the prose of the pages: it is followed by a comment that says where it comes from, and it agrees."""

import dataclasses
import re

import pytest
import torch

from checks.course import load_course
from docs.generator.data import value
from docs.generator.paths import DOCS, QUESTIONS, ROOT
from solutions.app.commands import load_encoder
from solutions.config import ModelConfig, TrainingConfig
from solutions.multitask import parameter_counts
from solutions.similarity import SAMPLE_SENTENCES, cosine_similarity_matrix
from solutions.trainer import build_model

# These measure nothing: one is made of its record, the other counts files and floors.
APART_PAGES = ("mutants.md", "maintainers.md")
PAGES = sorted(path for path in [*DOCS.glob("*.md"), *QUESTIONS.glob("*.toml")] if path.name not in APART_PAGES)

# What is no measurement, and is not looked at.
APART = (
    r"^```(?s:.*?)^```",  # code
    r"^ *```(?s:.*?)^ *```",
    r"^ *--8<--.*?$",  # what is included is made of the data
    r"^(?:#|:::).*$",  # headings
    r"^    options: .*$",  # of what is made of docstrings
    r"\$\$(?s:.*?)\$\$",  # formulas
    r"\$[^$\n]+\$",
    r"`[^`]*`",
    r"<https?://[^>]*>",
    r'markdown="1"',
    r"\]\([^)]*\)",  # the targets of links
    r"\b(?:19|20)\d\d(?=[,)])",  # a paper's year
    r"\bS[1-6]\b",  # the six sentences
    r"\b[Ee]xercise \d\.\d+\b",
    r"\b(?:[Tt]ask|[Nn]otebook) [1-9]\b",
    r"\bln 2\b",
    r"\bPython 3\.\d+\b",
    r"all-MiniLM-L6-v2",
    r"\b(?:F1|L2|JSON|float16|float32)\b",
    r"^ *\d+\. ",  # numbered lists
    r"\[\d · ",
)
NUMBER = r"(?<![\w.])[-−]?\d(?:[\d,]*\d)?(?:\.\d+)?"
QUOTED = re.compile(rf"(?P<number>{NUMBER})(?: ± (?P<sd>{NUMBER}))?(?P<percent> ?%)?(?:<!-- (?P<path>[^>]+?) -->)?")


def quotations(text):
    """List the numbers of a page's prose: as they stand there, whether in percent, and where they come from, if told.

    A deviation, `0.59 ± 0.03`, is listed after its mean.
    """
    for pattern in APART:
        text = re.sub(pattern, " ", text, flags=re.MULTILINE)
    text = re.sub(r"(?<![\d%])<!--.*?-->", " ", text, flags=re.DOTALL)  # a comment that is no source
    for match in QUOTED.finditer(text):
        percent, path = bool(match["percent"]), match["path"]
        yield match["number"], percent, path
        if match["sd"]:
            yield match["sd"], percent, path and f"{path}/sd"


# Figures of the write-up that the course grew from: quoted, not measured.
ORIGINAL = {
    "parameters of DistilBERT in millions": 66,
    "performance of DistilBERT": 0.97,
    "log B": 0.9113,
    "evaluation A": 1.0,
    "evaluation B": 0.995,
    "first loss": 0.9687,
    "last loss": 0.9260,
}


@pytest.fixture(scope="module")
def model():
    counts = parameter_counts(build_model(TrainingConfig()))
    total = sum(counts)
    return {"shared": counts.shared, "head": counts.taskA_head, "head_share": counts.taskA_head / total, "all": total}


@pytest.fixture(scope="module")
def demo():
    """What one run of the program shows of the six sentences, with its own random projection."""
    matrix = cosine_similarity_matrix(load_encoder(None, ModelConfig(), torch.device("cpu")).encode(SAMPLE_SENTENCES))
    return {"s1_s3": float(matrix[0, 2])}


def actual(path, model, demo):
    """Find what a comment points to."""
    kind, _, name = path.partition("/")
    if kind == "demo":
        return demo[name]
    if kind == "original":
        return ORIGINAL[name]
    if kind == "config":
        return dataclasses.asdict(TrainingConfig())[name]
    if kind == "model":
        return model[name]
    if path == "course/exercises":
        return len(load_course().exercises)
    return value(path)


def agrees(number, percent, measured):
    """Compare at the precision in which the number is written."""
    plain = number.replace(",", "").replace("−", "-")
    digits = len(plain.partition(".")[2])
    return f"{measured * (100 if percent else 1):z.{digits}f}" == plain


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_numbers_in_prose_come_from_the_data(page, model, demo):
    wrong = []
    for number, percent, path in quotations(page.read_text(encoding="utf-8")):
        if path is None:
            wrong.append(f"{number} does not say where it comes from")
            continue
        measured = actual(path, model, demo)
        if not agrees(number, percent, measured):
            wrong.append(f"{number}{' %' * percent} is {measured:.6g} in {path}")
    assert not wrong


def test_the_readme_has_the_figure_of_one_run_and_the_mean_over_several(demo):
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    one, several, deviation = re.search(r"S1 and S3 have (\d\.\d+) here.*?(\d\.\d+) ± (\d\.\d+)", text).groups()
    assert agrees(one, False, demo["s1_s3"])
    assert agrees(several, False, value("pooling/mean/s1_s3"))
    assert agrees(deviation, False, value("pooling/mean/s1_s3/sd"))


def test_a_number_without_a_source_is_noticed():
    assert list(quotations("It is 0.57 here.")) == [("0.57", False, None)]


def test_a_wrong_number_is_noticed():
    ((number, percent, path),) = quotations("It is 0.58<!-- config/test_fraction --> here.")
    assert path == "config/test_fraction"
    assert not agrees(number, percent, 0.2)
    assert agrees("0.20", False, 0.2)
    assert agrees("97", True, 0.974)
    assert not agrees("97", True, 0.964)


def test_a_deviation_is_compared_too():
    assert list(quotations("0.59 ± 0.03<!-- pooling/mean/gap_s6 -->")) == [
        ("0.59", False, "pooling/mean/gap_s6"),
        ("0.03", False, "pooling/mean/gap_s6/sd"),
    ]


def test_code_and_names_are_not_numbers():
    text = "`0.5` in exercise 1.1, S3, task 2 (Howard & Ruder 2018).\n```sh\nrun 1.1\n```\n"
    assert list(quotations(text)) == []
