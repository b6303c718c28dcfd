"""Observations: what a check saw, as bytes that any process may read without trusting the one that wrote them.

Python's plain types go through JSON, tensors through safetensors. Everything else keeps only its name.
"""

import json
import re
import struct
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor

from .verdicts import CodeLine

LONGEST_TEXT = 20_000
MOST_NODES = 200_000
DEEPEST = 30
UNNAMED = ("builtins", "tutorial", "reference")  # packages whose types go by their own name
LARGEST = 32 * 1024 * 1024  # bytes
SIZE = struct.Struct(">I")

# Bound here, before any learner's code could put something else in their place.
_TENSOR_TYPES = (Tensor, torch.nn.Parameter)


class Kind(StrEnum):
    """What stands first in the JSON form of everything that is no plain leaf."""

    TENSOR = "tensor"
    NAMED = "named"
    DICT = "dict"
    LIST = "list"
    TUPLE = "tuple"
    SET = "set"
    FROZENSET = "frozenset"
    PATH = "path"
    OPAQUE = "opaque"
    RAISED = "raised"
    REFUSED = "refused"
    SEEN = "seen"


CONTAINERS: dict[Kind, Any] = {Kind.LIST: list, Kind.TUPLE: tuple, Kind.SET: frozenset, Kind.FROZENSET: frozenset}
SEQUENCES: dict[type, Kind] = {list: Kind.LIST, tuple: Kind.TUPLE}
SETS: dict[type, Kind] = {set: Kind.SET, frozenset: Kind.FROZENSET}


@dataclass(frozen=True)
class Named:
    """A named tuple: the name of its type, and its fields in order."""

    type: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Opaque:
    """Something of a type that no check asks for: only its name and how it looks."""

    type: str
    text: str


@dataclass(frozen=True)
class Raised:
    """The check did not come to its end: an exception, and the learner's own lines of its traceback."""

    type: str
    message: str
    lines: tuple[CodeLine, ...] = ()

    @property
    def out_of_memory(self) -> bool:
        """The system, or torch, was refused memory."""
        return self.type == "MemoryError" or "allocate memory" in self.message


@dataclass(frozen=True)
class Refused:
    """An exception that the check was prepared for: its type and its text, and all types that it counts as."""

    type: str
    message: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What came of one case.

    Attributes:
        value: What the code gave; a `Raised`, if the case did not come to its end.
        inputs: What went in, as it was before; kept of the reference only.
        changed: Names of the inputs that are not as they were.
        returned: Name of the input whose very object came back.
    """

    value: Any
    inputs: dict[str, Any] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    returned: str = ""


class ObservationError(Exception):
    """The bytes are no observation."""


def pack(value: Any) -> bytes:
    """Turn what a check returned into bytes.

    Raises:
        ObservationError: It is too large, too deep, or goes round in circles.
    """
    tensors: dict[str, Tensor] = {}
    tree = json.dumps(_Packer(tensors).pack(value, 0)).encode()
    return SIZE.pack(len(tree)) + tree + save(tensors)


class _Packer:
    """Walks through a value once; collects its tensors."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self.tensors = tensors
        self.nodes = 0
        self.bytes = 0

    def pack(self, value: Any, depth: int) -> Any:
        """Give the JSON form of a value: a plain leaf, or a list whose first item says what it is."""
        self.nodes += 1
        if self.nodes > MOST_NODES or depth > DEEPEST:
            raise ObservationError("the result is too large, too deep or contains itself")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return int(value) if isinstance(value, int) else float(value)
        if isinstance(value, str):
            text = str.__str__(value)[:LONGEST_TEXT]
            self._weigh(len(text))
            return text
        if type(value) in _TENSOR_TYPES:
            return self._tensor(value)
        if isinstance(value, Raised):
            lines = [[line.file, line.number, line.function, line.text, line.values] for line in value.lines]
            return [Kind.RAISED, value.type, value.message, lines]
        if isinstance(value, Refused):
            return [Kind.REFUSED, value.type, value.message, list(value.kinds)]
        if isinstance(value, Seen):
            parts = [self.pack(part, depth + 1) for part in (value.value, value.inputs)]
            return [Kind.SEEN, *parts, list(value.changed), value.returned]
        return self._container(value, depth + 1)

    def _tensor(self, tensor: Tensor) -> Any:
        if tensor.layout is not torch.strided or tensor.is_meta or tensor.is_quantized or tensor.is_complex():
            return [Kind.OPAQUE, "torch.Tensor", f"{tensor.layout}, {tensor.dtype}, on {tensor.device}"]
        self._weigh(tensor.numel() * tensor.element_size())
        name = str(len(self.tensors))
        self.tensors[name] = tensor.detach().cpu().contiguous().clone()
        return [Kind.TENSOR, name]

    def _weigh(self, size: int) -> None:
        self.bytes += size
        if self.bytes > LARGEST:
            raise ObservationError("the result holds more than 32 MB")

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            fields = zip(value._fields, value, strict=True)
            return [Kind.NAMED, type(value).__name__, [[str(name), self.pack(item, depth)] for name, item in fields]]
        if type(value) in SEQUENCES:
            return [SEQUENCES[type(value)], [self.pack(item, depth) for item in value]]
        if type(value) in SETS:
            return [SETS[type(value)], [self.pack(item, depth) for item in sorted(value, key=repr)]]
        if isinstance(value, dict):
            return [Kind.DICT, [[self.pack(key, depth), self.pack(item, depth)] for key, item in value.items()]]
        if isinstance(value, PurePath):
            return [Kind.PATH, value.as_posix()]
        return [Kind.OPAQUE, _type_name(value), _appearance(value)]


def _type_name(value: Any) -> str:
    kind = type(value)
    module = "" if kind.__module__.partition(".")[0] in UNNAMED else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"[:200]


def _appearance(value: Any) -> str:
    try:
        return re.sub(r" at 0x[0-9a-f]+", "", str(repr(value)))[:200]  # an address is another one each time
    except Exception:
        return "(it cannot be shown)"


def unpack(data: bytes) -> Any:
    """Read what `pack` wrote.

    Returns:
        Plain values, tensors, `Named`, `Opaque` and `Raised`.

    Raises:
        ObservationError: The bytes are something else.
    """
    try:
        (size,) = SIZE.unpack_from(data)
        if data.count(b",", 0, SIZE.size + size) > 4 * MOST_NODES:  # parsing it alone would take minutes
            raise ObservationError("what came back is too large")
        tree = json.loads(data[SIZE.size : SIZE.size + size])
        return _unpack(tree, load(data[SIZE.size + size :]))
    except ObservationError:
        raise
    except Exception as error:  # hostile bytes may fail in any way
        raise ObservationError("what came back is no observation") from error


def _unpack(tree: Any, tensors: dict[str, Tensor], depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise ObservationError("what came back is too deep")
    if isinstance(tree, dict):
        raise ObservationError("what came back is no observation")
    if not isinstance(tree, list):
        return tree[:LONGEST_TEXT] if isinstance(tree, str) else tree

    def inner(item: Any) -> Any:
        return _unpack(item, tensors, depth + 1)

    kind, *rest = tree
    if kind == Kind.TENSOR:
        return tensors[rest[0]]
    if kind == Kind.RAISED:
        return Raised(str(rest[0])[:200], str(rest[1])[:2000], tuple(_line(*line) for line in rest[2][:10]))
    if kind == Kind.REFUSED:
        return Refused(str(rest[0])[:200], str(rest[1])[:2000], tuple(str(each)[:200] for each in rest[2][:20]))
    if kind == Kind.SEEN:
        changed = tuple(str(name)[:200] for name in rest[2][:20])
        return Seen(inner(rest[0]), dict(inner(rest[1])), changed, str(rest[3])[:200])
    if kind == Kind.NAMED:
        return Named(str(rest[0])[:200], {str(name): inner(item) for name, item in rest[1]})
    if kind == Kind.DICT:
        return {_key(inner(key)): inner(item) for key, item in rest[0]}
    if kind == Kind.OPAQUE:
        return Opaque(str(rest[0])[:200], str(rest[1])[:200])
    if kind == Kind.PATH:
        return PurePath(rest[0])
    return CONTAINERS[kind](inner(item) for item in rest[0])


def _line(file: Any, number: Any, function: Any, text: Any, values: Any) -> CodeLine:
    texts = str(function)[:200], str(text)[:500], str(values)[:500]
    return CodeLine(str(file)[:200], min(abs(int(number)), 2**31), *texts)


def _key(key: Any) -> Any:
    """Give a dictionary key in a form that can be compared: a tensor as a key is nothing to compare by."""
    return repr(key) if isinstance(key, Tensor | list | dict) else key
