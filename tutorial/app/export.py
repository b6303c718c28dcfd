"""A trained model as one ONNX graph, which needs neither this package nor PyTorch."""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch

from ..encoder import inference
from ..multitask import MultiTaskOutput, MultiTaskSentenceTransformer
from ..progress import busy
from ..similarity import SAMPLE_SENTENCES
from .checkpoint import Checkpoint, load_checkpoint
from .library import BACKBONE

INPUTS = ("input_ids", "attention_mask")
AXES = {0: "batch", 1: "seq"}

# Of a vector of length 1, or of the largest logit where that is greater.
LARGEST_DIFFERENCE = 1e-4
LARGEST_FILE = 2**31  # bytes; beyond it ONNX needs several files


class Exported(NamedTuple):
    """The size of the graph in bytes, how far its results are from the model's at most, and its longest sentence."""

    size: int
    difference: float
    max_length: int


def export_onnx(folder: Path, path: Path) -> Exported:
    """Write a checkpoint's model as an ONNX graph: token ids and their mask in, embeddings and both tasks' logits out.

    Batch and length are free. The graph is run beside the model on several batches before it counts as written.

    Args:
        folder: A checkpoint.
        path: The file to write.

    Raises:
        OSError: There is no checkpoint, the file cannot be written, or the libraries for it are not installed.
        ValueError: The checkpoint is damaged, its backbone makes no graph, or the graph does not compute what the model
            does.
    """
    checkpoint = load_checkpoint(folder)
    with busy("Exporting"):
        try:
            _write(checkpoint, path)
        except torch.onnx.OnnxExporterError as error:
            reason = str(error).strip().partition("\n")[0]
            raise ValueError(f"{folder}: PyTorch cannot make a graph of this backbone: {reason}") from error
        difference = _compare(checkpoint.model, path)
    return Exported(path.stat().st_size, difference, checkpoint.config.max_length)


def _write(checkpoint: Checkpoint, path: Path) -> None:
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    model, config, classes = checkpoint
    if sum(weights.numel() * weights.element_size() for weights in model.parameters()) > LARGEST_FILE:
        raise ValueError(f"{config.backbone!r} has more than 2 GiB of weights, which one ONNX file cannot hold")
    with _silence():
        program: Any = torch.onnx.export(
            model,
            kwargs=model.tokenize(SAMPLE_SENTENCES[:2]),
            input_names=INPUTS,
            output_names=MultiTaskOutput._fields,
            dynamic_shapes=dict.fromkeys(INPUTS, AXES),
            verbose=False,
        )
        # The exporter notes for every step which line of which file of this machine it comes from.
        ClearMetadataAndDocStringPass()(program.model)
        names = {f"{task}_classes": json.dumps(names) for task, names in classes.items()}
        program.model.metadata_props.update(names | {"max_length": str(config.max_length)})
        program.save(path, external_data=False)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the exporter's remarks on its own workings off the screen."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def _compare(model: MultiTaskSentenceTransformer, path: Path) -> float:
    """Run the graph beside the model: on one sentence, several of different lengths, the longest there can be."""
    from onnxruntime import InferenceSession

    session = InferenceSession(path, providers=["CPUExecutionProvider"])
    long = " ".join(SAMPLE_SENTENCES[:1] * model.max_length)
    differences = []
    for sentences in (SAMPLE_SENTENCES[:1], (*SAMPLE_SENTENCES, long), (long,)):
        inputs = model.tokenize(sentences)
        found = session.run(None, {name: inputs[name].numpy() for name in INPUTS})
        with inference(model):
            expected = model(**inputs)
        for name, ours, theirs in zip(MultiTaskOutput._fields, expected, map(torch.from_numpy, found), strict=True):
            differences.append(float((ours - theirs).abs().max()))
            if not differences[-1] <= LARGEST_DIFFERENCE * max(1.0, float(ours.abs().max())):
                raise ValueError(
                    f"the graph's {name} differ from the model's by {differences[-1]:.2g}; nothing is written"
                )
    return max(differences)


def usage(folder: Path, path: Path, exported: Exported) -> str:
    """Show in four lines of Python how the graph is run."""
    return f"""\
tokenizer = transformers.AutoTokenizer.from_pretrained({(folder / BACKBONE).as_posix()!r})
inputs = tokenizer(sentences, padding=True, truncation=True, max_length={exported.max_length}, return_tensors="np")
session = onnxruntime.InferenceSession({path.as_posix()!r})
embeddings, taskA_logits, taskB_logits = session.run(None, {{name: inputs[name] for name in {INPUTS}}})"""
