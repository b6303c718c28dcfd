"""The probe: one check runs on one package; what it returns, or the error that stopped it, becomes an observation."""

import random
import traceback
from typing import Any

import numpy as np
import torch

from ..source.graft import GRAFTED
from .codec import Raised, pack
from .suite import Check, Code, seeded_generator
from .verdicts import CodeLine

# Under this name the learner's package is imported, whatever its folder is called.
PACKAGE = "tutorial"


def observe(check: Check, code: Code, exercise_id: str, seed: int, threads: int = 1) -> Any:
    """Run one check; gives what it saw. An exception is an observation too."""
    try:
        set_state(f"{exercise_id} {check.claim}", seed, threads)
        return check.observe(code, seeded_generator(seed, exercise_id, check.claim))
    except BaseException as error:
        return describe_error(error)


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
    torch.manual_seed(start)
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
    lines = [
        CodeLine(frame.filename, frame.lineno or 0, frame.name, frame.line or "")
        for frame in traceback.extract_tb(error.__traceback__, limit=-200)
        if frame.filename.startswith(f"{PACKAGE}/") and (frame.lineno or 0) < GRAFTED
    ]
    return Raised(type(error).__name__, message, tuple(lines[-5:]))
