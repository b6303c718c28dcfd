"""A checkpoint as the sentence-transformers library reads it: a list of modules, and a folder for each of them.

Names and keys are those of the library's version 3, which later versions still read.
"""

import inspect
import json
from pathlib import Path
from typing import Any

from safetensors.torch import save

from ..config import ModelConfig, Pooling
from ..encoder import SentenceTransformer
from .files import write_json

BACKBONE = "backbone"
# What a sentence goes through: the folder, and the library's class for it.
MODULES = {
    BACKBONE: "Transformer",
    "pooling": "Pooling",
    "projection": "Dense",
    "layer_norm": "LayerNorm",
    "normalize": "Normalize",
}
# Our layers that are modules there, and what their weights are called in them.
LAYERS = {"projection": "linear", "layer_norm": "norm"}
WEIGHTS = "model.safetensors"


def write_modules(folder: Path, model: SentenceTransformer, config: ModelConfig) -> None:
    """Write all that stands between a sentence and its embedding, save the backbone's own files.

    Args:
        folder: The checkpoint; its `backbone/` is there already.
        model: Its projection and layer norm are stored here and nowhere else.
        config: Its pooling and its greatest length.
    """
    for name, settings in _settings(model, config).items():
        (folder / name).mkdir(exist_ok=True)
        write_json(folder / name / "config.json", settings)
    for name, theirs in LAYERS.items():
        layer = model.get_submodule(name).state_dict()
        weights = {f"{theirs}.{key}": tensor.contiguous() for key, tensor in layer.items()}
        (folder / name / WEIGHTS).write_bytes(save(weights))
    backbone = json.loads((folder / BACKBONE / "config.json").read_text(encoding="utf-8"))
    write_json(folder / BACKBONE / "config.json", backbone | {"dtype": "float32"})  # as ours opens it, and trains it
    write_json(folder / BACKBONE / "sentence_bert_config.json", _backbone_settings(model, config))
    # Opened alone, the backbone gives its tokens; without this list the library would make up a pooling for it.
    write_json(folder / BACKBONE / "modules.json", _listed({"": MODULES[BACKBONE]}))
    write_json(folder / "modules.json", _listed(MODULES))
    write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )


def _settings(model: SentenceTransformer, config: ModelConfig) -> dict[str, dict[str, Any]]:
    hidden, dim = model.projection.in_features, model.dim
    return {
        "pooling": {
            "word_embedding_dimension": hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": config.pooling is Pooling.MEAN,  # on, if it is not told otherwise
            "pooling_mode_max_tokens": config.pooling is Pooling.MAX,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "projection": {
            "in_features": hidden,
            "out_features": dim,
            "bias": True,
            "activation_function": "torch.nn.modules.linear.Identity",  # tanh, if it is not told otherwise
        },
        "layer_norm": {"dimension": dim},
        "normalize": {},
    }


def _backbone_settings(model: SentenceTransformer, config: ModelConfig) -> dict[str, Any]:
    settings: dict[str, Any] = {"max_seq_length": config.max_length, "do_lower_case": False}
    # Such a backbone would be given a pooler with random weights.
    if "add_pooling_layer" in inspect.signature(type(model.transformer)).parameters:
        settings["model_args"] = {"add_pooling_layer": False}
    return settings


def _listed(modules: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (path, kind) in enumerate(modules.items())
    ]
