"""Encoding ragged texts: `encode` against the sentence-transformers library and its backends, on the same weights.

Two corpora, each of 2,000 texts with 3 to 128 tokens (longer ones are cut there); like in real collections, each
doubling of the length is about as frequent as the next. `reviews` are cut from what people wrote; in `mixed`, half of
the texts are log lines of digits and codes. The library sorts texts by their characters, which in prose say nearly how
many tokens there are, and in mixed text do not.

Each way of encoding runs in a process of its own, and all take turns. The library's ONNX and OpenVINO backends run in
an environment of their own, because their packages refuse the transformers that the course uses.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from solutions.encoder import SentenceTransformer
from solutions.packing import PackedLinear
from solutions.published import bundled_minilm
from solutions.reviews import load_reviews
from solutions.runtime import computes_in

from .comparison import Row, at_least, at_most, share_of
from .encoder import LONGEST, WAYS

TEXTS = 2000
SHORTEST = 3  # tokens, [CLS] and [SEP] included
RIVALS = Path(".venv/rivals/bin/python")
HERE = Path(__file__).resolve().parent
CPU = torch.device("cpu")
MIB = 2**20
# How many times the library's speed is asked for, by what the processor has.
FLOAT32_TARGET = 2.2 if torch.backends.cpu.get_cpu_capability().startswith("AVX512") else 1.6
BFLOAT16_TARGET = 3


class Measured(NamedTuple):
    """What one way of encoding took: seconds in each turn, bytes at most, and the vectors."""

    seconds: list[float]
    peak: int
    vectors: np.ndarray[Any, np.dtype[np.float32]]


def rows(repeats: int, threads: int) -> list[Row]:
    """Compare speed, memory and values on both corpora."""
    torch.manual_seed(0)
    model = SentenceTransformer.from_pretrained()
    ways = [way for way in WAYS if RIVALS.exists() or not way.startswith(("onnx", "openvino"))]
    if not computes_in(torch.bfloat16, CPU):
        ways = [way for way in ways if not way.endswith("bfloat16")]
    limits = {dtype: _gemm_limit(dtype) for dtype in (torch.float32, torch.bfloat16) if computes_in(dtype, CPU)}
    return [
        row
        for name, texts in _corpora(model).items()
        for row in _rows(name, texts, model, _measure(ways, texts, repeats, threads), limits)
    ]


def _rows(
    name: str,
    texts: list[str],
    model: SentenceTransformer,
    measured: dict[str, Measured],
    limits: dict[torch.dtype, float],
) -> list[Row]:
    tokens = sum(len(ids) for ids in model.tokenizer(texts, truncation=True, max_length=LONGEST)["input_ids"])
    padded = sum(inputs["input_ids"].numel() for _, inputs in model.batches_by_length(texts))
    found = [at_most(f"encode {name}, padding", 100 * (1 - tokens / padded), "of all tokens", 5, "%")]
    with torch.inference_mode():
        expected = model.project(torch.as_tensor(measured["library"].vectors)).numpy()
    for way, dtype in {"ours": torch.float32, "ours-bfloat16": torch.bfloat16}.items():
        if way not in measured:
            continue
        mine = measured[way]
        what = f"encode {name}, {str(dtype).removeprefix('torch.')}"
        target = FLOAT32_TARGET if dtype == torch.float32 else BFLOAT16_TARGET
        found.append(_faster(what, mine, "library", measured["library"], target))
        for rival in ("onnx", "openvino") if dtype == torch.float32 else ("openvino-bfloat16",):
            if rival in measured:
                found.append(_faster(what, mine, f"library, {rival}", measured[rival], 1))
        speed = tokens / min(mine.seconds)
        share = speed * _operations_per_token(model) / limits[dtype]
        found.append(share_of(f"{what}, linear layers", f"{speed:,.0f} tokens/s", _flops(limits[dtype]), share, 0.7))
        found.append(
            at_most(f"{what}, peak memory", mine.peak / 2**20, "library", measured["library"].peak / 2**20, "MiB")
        )
        if dtype == torch.float32:
            difference = float(np.abs(mine.vectors - expected).max())
            found.append(at_most(f"{what}, difference", difference, "library", 1e-5, ""))
        else:
            cosine = float((mine.vectors.astype(float) * measured["ours"].vectors).sum(axis=1).min())
            found.append(at_most(f"{what}, 1 - cosine", 1 - cosine, "float32", 1e-4, ""))
    return found


def _faster(what: str, mine: Measured, against: str, other: Measured, target: float) -> Row:
    """Say how many times faster one way was: the median over the turns, whose two times were taken in a row."""
    ratio = statistics.median(theirs / ours for ours, theirs in zip(mine.seconds, other.seconds, strict=True))
    row = at_least(what, min(mine.seconds), against, min(other.seconds), target)
    return replace(row, ratio=ratio, met=ratio >= target)


def _measure(ways: list[str], texts: list[str], repeats: int, threads: int) -> dict[str, Measured]:
    """Start a process for each way, and let all encode in turns."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        started = {way: stack.enter_context(_started(way, folder, threads)) for way in ways}
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        peaks = dict.fromkeys(ways, 0)
        for _ in range(repeats):
            for way, process in started.items():
                answer = json.loads(_ask(process))
                seconds[way].append(answer["seconds"])
                peaks[way] = answer["peak"]
        return {way: Measured(seconds[way], peaks[way], np.load(folder / f"{way}.npy")) for way in ways}


@contextmanager
def _started(way: str, folder: Path, threads: int) -> Iterator["subprocess.Popen[str]"]:
    """Start a way of encoding, and wait until it has encoded the texts once."""
    python = RIVALS if way.startswith(("onnx", "openvino")) else sys.executable
    files = HERE / "encoder.py", way, bundled_minilm(), folder / "texts.json", folder / f"{way}.npy"
    log = folder / f"{way}.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [*map(str, (python, "-P", *files, threads))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(HERE.parent)},
        ) as process,
    ):
        if not process.stdout or process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{way} did not start: {log.read_text().strip().splitlines()[-1:]}")
        yield process
        process.kill()


def _ask(process: "subprocess.Popen[str]") -> str:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    process.stdin.write("\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError(f"a way of encoding has ended: {process.args!r}")
    return answer


def _operations_per_token(model: SentenceTransformer) -> int:
    """Count the multiplications and additions of the backbone's linear layers."""
    linear = [module for module in model.transformer.modules() if isinstance(module, nn.Linear)]
    return sum(2 * module.weight.numel() for module in linear)


def _gemm_limit(dtype: torch.dtype) -> float:
    """Measure what this machine computes at most: operations per second of a packed matrix product alone."""
    rows, width = 1024, 1536
    layer, inputs = PackedLinear(nn.Linear(width, width), dtype=dtype), torch.randn(rows, width).to(dtype)
    times = []
    with torch.inference_mode():
        for _ in range(20):
            start = time.perf_counter()
            layer(inputs)
            times.append(time.perf_counter() - start)
    return 2 * rows * width**2 / min(times)


def _flops(limit: float) -> str:
    return f"GEMM limit: {limit / 1e9:.0f} GFLOP/s"


def _corpora(model: SentenceTransformer) -> dict[str, list[str]]:
    rng = random.Random(0)
    words = " ".join(load_reviews(4000).dataset.sentences)
    codes = " ".join(f"{rng.random():.6f} {rng.randrange(16**6):06x} t={rng.randrange(10**5)}" for _ in range(4000))
    reviews = _cut(model, words, TEXTS, rng)
    mixed = _cut(model, codes, TEXTS // 2, rng) + reviews[: TEXTS // 2]
    rng.shuffle(mixed)
    return {"reviews": reviews, "mixed": mixed}


def _cut(model: SentenceTransformer, text: str, count: int, rng: random.Random) -> list[str]:
    """Cut pieces of 3 to 128 tokens, their lengths log-uniform, out of a long text."""
    tokens = model.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    pieces = []
    for _ in range(count):
        length = round(SHORTEST * (LONGEST / SHORTEST) ** rng.random()) - 2
        start = rng.randrange(len(tokens) - length)
        pieces.append(model.tokenizer.decode(tokens[start : start + length]))
    return pieces
