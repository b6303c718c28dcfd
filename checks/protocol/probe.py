"""The probe: one check runs on one package; what comes of each case, or the error that stopped it, is observed."""

import random
import re
import traceback
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

import numpy as np
import torch

from ..source.graft import GRAFTED
from .codec import Raised, Seen, pack, unpack
from .suite import Case, Check, Code, seeded_generator
from .verdicts import CodeLine

# Under this name the learner's package is imported, whatever its folder is called.
PACKAGE = "tutorial"
WHOLE = ""  # label of the case of a check that has no others

# Bound here, before any learner's code could put something else in its place.
_TENSOR_TYPES = (torch.Tensor, torch.nn.Parameter)


def observe(
    check: Check, code: Code, exercise_id: str, seed: int, threads: int = 1, with_inputs: bool = False
) -> dict[str, Seen]:
    """Run one check; gives what came of each case, by its label. An exception is an observation too."""
    seen: dict[str, Seen] = {}
    try:
        for case in cases_of(check, code, exercise_id, seed, threads):
            seen[case.label] = see(case, f"{exercise_id} {check.claim}", seed, threads, with_inputs)
    except BaseException as error:
        seen[WHOLE] = Seen(describe_error(error))
    return seen


def cases_of(check: Check, code: Code, exercise_id: str, seed: int, threads: int = 1) -> Iterator[Case]:
    """Go through the cases of a check; each finds the same random numbers, whatever became of those before it."""
    generator = seeded_generator(seed, exercise_id, check.claim)
    set_state(f"{exercise_id} {check.claim}", seed, threads)
    cases = check.observe(code, generator)
    if not isinstance(cases, Iterator):
        yield Case(WHOLE, lambda: cases, {})
        return
    for number, case in enumerate(cases, start=1):
        yield case
        next_one = f"{check.claim} {number}"
        generator.manual_seed(seeded_generator(seed, exercise_id, next_one).initial_seed())
        set_state(f"{exercise_id} {next_one}", seed, threads)


def see(case: Case, name: str, seed: int, threads: int = 1, with_inputs: bool = False) -> Seen:
    """Run one case; the state that it starts with depends on nothing but its name."""
    before = {input: packed(given) for input, given in case.inputs.items()}
    set_state(name if case.label == WHOLE else f"{name} {case.label}", seed, threads)
    inputs = {input: unpack(given) for input, given in before.items()} if with_inputs else {}
    try:
        value = case.see()
    except BaseException as error:
        return Seen(describe_error(error), inputs)
    changed = tuple(input for input, given in case.inputs.items() if packed(given) != before[input])
    returned = next((input for input, given in case.inputs.items() if given is value), "")
    return Seen(value, inputs, changed, returned)


def packed(seen: Any) -> bytes:
    """Pack an observation; what cannot be packed has gone wrong as well."""
    try:
        return pack(seen)
    except BaseException as error:
        return pack(describe_error(error))


def set_state(name: str, seed: int, threads: int = 1) -> None:
    """Start every check with the same seeds, defaults and number of threads, whatever was changed before."""
    start = seeded_generator(seed, name, "global").initial_seed() % 2**32
    random.seed(start)
    np.random.seed(start)
    torch.default_generator.manual_seed(start)  # `torch.manual_seed` asks for all other devices, too
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_grad_enabled(True)
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)


def describe_error(error: BaseException) -> Raised:
    """Keep an exception's type and text, and those lines of its traceback that the learner wrote."""
    try:
        message = " ".join(str(error).split())[:2000]
    except Exception:
        message = "(its text cannot be read)"
    if isinstance(error, SyntaxError) and str(error.filename).startswith(f"{PACKAGE}/"):
        line = CodeLine(str(error.filename), error.lineno or 0, "", (error.text or "").strip())
        return Raised(type(error).__name__, str(error.msg), (line,))
    return Raised(" ".join(type(error).__name__.split()), message, tuple(_learners_lines(error.__traceback__)[-5:]))


def _learners_lines(trace: TracebackType | None) -> list[CodeLine]:
    lines = []
    frames = [frame for frame, _ in traceback.walk_tb(trace)][-200:]
    for frame, entry in zip(frames, traceback.extract_tb(trace, limit=-200), strict=False):
        if entry.filename.startswith(f"{PACKAGE}/") and (entry.lineno or 0) < GRAFTED:
            text = entry.line or ""
            lines.append(CodeLine(entry.filename, entry.lineno or 0, entry.name, text, _tensors_in(text, frame)))
    return lines


def _tensors_in(text: str, frame: FrameType) -> str:
    """Say what the tensors look like that a line names."""
    names = dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*", text))
    tensors = {name: frame.f_locals[name] for name in names if type(frame.f_locals.get(name)) in _TENSOR_TYPES}
    shown = [f"{name}: {str(tensor.dtype)[6:]} {tuple(tensor.shape)}" for name, tensor in tensors.items()]
    return ", ".join(shown[:4])
