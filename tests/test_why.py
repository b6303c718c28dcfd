"""The search for a repair: small changes of an answer, tried until every check passes."""

import ast
from contextlib import closing

import pytest

from checks.cli import answer
from checks.course import SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.kept import KeptRepairs
from checks.grader.processes import open_sandbox
from checks.grader.repair import Change, Repair, Tried
from checks.grader.repairing import find_repair
from checks.referee.misconceptions import load_misconceptions
from checks.source.definitions import apply_diff, replace_definition
from checks.source.edits import Reference, edits_of, parses, read, words_of
from checks.source.files import Submission, read_sources

SOURCES = read_sources(SOLUTIONS)
COURSE = load_course()
FILE = '''import torch

def other(x):
    return x + 1

def given(x):
    return x - 1

def f(x, y, scale=0.5):
    """A text that is no code: 0 + 1."""
    {body}
'''
REFERENCE = FILE.format(body="total = x.sum(dim=1)\n    check(total)\n    return total / y").replace("0.5", "0.25")


def changed(body):
    """Give all texts that one change makes of a body, and the changes."""
    text = read(FILE.format(body=body), [("f",)], [("other",)], words_of(REFERENCE, [("f",)], []), ["given"])
    edits = [edit for edit in edits_of(text, Reference(text.words, [("f",)])) if parses(text, edit)]
    return {text.apply(edit): edit for edit in edits}


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        ("return x[0]", "return x[1]"),
        ("return x.sum(dim=0)", "return x.sum(dim=-1)"),
        ("return x.sum(dim=1)", "return x.sum(dim=1, keepdim=True)"),
        ("return x.sum(dim=1, keepdim=True)", "return x.sum(dim=1)"),
        ("return x.argmin()", "return x.argmax()"),
        ("return x + y", "return x - y"),
        ("return x // y", "return x / y"),
        ("return x / y", "return y / x"),
        ("return x > y", "return x >= y"),
        ("return -x", "return x"),
        ("return x if x and y else y", "return x if x or y else y"),
        ("return x if x and y else y", "return x if not (x and y) else y"),
        ("return max(x, y)", "return max(y, x)"),
        ("return max(x, x)", "return max(x, y)"),
        ("return x, y", "return y, x"),
        ("return float(x)", "return x"),
        ("return x.detach()", "return x"),
        ("return x", "return x.detach()"),
        ("return [x for x in y]", "return sorted([x for x in y])"),
        ("return x * scale", "return x"),
        ("x = x + 1\n    return x", "return x"),
        ("x = y\n    y = x\n    return x", "y = x\n    x = y\n    return x"),
        ("for i in x:\n        y = i\n        print(i)", "for i in x:\n        y = i\n    print(i)"),
        ("for i in x:\n        y = i\n    print(y)", "for i in x:\n        y = i\n        print(y)"),
        ("total = x", "total = x\n    return total"),
        ("with torch.no_grad():\n        x = y\n    return x", "x = y\n    return x"),
        ("x = y\n    return x", "with torch.no_grad():\n        x = y\n    return x"),
        ("if not x:\n        return y\n    return x", "if x:\n        return y\n    return x"),
        ("x += y\n    return x", "x = x + y\n    return x"),
        ("assert x, 'no'\n    return x", "if not x:\n        raise ValueError('no')\n    return x"),
        ("return x", "check(total)\n    return x"),
    ],
)
def test_every_kind_of_change_is_there(body, mended):
    if mended.startswith("check"):
        body, mended = f"total = y\n    {body}", f"total = y\n    {mended}"
    assert FILE.format(body=mended) in changed(body)


@pytest.mark.parametrize("path", ["1.1", "2.2", "3.5", "4.3"])
def test_changes_are_python_and_touch_their_own_definition_only(path):
    exercise = COURSE.exercise(path)
    source = SOURCES[exercise.file]
    words = words_of(source, exercise.paths, [wrong.diff for wrong in load_misconceptions(exercise)])
    text = read(source, exercise.paths, COURSE.others(exercise), words)
    (own, *_), count = text.definitions, 0
    start, end = text.lines([own])
    for edit in edits_of(text, Reference(words, exercise.paths))[::7]:
        if parses(text, edit) and start <= edit.start < end:
            new = text.apply(edit)
            ast.parse(new)
            assert new.startswith(text.between(0, start))
            assert new.endswith(text.between(end, len(text.raw)))
            count += 1
    assert count > 20


def test_known_mistakes_are_turned_round_under_other_names():
    exercise = COURSE.exercise("1.1")
    source = apply_diff(
        SOURCES["pooling"], exercise.paths, "- return (total / count).to(token_embeddings.dtype)\n+ return a / b"
    )
    wrong = [misconception.diff for misconception in load_misconceptions(exercise)]
    words = words_of(SOURCES["pooling"], exercise.paths, wrong)
    text = read(source, exercise.paths, COURSE.others(exercise), words)
    first = edits_of(text, Reference(words, exercise.paths))[:5]
    assert any("return (a / b).to(token_embeddings.dtype)" in text.apply(edit) for edit in first)


@pytest.mark.parametrize(
    "body",
    [
        "\n    ".join(["x = x + 1"] * 3000),
        "return " + "(" * 80 + "x" + ")" * 80,
        "return " + " + ".join(["x"] * 500),
        "return " + "-" * 900 + "x",
        "return 'ü' + x  # ü",
        "return f'{x!r:>{y}}' + '''\nno code\n'''",
        "x = 1; return x",
    ],
)
def test_hostile_texts_do_no_harm(body):
    for text in list(changed(body))[:50]:
        ast.parse(text)


@pytest.fixture(scope="module")
def grader():
    with Grader(diagnosis=0) as grader, closing(open_sandbox()) as second:
        yield grader, second


def repaired(grader, exercise_id, text, seconds=60.0):
    exercise = COURSE.exercise(exercise_id)
    submission = Submission("test", {**SOURCES, exercise.file: text})
    (result,) = grader[0].grade(submission, [exercise])
    return find_repair(*grader, submission, result, seconds)


def pooling(body):
    return replace_definition(
        SOURCES["pooling"], ("mean_pool",), f"def mean_pool(token_embeddings, attention_mask):\n    {body}\n"
    )


@pytest.mark.parametrize(
    ("exercise_id", "diff", "minus", "plus"),
    [
        (
            "1.3",
            "- return F.normalize(self.layer_norm(self.projection(features)), dim=-1)\n"
            "+ return F.normalize(self.layer_norm(self.projection(features)), p=1, dim=-1)",
            "p=1",
            "",
        ),
        (
            "1.1",
            "- return (total / count).to(token_embeddings.dtype)\n"
            "+ return 2 * (total / count).to(token_embeddings.dtype)",
            "2 *",
            "",
        ),
        (
            "1.1",
            "- total = token_embeddings.masked_fill(padding, 0).sum(dim=1, dtype=sum_dtype)\n"
            "+ total = token_embeddings.masked_fill(padding, 0).sum(dim=1)",
            "",
            "dtype=sum_dtype",
        ),
        (
            "1.3",
            "- return F.normalize(self.layer_norm(self.projection(features)), dim=-1)\n"
            "+ with torch.no_grad():\n+     wide = self.projection(features)\n"
            "+ return F.normalize(self.layer_norm(wide), dim=-1)",
            "",  # without the block, or without what it has computed: both mend it
            "",
        ),
    ],
    ids=["p=1", "scale", "half precision", "no_grad"],
)
def test_small_mistakes_are_mended(grader, exercise_id, diff, minus, plus):
    exercise = COURSE.exercise(exercise_id)
    repair = repaired(grader, exercise_id, apply_diff(SOURCES[exercise.file], exercise.paths, diff))
    assert len(repair.changes) == 1
    assert repair.checks > 5
    old, new = ("\n".join(line for line in repair.diff if line[0] == sign) for sign in "-+")
    assert minus in old
    assert minus == "" or minus not in new
    assert plus in new


def test_two_mistakes_are_mended_by_two_changes(grader):
    text = SOURCES["pooling"].replace("masked_fill(padding, 0).sum", "masked_fill(padding, 1).sum")
    repair = repaired(grader, "1.1", text.replace("clamp(min=1)", "clamp(min=2)"))
    assert len(repair.changes) == 2
    assert sum(line.startswith("-") for line in repair.diff) == 2


def test_search_in_vain_says_what_was_tried(grader):
    repair = repaired(grader, "1.1", pooling("return None"), seconds=1.0)
    assert repair.changes == ()
    assert repair.tried.singles > 0


def test_endless_candidate_is_given_up(grader):
    body = "n = 3\n    while n > 0:\n        n = n - 1\n    return token_embeddings.mean(1)"
    repair = repaired(grader, "1.1", pooling(body), seconds=8.0)
    assert repair.tried.singles > 5
    assert repair.tried.seconds < 20


def test_repairs_are_kept_for_this_very_answer(tmp_path):
    exercise = COURSE.exercise("1.1")
    kept, repair = (
        KeptRepairs(tmp_path, 0),
        Repair("1.1", Tried(3, 0, 1.0), (Change(1, "a constant"),), ("-1", "+0"), 9),
    )
    kept.keep(Submission("", SOURCES), repair)
    assert kept.find(Submission("", SOURCES), exercise) == repair
    other = {**SOURCES, exercise.file: SOURCES[exercise.file] + "\n# other\n"}
    assert kept.find(Submission("", other), exercise) is None


@pytest.fixture
def package(tmp_path, monkeypatch, write_package):
    monkeypatch.setattr("checks.why.REPAIRS", tmp_path / "repairs")
    folder = tmp_path / "package"
    write_package(folder, SOURCES)
    return folder


def why(*arguments):
    """Run `checks why`; gives the exit code."""
    try:
        return answer(["why", *map(str, arguments)])
    except SystemExit as error:
        return error.code


def test_command_tells_one_step_after_the_other(package, capsys):
    file = package / "encoder.py"
    file.write_text(file.read_text("utf-8").replace("features)), dim=-1)", "features)), p=1, dim=-1)"), "utf-8")
    assert why("1.3", "--package", package, "--seconds", 60) == 0
    first = capsys.readouterr().out
    assert "F.normalize" in first
    assert "argument" not in first
    assert "checks why 1.3 --step 2" in first
    assert why("1.3", "--package", package, "--step", 2) == 0
    assert "a piece of this line" in (second := capsys.readouterr().out)
    assert "+" not in second
    assert why("1.3", "--package", package, "--step", 3) == 0
    third = capsys.readouterr().out
    assert "-        return F.normalize(self.layer_norm(self.projection(features)), p=1" in third
    assert "checks pass with it" in third


def test_command_has_nothing_to_say_of_what_passes_or_is_not_started(package, capsys):
    assert why("1.6", "--package", package) == 0
    assert "passes already" in capsys.readouterr().out
    assert why("1.6") == 1
    assert "is not started" in capsys.readouterr().out


def test_command_says_that_nothing_was_found(package, capsys):
    (package / "pooling.py").write_text(pooling("return 1"), encoding="utf-8")
    assert why("1.1", "--package", package, "--seconds", 0.5) == 1
    assert "No small change" in capsys.readouterr().out
    (package / "pooling.py").write_text(pooling("return ("), encoding="utf-8")
    assert why("1.1", "--package", package) == 1
    assert "is no Python" in capsys.readouterr().out
