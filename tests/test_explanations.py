"""What a learner is told: cases and their contrast, pictures, exceptions in words, two mistakes, credit."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
import torch
from rich.console import Console

import checks
from checks.course import SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.record import Result
from checks.grader.results import total
from checks.maintain.explanations import Kind, grade_answers, kind_of, table
from checks.protocol.codec import Raised, Refused, Seen, pack, unpack
from checks.protocol.probe import WHOLE, observe
from checks.protocol.suite import Check, Suite, WrongForm, case, expect, expect_parts
from checks.protocol.verdicts import Outcome, Part, Status
from checks.referee.contrast import contrast
from checks.referee.errors import in_words
from checks.referee.judge import judge_cases
from checks.referee.picture import draw
from checks.reports.junit import junit
from checks.reports.terminal import show_results
from checks.source.definitions import replace_definition
from checks.source.files import Submission, read_sources

SOURCES = read_sources(SOLUTIONS)
MEAN = load_course().exercise("1.1")


def submission(text, name="mean_pool"):
    return Submission("test", {**SOURCES, "pooling": replace_definition(SOURCES["pooling"], (name,), text.strip())})


@pytest.fixture(scope="module")
def grader():
    with Grader() as grader:
        yield grader


def graded(grader, text):
    (result,) = grader.grade(submission(text), [MEAN])
    return result


# Cases


def check_of(observe):
    return Check("does it", observe, "the result")


def test_cases_are_seen_one_by_one_and_find_the_same_random_numbers_whatever_failed_before():
    def cases(code, rng, fail=False):
        def first():
            torch.rand(5)
            if fail:
                raise ValueError("no")
            return torch.rand(1, generator=rng)

        yield case("first", first)
        number = torch.rand(1, generator=rng)
        yield case("second", lambda: (number, torch.rand(1)))

    seen = observe(check_of(cases), None, "1.1", 0)
    failed = observe(check_of(lambda code, rng: cases(code, rng, fail=True)), None, "1.1", 0)
    assert seen["second"].value == failed["second"].value
    assert failed["first"].value == Raised("ValueError", "no")


def test_probe_notes_what_was_changed_and_what_came_back():
    tokens, mask = torch.ones(2), torch.ones(2)

    def change():
        tokens.mul_(2)
        return mask

    check = check_of(lambda code, rng: iter([case("one", change, tokens=tokens, mask=mask)]))
    seen = observe(check, None, "1.1", 0, with_inputs=True)["one"]
    assert (seen.changed, seen.returned) == (("tokens",), "mask")
    assert seen.inputs["tokens"].tolist() == [1, 1]
    assert not observe(check, None, "1.1", 0)["one"].inputs


def test_where_a_check_breaks_off_the_next_case_has_failed_and_the_others_were_not_run():
    check = check_of(None)
    expected = {label: Seen(1) for label in ("a", "b", "c")}
    results = judge_cases(check, None, expected, {"a": Seen(1), WHOLE: Seen(Raised("KeyError", "k"))})
    assert [result.verdict for result in results] == [Outcome.PASSED, Outcome.ERROR, Outcome.NOT_RUN]


def test_seen_and_refused_cross_the_process_boundary():
    for value in (Seen(1, {"a": [2]}, ("a",), "b"), {"x": Refused("ValueError", "no", ("ValueError", "Exception"))}):
        assert unpack(pack(value)) == value


def test_what_came_back_is_looked_at_before_it_is_used():
    with pytest.raises(WrongForm, match="a dict was expected, got an int"):
        expect(dict, 1)
    for given, problem in ((1.0, "got a float"), ((1,), "got 1 items"), (None, "got None")):
        with pytest.raises(WrongForm, match=f"the loss, the output; {problem}"):
            expect_parts(given, "the loss", "the output")
    assert expect_parts((1, 2), "a", "b") == [1, 2]


def test_careful_checks_come_last():
    suite = Suite()
    for claim, careful in (("edge", True), ("idea", False)):
        suite.check(claim, careful=careful)(lambda code, rng: iter(()))
    assert [check.part for check in suite.checks] == [Part.CAREFUL, Part.WORKS]
    from checks.protocol.suite import load_checks

    for exercise in load_course().exercises:
        parts = [check.part for check in load_checks(exercise)]
        assert parts == sorted(parts, key=[Part.WORKS, Part.CAREFUL].index)
        assert Part.WORKS in parts


# Contrast


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ({"a": False}, ""),
        ({"a": False, "b": False}, "wrong in both cases"),
        ({"a": False, "b": False, "c": False}, "wrong in all 3 cases"),
        (
            {"one, full": True, "two, padded": False, "three, padded": False},
            "wrong in every case with “padded”, right in the one without",
        ),
        (
            {"one, full": True, "two, full": True, "two, padded": False, "x": False},
            "right in every case with “full”, wrong in the 2 without",
        ),
        ({"one": True, "two": False}, "right for “one”; wrong for “two”"),
        ({"one": False, "two": True}, ""),
        (
            {"a": True, "b": True, "c": True, "d": True, "x": False, "y": False},
            "right for “a”, “b” and 2 more; wrong for “x”, “y”",
        ),
    ],
)
def test_contrast_says_what_the_wrong_cases_have_in_common(cases, said):
    assert contrast(cases) == said


# Pictures


def test_picture_shades_padding_and_marks_what_is_wrong():
    tokens, mask = torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]]]), torch.tensor([[1, 1], [1, 0]])
    picture = draw(
        torch.tensor([[1.5], [3.0]]), torch.tensor([[1.5], [3.5]]), "the mean", {"tokens": tokens, "mask": mask}
    )
    assert [panel.name for panel in picture.inputs] == ["tokens"]
    assert picture.inputs[0].marked == ((False, False), (False, True))
    assert picture.observed.rows == (("1.5",), ("3.5",))
    assert picture.observed.marked == ((False,), (True,))


def test_picture_of_anything_small_and_of_nothing_large():
    assert draw(torch.zeros(100), torch.ones(100), "x", {}) is None
    assert draw(1.0, 1.0, "x", {"tokens": torch.zeros(3, 200, 5)}) is None
    for pair in ((1.0, 2.0), ("a", "b"), ([1, 2], [1]), ({"a": 1}, {"a": 2}), (torch.tensor(1), None), ([], [[1]])):
        picture = draw(*pair, "the loss", {"names": ["a", "b"]})
        assert draw(1.0, 2.0, "the loss", {}) is None  # the sentence says it already
        assert picture.expected.name == "the loss, expected"
    assert draw(torch.zeros(0, 3), torch.zeros(0, 3), "x", {}) is not None
    assert draw(torch.zeros(2, 0), torch.zeros(2, 0), "x", {}) is not None


# Exceptions


def test_exception_is_told_once_with_its_line_and_the_shapes_in_it(grader):
    result = graded(grader, "def mean_pool(tokens, mask):\n    return tokens * mask\n")
    first, *others = [check for check in result.checks if check.problem]
    assert first.verdict is Outcome.ERROR
    assert first.lines[-1].values == "tokens: float32 (1, 3, 2), mask: int64 (1, 3)"
    assert any(other.like == first.claim for other in others)


def test_cut_off_gradient_is_told_in_words(grader):
    result = graded(grader, "@torch.no_grad()\n" + SOURCES["pooling"][SOURCES["pooling"].index("def mean_pool") :])
    (problem,) = {check.problem for check in result.checks if "gradient" in check.claim}
    assert "no gradient can flow back" in problem


def test_error_in_the_checks_own_line_is_about_what_came_back():
    assert "the check cannot go on" in in_words(Raised("AttributeError", "'dict' object has no attribute 'x'"))
    assert (
        in_words(Raised("TypeError", "f() takes 1 positional argument")) == "TypeError: f() takes 1 positional argument"
    )
    assert in_words(Raised("WrongForm", "a Batch was expected")) == "a Batch was expected"


# By hand


def test_case_is_run_again_by_hand(tmp_path, write_package):
    write_package(tmp_path, submission("def mean_pool(tokens, mask):\n    return tokens.mean(dim=1)\n").sources)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    found = checks.case("1.1", "two sentences, padded", package=tmp_path)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(found.got, found.inputs["tokens"].mean(dim=1))
    assert torch.equal(found.see(), found.got)
    assert not torch.equal(found.expected, found.got)
    assert "✘" in repr(found)
    assert repr(checks.case("1.1", "two sentences, no padding", package=tmp_path)).endswith("equal")
    for arguments, problem in (
        (("1.1", "x"), "label is 'x', but must be one of 'one sentence"),
        (("9.9",), "exercise is"),
    ):
        with pytest.raises(ValueError, match=problem):
            checks.case(*arguments, package=tmp_path)
    with pytest.raises(ValueError, match="check is 99, but"):
        checks.case("1.1", check=99, package=tmp_path)


def test_exception_of_a_case_by_hand_comes_through(tmp_path, write_package):
    write_package(tmp_path, submission("def mean_pool(tokens, mask):\n    return tokens * mask\n").sources)
    found = checks.case("1.1", "two sentences, padded", package=tmp_path)
    assert found.got.type == "RuntimeError"
    assert "RuntimeError" in repr(found)
    with pytest.raises(RuntimeError):
        found.see()


# Two mistakes at once


def test_two_mistakes_are_named_together(grader):
    text = """
def mean_pool(token_embeddings, attention_mask):
    token_embeddings.mul_(attention_mask.unsqueeze(-1))
    return token_embeddings.mean(dim=1)
"""
    result = graded(grader, text)
    assert result.diagnosis is not None


# How well answers are explained


def test_own_answers_are_judged_rightly_and_named_with_certainty():
    (answered,) = grade_answers(None, [MEAN])
    assert all(one.well for one in answered)
    wrong = [one for one in answered if not one.is_right]
    assert {kind_of(one.result) for one in wrong} == {Kind.CERTAIN}
    counted = table(answered).split("\n")
    assert counted[1].split() == ["1.1", str(len(wrong)), "0", "0", "0", "0", "0"]
    assert "This looks like a known mistake" in wrong[0].screen()
    assert json.loads(wrong[0].line())["diagnosis"] == wrong[0].name


def test_strangers_answers_are_read_from_a_folder(tmp_path):
    with pytest.raises(ValueError, match=r"folder is .* but holds no files such as wrong/1.1/name.py"):
        list(grade_answers(tmp_path, [MEAN]))
    (tmp_path / "wrong" / "1.1").mkdir(parents=True)
    (tmp_path / "wrong" / "1.1" / "sum.py").write_text("def mean_pool(tokens, mask):\n    return tokens.sum(dim=1)\n")
    (tmp_path / "wrong" / "1.1" / "nothing.py").write_text("no Python")
    (answered,) = grade_answers(tmp_path, [MEAN])
    assert [(one.name, one.result is None) for one in answered] == [
        ("wrong/1.1/nothing.py", True),
        ("wrong/1.1/sum.py", False),
    ]
    assert "judged wrongly: 1.1 wrong/1.1/nothing.py" in table(answered)


# Credit for what works

AVERAGE_OF_EVERYBODY = """
def mean_pool(token_embeddings, attention_mask):
    mask = attention_mask.unsqueeze(-1).expand(token_embeddings.size()).float()
    return torch.sum(token_embeddings * mask, 1) / torch.clamp(mask.sum(1), min=1e-9)
"""


def test_answer_that_works_earns_most_of_its_points(grader):
    result = graded(grader, AVERAGE_OF_EVERYBODY)
    assert (result.status, result.points) == (Status.WORKS, 2.4)
    assert {check.part for check in result.checks if check.problem} == {Part.CAREFUL}
    console = Console(width=80, file=io.StringIO())
    show_results("test", [result], console)
    shown = console.file.getvalue()
    assert "◐ 1.1" in shown
    assert re.search(r"Go on +checks run 1\.2", shown)
    (failure,) = ElementTree.fromstring(junit(Result("test", (result,)))).iter("failure")
    assert failure.attrib["type"] == "works"
    assert total([result, result, result]) == 7.2


def test_function_defined_twice_is_told(grader):
    text = SOURCES["pooling"] + "\n\ndef mean_pool(tokens, mask):\n    return tokens.mean(dim=1)\n"
    (result,) = grader.grade(Submission("test", {**SOURCES, "pooling": text}), [MEAN])
    (note,) = result.notes
    assert re.fullmatch(r"mean_pool is defined 2 times in pooling.py: the one in line \d+ counts, not \d+", note)
