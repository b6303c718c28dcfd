"""How a transformer is run in inference: packed on a CPU if that pays, under autocast on a GPU, else as it is."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor, nn

from .packing import pack

# Tokens after which packing is tried: it takes time, and who has few sentences would only wait for it.
TOKENS_BEFORE_PACKING = 2048
# Tokens by which the packed transformer is compared with the other.
TOKENS_TO_MEASURE = 256

# Bytes of the largest block that glibc may keep for reuse when it is freed: a little less than its own limit, 32 MiB.
LARGEST_KEPT = 31 * 2**20

# Largest difference of the packed transformer's numbers, relative to them; in bfloat16 that is a cosine of 0.9999.
TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 0.014}

# Whether packing paid, as it was measured: by what decides it.
_paid: dict[tuple[Any, ...], bool] = {}


class _Packing:
    """How a `packed` block runs its transformer."""

    def __init__(self, transformer: nn.Module, dtype: torch.dtype | None) -> None:
        weight = next(transformer.parameters())
        self.transformer, self.device, self.own = transformer, weight.device, weight.dtype
        self.dtype = self.own if dtype is None else dtype
        if self.dtype != self.own and not computes_in(self.dtype, self.device):
            missing, instead, where = _name(self.dtype), _name(self.own), self.device.type.upper()
            warnings.warn(f"no {missing} on this {where}: computing in {instead}", stacklevel=4)
            self.dtype = self.own
        self.tokens = 0
        self.chosen: nn.Module | None = None

    def run(self, inputs: dict[str, Tensor]) -> Tensor:
        if self.device.type == "cpu":
            return _run(self._choose(inputs), inputs)
        if self.dtype == self.own:
            return _run(self.transformer, inputs)
        return _under_autocast(self.transformer, inputs, self.dtype, self.own)

    def _choose(self, inputs: dict[str, Tensor]) -> nn.Module:
        self.tokens += inputs["input_ids"].numel()
        if self.chosen is None and (self.dtype != self.own or self.tokens > TOKENS_BEFORE_PACKING):
            self.chosen = _faster(self.transformer, self.dtype, inputs)
            if self.chosen is self.transformer and self.dtype != self.own:
                warnings.warn(f"{_name(self.dtype)} is not faster here: computing in {_name(self.own)}", stacklevel=2)
        return self.transformer if self.chosen is None else self.chosen


_current: ContextVar[_Packing | None] = ContextVar("packing", default=None)


@contextmanager
def packed(transformer: nn.Module, dtype: torch.dtype | None = None) -> Iterator[None]:
    """Let `last_hidden_state` run a transformer as fast as its device can, in a block that leaves its weights alone.

    On a CPU its linear layers are packed as soon as there are enough tokens for it to pay; on a GPU products in a
    shorter dtype are computed under autocast. Within such a block, another one of the same transformer adds nothing.

    Args:
        transformer: In eval mode, and without gradients.
        dtype: Of the matrix products; that of the weights, if none is given, or if the device has no instructions for
            it, which is told by a warning: it would only get slower.
    """
    outer = _current.get()
    if (outer is not None and outer.transformer is transformer) or not any(True for _ in transformer.parameters()):
        yield
        return
    _keep_freed_memory()
    token = _current.set(_Packing(transformer, dtype))
    try:
        yield
    finally:
        _current.reset(token)


def _keep_freed_memory() -> None:
    """Free a large block: from then on, glibc keeps blocks up to that size when they are freed.

    Else it gives them back to the system, and every batch waits until the system has cleared new ones, page by page
    (`man mallopt`, `M_MMAP_THRESHOLD`).
    """
    torch.empty(LARGEST_KEPT, dtype=torch.uint8)


def last_hidden_state(transformer: nn.Module, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """Run a transformer, packed if a `packed` block says so: `(batch, seq)` twice to `(batch, seq, hidden)`."""
    inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
    packing = _current.get()
    if packing is not None and packing.transformer is transformer:
        return packing.run(inputs)
    return _run(transformer, inputs)


def computes_in(dtype: torch.dtype, device: torch.device) -> bool:
    """Say whether a device has instructions for products in float32, bfloat16 or float16."""
    if dtype == torch.float32:
        return True
    if device.type == "cpu":
        has = torch.cpu.get_capabilities()
        return dtype == torch.bfloat16 and any(has.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return dtype == torch.float16 or (device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False))


def _run(transformer: nn.Module, inputs: dict[str, Tensor]) -> Tensor:
    tokens: Tensor = transformer(**inputs).last_hidden_state
    return tokens


def _under_autocast(transformer: nn.Module, inputs: dict[str, Tensor], dtype: torch.dtype, own: torch.dtype) -> Tensor:
    with torch.autocast(inputs["input_ids"].device.type, dtype):
        return _run(transformer, inputs).to(own)


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _faster(transformer: nn.Module, dtype: torch.dtype, inputs: dict[str, Tensor]) -> nn.Module:
    """Pack a transformer, or give itself: where that is impossible, gives other numbers, or is not faster."""
    if dtype not in TOLERANCE or _has_hooks(transformer):  # whoever looks on expects the model's own modules at work
        return transformer
    rows = max(1, TOKENS_TO_MEASURE // inputs["input_ids"].shape[1])
    some = {name: tensor[:rows] for name, tensor in inputs.items()}
    try:
        copy = pack(transformer, dtype)
        same = _agree(_run(copy, some), _run(transformer, some), some["attention_mask"].bool(), dtype)
        return copy if same and _pays(copy, transformer, dtype, some) else transformer
    except (AttributeError, RuntimeError, TypeError):  # an operator or a part is not as it was when this was written
        return transformer


def _has_hooks(transformer: nn.Module) -> bool:
    everywhere = nn.modules.module._global_forward_hooks or nn.modules.module._global_forward_pre_hooks
    return bool(everywhere) or any(each._forward_hooks or each._forward_pre_hooks for each in transformer.modules())


def _agree(mine: Tensor, expected: Tensor, mask: Tensor, dtype: torch.dtype) -> bool:
    """Compare real tokens."""
    difference, size = (mine - expected)[mask].float().norm(), expected[mask].float().norm()
    return bool(difference <= size * TOLERANCE[dtype])


def _pays(copy: nn.Module, transformer: Any, dtype: torch.dtype, inputs: dict[str, Tensor]) -> bool:
    """Measure, once for transformers of one kind and size, whether packing makes them faster."""
    kind = (type(transformer), transformer.config.to_json_string(), dtype, torch.get_num_threads())
    if kind not in _paid:
        if inputs["input_ids"].numel() < TOKENS_TO_MEASURE // 2:
            return True  # too few to tell
        times: dict[nn.Module, list[float]] = {copy: [], transformer: []}
        for _ in range(2):
            for module, seconds in times.items():
                start = time.perf_counter()
                _run(module, inputs)
                seconds.append(time.perf_counter() - start)
        _paid[kind] = min(times[copy]) < min(times[transformer])
    return _paid[kind]
