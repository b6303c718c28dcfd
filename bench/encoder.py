"""One way of encoding, in a process of its own: its environment, its threads and its peak memory are its own.

`python bench/encoder.py WAY MODEL TEXTS OUT THREADS` loads a model folder, encodes the texts of a JSON file once,
writes the vectors to OUT (.npy), says that it is ready, and encodes them again for every line that it reads. It answers
with the seconds that it took and its peak memory so far.
"""

import json
import logging
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

LONGEST = 128  # tokens
Encode = Callable[[list[str]], Any]


def library(folder: str, threads: int, **options: Any) -> Encode:
    """Encode with the sentence-transformers library, up to and including its mean pooling, with its own batches."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(folder, device="cpu", **options)
    pooled = SentenceTransformer(modules=[model[0], model[1]], device="cpu")
    pooled.max_seq_length = LONGEST
    return lambda texts: pooled.encode(texts, show_progress_bar=False)


def onnx(folder: str, threads: int) -> Encode:
    """Encode with the library's ONNX backend."""
    from onnxruntime import SessionOptions

    session = SessionOptions()
    session.intra_op_num_threads = threads
    return library(
        folder, threads, backend="onnx", model_kwargs={"session_options": session, "provider": "CPUExecutionProvider"}
    )


def openvino(folder: str, threads: int, precision: str = "f32") -> Encode:
    """Encode with the library's OpenVINO backend."""
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision}
    return library(folder, threads, backend="openvino", model_kwargs={"ov_config": settings})


def ours(folder: str, threads: int, dtype: str = "float32") -> Encode:
    """Encode with the course's model: above the mean pooling it has a random projection, made from the seed 0."""
    import torch

    from solutions.encoder import SentenceTransformer
    from solutions.runtime import packed

    torch.manual_seed(0)
    model = SentenceTransformer.from_pretrained(folder)

    def encode(texts: list[str]) -> Any:
        with packed(model.transformer, getattr(torch, dtype)):
            return model.encode(texts).numpy()

    return encode


WAYS: dict[str, Callable[[str, int], Encode]] = {
    "library": library,
    "onnx": onnx,
    "openvino": openvino,
    "openvino-bfloat16": lambda folder, threads: openvino(folder, threads, "bf16"),
    "ours": ours,
    "ours-bfloat16": lambda folder, threads: ours(folder, threads, "bfloat16"),
}


def main(way: str, folder: str, texts: str, out: str, threads: str) -> None:
    """Serve one way of encoding."""
    import numpy as np
    import torch

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(int(threads))
    with open(texts, encoding="utf-8") as file:
        sentences = json.load(file)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the libraries print is no answer
    encode = WAYS[way](folder, int(threads))
    np.save(out, encode(sentences))
    print("ready", file=answers)
    for _ in sys.stdin:
        start = time.perf_counter()
        encode(sentences)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        print(json.dumps({"seconds": seconds, "peak": peak}), file=answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
