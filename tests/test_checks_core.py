"""The parts that the autograder is made of, each by itself."""

import ast
import contextlib
import io
import json
import math
import sys
from pathlib import PurePath

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from checks.course import SOLUTIONS, Exercise, load_course
from checks.maintain.mutants import mutants
from checks.protocol.codec import Named, ObservationError, Opaque, Raised, Refused, pack, unpack
from checks.protocol.frames import HEADER, LARGEST, FrameError, read_frame, write_frame
from checks.protocol.messages import (
    Ending,
    Finished,
    Job,
    Judge,
    Kill,
    MessageError,
    Observed,
    Reason,
    Verdict,
    decode,
    encode,
    with_printable_texts,
)
from checks.protocol.verdicts import CheckResult, CodeLine, Outcome, Panel, Part, Picture, Status
from checks.referee.compare import compare, describe, difference, distance
from checks.source.definitions import (
    apply_diff,
    definition_text,
    find,
    parse_around,
    remove_definition,
    replace_definition,
)
from checks.source.files import read_sources
from checks.source.given import load_given
from checks.source.graft import graft, imports_of
from checks.source.package import Package
from checks.source.stubs import is_stub, stub_package, stub_source
from solutions.multitask import MultiTaskOutput

SOURCES = read_sources(SOLUTIONS)


def exercise(**fields):
    """A made-up exercise, complete where nothing else is said."""
    given = {
        "exercise_id": "9.1",
        "title": "do it",
        "target": "file.work",
        "points": 1,
        "difficulty": 1,
        "importance": 1,
    }
    return Exercise(**{**given, "minutes": 1, "hints": ("think",), **fields})


# Frames and messages


@given(st.lists(st.binary(max_size=200)))
def test_frames_arrive_as_they_were_sent(payloads):
    stream = io.BytesIO()
    for payload in payloads:
        write_frame(stream, payload)
    stream.seek(0)
    assert [read_frame(stream) for _ in payloads] == payloads
    assert read_frame(stream) is None


@pytest.mark.parametrize("sent", [b"\0", b"\0\0\0\5abc", HEADER.pack(LARGEST + 1) + b"x", b"\xff\xff\xff\xff"])
def test_broken_frame_is_refused(sent):
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(sent))


line = CodeLine("tutorial/pooling.py", 3, "mean_pool", "return 1 / 0")
picture = Picture(
    (Panel("tokens", (("1", "2"),), ((False, True),)),), Panel("the mean", (("1",),)), Panel("the mean", (("2",),))
)
checked = CheckResult(
    "averages", Outcome.FAILED, Part.CAREFUL, "wrong", "1", "2", "one token", picture=picture, lines=(line,)
)
MESSAGES = [
    Job("1.1", 2**40, 10, {"pooling": "é"}, {}),
    Observed(bytes(range(256))),
    Finished(True),
    Kill(False),
    Judge("4.11", Ending(Reason.EXITED, (b"1", b""), None, False, "text", 0.5, -9)),
    Verdict(Status.FAILED, (checked,), "problem", (line,)),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_messages_arrive_as_they_were_sent(message):
    assert decode(encode(message), *{type(each) for each in MESSAGES}) == message


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\xff" * 9, encode(Finished(True))[:-1], encode(Kill(True)), encode(1)]
)
def test_what_is_no_expected_message_is_refused(content):
    with pytest.raises(MessageError):
        decode(content, Finished, Observed)


def test_message_of_the_right_name_with_a_wrong_field_is_refused():
    with pytest.raises(MessageError):
        decode(encode(Kill(True))[:-1] + b"\x07", Kill)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_refused(content):
    with contextlib.suppress(MessageError):
        decode(content, *{type(each) for each in MESSAGES})


def test_texts_of_a_message_can_be_made_printable():
    shown = with_printable_texts(Verdict(Status.ERROR, (CheckResult("a\x1b[1m", Outcome.ERROR, problem="b\ud800\n"),)))
    assert shown.checks[0].claim == "a\ufffd[1m"
    assert shown.checks[0].problem == "b\ufffd\n"


# Observations

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(values)
def test_plain_values_come_back_as_they_were(value):
    assert unpack(pack(value)) == value


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.bool]
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_tensors_come_back_as_they_were(dtype, shape):
    tensor = (torch.rand(shape) * 3).to(dtype)
    back = unpack(pack({"x": [tensor.requires_grad_() if dtype.is_floating_point else tensor]}))["x"][0]
    assert back.dtype == dtype
    assert torch.equal(back, tensor)


def test_non_contiguous_and_shared_tensors_come_back():
    tensor = torch.arange(6.0).reshape(2, 3)
    first, second = unpack(pack([tensor.T, tensor]))
    assert torch.equal(first, tensor.T)
    assert torch.equal(second, tensor)


def test_named_tuples_sets_and_paths_keep_their_kind():
    back = unpack(pack([MultiTaskOutput(1, 2, 3), {"b", "a"}, frozenset("c"), PurePath("a/b")]))
    assert back[0] == Named("MultiTaskOutput", {"embeddings": 1, "taskA_logits": 2, "taskB_logits": 3})
    assert back[1:] == [frozenset("ab"), frozenset("c"), PurePath("a/b")]


@pytest.mark.parametrize("value", [np.zeros(2), object(), np.float32(1), torch.zeros(2).to_sparse(), lambda: 1])
def test_other_types_keep_only_their_name(value):
    assert isinstance(unpack(pack(value)), Opaque)


def test_errors_keep_the_learners_lines():
    raised = Raised("ValueError", "no", (CodeLine("tutorial/x.py", 3, "f", "f(x)"),))
    assert unpack(pack(raised)) == raised


def test_endless_or_huge_values_are_refused():
    loop: list[object] = []
    loop.append(loop)
    for value in (loop, [0] * 300_000, torch.zeros(20_000_000)):
        with pytest.raises(ObservationError):
            pack(value)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_observation_are_refused_or_read(data):
    with contextlib.suppress(ObservationError):
        unpack(data)


def test_long_texts_of_a_hostile_worker_are_cut():
    tree = json.dumps(
        ["raised", "X" * 10**6, "m" * 10**6, [["f" * 10**6, -(10**30), "g", "t" * 10**6, "v" * 10**6]]]
    ).encode()
    raised = unpack(len(tree).to_bytes(4) + tree + pack(None)[8:])
    line = raised.lines[0]
    assert len(raised.type) + len(raised.message) + len(line.text) + len(line.values) < 4000
    assert 0 <= raised.lines[0].number < 2**32


@pytest.mark.parametrize(
    "tree",
    [
        b'["tensor","9"]',
        b'["raised"]',
        b'["dict",[[1]]]',
        b'["what",1]',
        b"[]",
        b"[",
        b"[" * 9000,
        b'{"a":1}',
        b'["list",[' + b"1," * 900_000 + b"1]]",
        b'["raised","X","m",[[[],{},[],0]]]',
        b'["seen",1]',
        b'["refused","X"]',
    ],
)
def test_malformed_trees_are_refused(tree):
    with pytest.raises(ObservationError):
        unpack(len(tree).to_bytes(4) + tree + pack(None)[8:])


# Comparison


@given(values)
def test_equal_values_do_not_differ(value):
    assert difference(value, value) is None
    assert distance(value, value) == 0


@pytest.mark.parametrize(
    ("expected", "observed", "problem"),
    [
        (torch.zeros(2), None, "a tensor was expected, got None"),
        (torch.tensor(2.0), torch.tensor(3.0), "expected 2, got 3"),
        (torch.zeros(2), [0.0, 0.0], "a tensor was expected, got a list"),
        (torch.zeros(2), torch.zeros(2, 1), "expected shape (2,), got (2, 1)"),
        (torch.zeros(2), torch.zeros(2).double(), "expected float32, got float64"),
        (torch.zeros(2), torch.tensor([0.0, math.nan]), "1 of 2 values is wrong; at [1] expected 0, got nan"),
        (torch.tensor([1.0, math.inf]), torch.tensor([1.0, 1.0]), "expected inf, got 1"),
        (torch.tensor([1, 2]), torch.tensor([1, 3]), "at [1] expected 2, got 3"),
        (1.0, 1.1, "expected 1, got 1.1"),
        (1.0, 1.00002, "expected 1.0, got 1.00002"),
        (Refused("ValueError", "", ("ValueError",)), 3, "a ValueError was expected, but nothing was raised"),
        (
            Refused("ValueError", "", ("ValueError",)),
            Refused("KeyError", "k", ("KeyError", "Exception")),
            "a KeyError was raised: k",
        ),
        (1.0, True, "a float was expected, got a bool"),
        (1, 1.0, "an int was expected, got a float"),
        (True, 1, "a bool was expected, got an int"),
        ((1, 2), [1, 2], "a tuple was expected, got a list"),
        ([1, 2], [1], "there should be 2, but there are 1"),
        ({"a": 1}, {"b": 1}, "a is missing"),
        ({"a": 1}, {"a": 1, "b": 1}, "b was not asked for"),
        ({1: 1}, {"1": 1}, "1 is missing"),
        (Named("A", {"x": 1}), Named("B", {"x": 1}), "an A was expected, got a B"),
        (1, Opaque("numpy.int64", "1"), "got a numpy.int64"),
        ("a", Raised("ValueError", "no"), "ValueError: no"),
    ],
)
def test_difference_says_what_is_wrong(expected, observed, problem):
    found = difference(expected, observed)
    assert found is not None
    assert problem in found.problem


def test_difference_says_where_it_is():
    found = difference({"a": [1, {"b": 2.0}]}, {"a": [1, {"b": 3.0}]})
    assert found is not None
    assert found.sentence == "a, number 2, b: expected 2, got 3"
    whole = difference(2.0, 3.0, name="the loss")
    assert whole is not None
    assert whole.sentence == "the loss: expected 2, got 3"


def test_subclass_of_the_expected_error_is_well():
    wanted = Refused("ValueError", "", ("ValueError", "Exception"))
    assert difference(wanted, Refused("Own", "text", ("Own", "ValueError", "Exception"))) is None


@pytest.mark.parametrize(
    ("dtype", "small", "large"),
    [
        (torch.float32, 1e-6, 1e-4),
        (torch.float16, 1e-3, 1e-1),
        (torch.bfloat16, 1e-2, 1e-1),
        (torch.float64, 1e-8, 1e-5),
    ],
)
def test_tolerance_depends_on_the_dtype(dtype, small, large):
    one = torch.ones(3, dtype=dtype)
    assert difference(one, one + small) is None
    assert difference(one, one + large) is not None
    assert difference(one, one + large, slack=1e6) is None


def test_integers_have_no_tolerance():
    assert difference(torch.tensor([10**9]), torch.tensor([10**9 + 1]), slack=1e9) is not None


def test_whole_number_may_stand_for_a_float():
    assert difference([0.0, 1.0], [0, 1]) is None


def test_description_is_one_short_line():
    for value in (torch.rand(100, 100), ["x" * 1000], {"a": [1] * 1000}, Opaque("a.B", "text"), None):
        assert len(describe(value)) < 200
        assert "\n" not in describe(value)


def test_first_wrong_value_is_named_and_the_wrong_ones_are_counted():
    expected = torch.arange(100.0)
    observed = expected.clone()
    observed[50], observed[70] = -1, 1e6
    found = difference(expected, observed)
    assert found is not None
    assert found.problem == "2 of 100 values are wrong; at [50] expected 50, got -1"


def test_compare_goes_on_after_the_first_difference():
    assert [found.where for found in compare([1, 2, 3], [0, 2, 0])] == ["number 1", "number 3"]


# Definitions and stubs

FILE = '''"""A file."""

import os

LIMIT = 3


@decorated(
    1
)
def work(x: int) -> int:
    """Work."""
    # count
    y = x + 1

    return y


class Thing:
    """A thing."""

    size = 1

    def __init__(self, x):
        self.x = x

    def work(self):
        """Work."""
        return self.x


def _helper():
    return 1
'''


def test_definitions_are_found_by_their_path():
    assert definition_text(FILE, ("work",)).startswith("@decorated(")
    assert definition_text(FILE, ("Thing", "work")).strip().startswith("def work(self)")
    with pytest.raises(ValueError, match=r"no Thing\.play"):
        find(FILE, ("Thing", "play"))


def test_replacement_takes_the_indentation_of_what_it_replaces():
    text = replace_definition(FILE, ("Thing", "work"), "def work(self):\n    return 7\n")
    assert "    def work(self):\n        return 7\n" in text
    assert ast.parse(text)


def test_last_definition_counts():
    assert find(FILE + "\n\ndef work(): pass\n", ("work",)).lineno > 20


def test_removed_definition_is_gone():
    assert "_helper" not in remove_definition(FILE, ("_helper",))


def test_diff_changes_lines_of_its_definitions_only():
    text = apply_diff(FILE, [("Thing", "work")], "- return self.x\n+ return self.x + 1\n")
    assert "        return self.x + 1\n" in text


def test_diff_keeps_context_and_relative_indentation():
    text = apply_diff(FILE, [("work",)], "  # count\n- y = x + 1\n+ if x:\n+     y = x\n")
    assert "    # count\n    if x:\n        y = x\n" in text


@pytest.mark.parametrize("diff", ["- nothing like it\n+ x", "- self.x = x\n+ x"])
def test_diff_that_fits_nowhere_is_refused(diff):
    with pytest.raises(ValueError, match="0 places"):
        apply_diff(FILE, [("work",)], diff)


def test_lines_end_where_python_ends_them():
    text = FILE.replace("# count", "# count\u2028\x0c\x85 on")
    assert replace_definition(text, ("work",), "def work():\n    pass\n").count("return y") == 0
    assert "on\n" not in stub_source(text, (exercise(),))


def test_stub_keeps_signature_and_docstring():
    stub = stub_source(FILE, (exercise(parts=("_helper",)),))
    assert '    """Work."""\n    # TODO 9.1 do it\n    raise NotImplementedError("exercise 9.1: work")\n' in stub
    assert "y = x + 1" not in stub
    assert "# count" not in stub
    assert "_helper" not in stub
    assert "self.x = x" in stub


def test_stub_of_a_class_empties_every_method():
    stub = stub_source(FILE, (exercise(target="file.Thing"),))
    assert stub.count("NotImplementedError") == 2
    assert "size = 1" in stub


def test_stubs_hold_no_line_of_an_exercise():
    stubs = stub_package(SOURCES, load_course())
    for known in load_course().exercises:
        marked = stubs[known.file].count(f'NotImplementedError("exercise {known.exercise_id}:')
        assert bool(marked) is not bool(load_given(known))
        assert ast.parse(stubs[known.file])


# Hybrid

REFERENCE = """
import math
import torch

LIMIT = 3


def _helper(x: "Thing") -> int:
    return LIMIT


class Thing:
    def first(self):
        return "reference first"

    def second(self):
        raise NotImplementedError("exercise 1: second")

    def given(self):
        return "given"


def other(x: Thing) -> str:
    return "reference other"


def last(x: Thing) -> str:
    return "reference last"
"""
MINE, OTHERS = [("Thing", "second")], [("Thing", "first"), ("other",), ("last",)]


def hybrid(text):
    package = Package("hybrid_test", {"module": graft(text, REFERENCE, MINE, OTHERS)}, {"module": text})
    try:
        return package.module
    finally:
        package.close()


def test_hybrid_has_the_learners_exercise_and_the_references_others():
    module = hybrid(
        REFERENCE.replace('raise NotImplementedError("exercise 1: second")', 'return "mine"').replace(
            "reference", "wrong"
        )
    )
    assert module.Thing().second() == "mine"
    assert module.Thing().first() == "reference first"
    assert module.other(None) == "reference other"


def test_hybrid_supplies_what_was_deleted():
    module = hybrid("class Thing:\n    def second(self):\n        return math.floor(_helper(self)), self.given()\n")
    assert module.Thing().second() == (3, "given")
    assert module.last(None) == "reference last"


def test_hybrid_keeps_the_learners_helpers_and_changes():
    module = hybrid(REFERENCE.replace("LIMIT = 3", "LIMIT = 4\ndef own(): return LIMIT"))
    assert module.own() == 4
    assert module._helper(None) == 4


@pytest.mark.parametrize("broken", ["    return (", "  bad", "return '''"])
def test_hybrid_reads_past_a_syntax_error_in_another_exercise(broken):
    text = REFERENCE.replace('    return "reference other"', f"    x = 1\n    {broken}").replace(
        'raise NotImplementedError("exercise 1: second")', 'return "mine"'
    )
    with pytest.raises(SyntaxError):
        ast.parse(text)
    assert hybrid(text).Thing().second() == "mine"


@pytest.mark.parametrize(
    "head", ["def second(self):", "async def second(self):", "@torch.no_grad\n    def second(self):"]
)
def test_syntax_error_of_a_method_leaves_the_same_name_in_other_classes_alone(head):
    text = f"class A:\n    def second(self):\n        return 1\n\n\nclass B:\n    {head}\n        return (((\n"
    tree = parse_around(text, [("B", "second")])
    assert [type(node) for node in tree.body[0].body] == [ast.FunctionDef]
    assert [type(node) for node in tree.body[1].body] == [ast.Pass]


def test_hybrid_reports_a_syntax_error_of_its_own():
    with pytest.raises(SyntaxError) as caught:
        hybrid(REFERENCE.replace('raise NotImplementedError("exercise 1: second")', "return ("))
    assert caught.value.lineno == 17


RAISE = 'raise NotImplementedError("exercise 9.1: second")'
HANDED_OUT = REFERENCE.replace('raise NotImplementedError("exercise 1: second")', RAISE)


@pytest.mark.parametrize(
    ("change", "stub"),
    [
        (("", ""), True),
        (("def second(self):", 'def second(self):\n        """New words."""\n        # mine'), True),
        (('return "reference other"', "return ("), True),
        ((RAISE, "return 1"), False),
        ((RAISE, f"x = 1\n        {RAISE}"), False),
        ((RAISE, f"return 1\n        {RAISE}"), False),
        ((RAISE, 'raise NotImplementedError("not yet")'), False),
        (("def second(self)", "def third(self)"), False),
        (("class Thing:", "class Thing:\n    ("), False),
        (("def last(", "Thing.second = print\n\n\ndef last("), False),
        (("def last(", "Thing.first.note = Thing.other = 1\n\n\ndef last("), True),
        (("    def given(", "    second = print\n\n    def given("), False),
        (("    def given(", "    if LIMIT:\n        def second(self): return 1\n\n    def given("), False),
        (("    def second(", "    @print\n    def second("), False),
        (("def other(x: Thing) -> str:", "def other(x: Thing) -> str:\n    second = 1"), True),
        (("def other(x: Thing) -> str:", "from .mine import second\ndef other(x: Thing) -> str:"), True),
    ],
)
def test_stubs_are_told_from_answers(change, stub):
    known = exercise(target="file.Thing.second")
    assert is_stub(HANDED_OUT.replace(*change, 1), known, OTHERS) is stub


def test_class_is_a_stub_until_a_method_is_written():
    known = exercise(target="file.Thing")
    text = stub_source(FILE, (known,))
    assert is_stub(text, known, [])
    assert not is_stub(text.replace('raise NotImplementedError("exercise 9.1: Thing")', "pass", 1), known, [])


def test_every_exercise_of_the_tutorial_is_a_stub_and_none_of_the_solutions():
    stubs = stub_package(SOURCES, load_course())
    for known in load_course().exercises:
        assert is_stub(stubs[known.file], known, load_course().others(known))
        assert not is_stub(SOURCES[known.file], known, load_course().others(known))


def test_package_finds_names_of_the_learners_other_files():
    package = Package("spare_test", {"a": "x = 1", "b": "from .a import own, x"}, {"a": "from .b import *\nown = 2"})
    try:
        assert (package.b.own, package.b.x) == (2, 1)
        with pytest.raises(ImportError):
            __import__("spare_test.missing")
    finally:
        package.close()
    assert not [module for module in sys.modules if module.startswith("spare_test")]


def test_imports_are_those_of_the_file_and_what_it_imports():
    assert imports_of(SOURCES, "pooling") == ["import torch", "from torch import Tensor"]
    assert any("transformers" in line for line in imports_of(SOURCES, "encoder"))
    assert not any("sklearn" in line for line in imports_of(SOURCES, "encoder"))


# Manifest and mutants


def test_manifest_knows_its_exercises():
    course = load_course()
    assert [known.exercise_id for known in course.exercises] == sorted(
        (known.exercise_id for known in course.exercises), key=lambda name: [int(part) for part in name.split(".")]
    )
    assert {known.task for known in course.exercises} == set(course.tasks)
    for known in course.exercises:
        assert find(SOURCES[known.file], known.path)
        assert 1 <= known.difficulty <= 5
        assert 1 <= known.importance <= 5
    with pytest.raises(ValueError, match=r"exercise is '9\.1', but must be one of"):
        course.exercise("9.1")


def test_mutants_change_one_thing_each():
    text = (
        'def work(x: int = 1):\n    """Doc 1."""\n    if not x < 2:\n        raise ValueError("three", 3)\n'
        "    return f(x, -4, flag=True)\n"
    )
    changes = {mutant.change for mutant in mutants(text, exercise())}
    assert changes == {
        "def work(x: int=1):  →  def work(x: int=2):",
        "if not x < 2:  →  pass",
        "if not x < 2:  →  if not not x < 2:",
        "if not x < 2:  →  if x < 2:",
        "if not x < 2:  →  if not x <= 2:",
        "if not x < 2:  →  if not x < 3:",
        "raise ValueError('three', 3)  →  pass",
        "return f(x, -4, flag=True)  →  pass",
        "return f(x, -4, flag=True)  →  return None",
        "return f(x, -4, flag=True)  →  return f(x, -4)",
        "return f(x, -4, flag=True)  →  return f(-4, x, flag=True)",
        "return f(x, -4, flag=True)  →  return f(x, 4, flag=True)",
        "return f(x, -4, flag=True)  →  return f(x, -5, flag=True)",
        "return f(x, -4, flag=True)  →  return f(x, -4, flag=False)",
    }
