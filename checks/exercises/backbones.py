"""Small encoders of other families than `models.py` has: each keeps something beside its embeddings and its layers."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from transformers import (
    DebertaV2Config,
    DebertaV2Model,
    ElectraConfig,
    ElectraModel,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    RobertaConfig,
    RobertaModel,
)

from .models import LONGEST, SPECIAL, WORDS, seed_from


def tiny_mpnet(rng: torch.Generator, layers: int = 2, hidden: int = 4) -> MPNetModel:
    """Make an MPNet: its encoder has relative positions that all layers share."""
    seed_from(rng)
    return MPNetModel(MPNetConfig(**_sizes(layers, hidden)), add_pooling_layer=False)


def tiny_roberta(rng: torch.Generator, layers: int = 2, hidden: int = 4) -> RobertaModel:
    """Make a RoBERTa, which is built as BERT is."""
    seed_from(rng)
    return RobertaModel(RobertaConfig(**_sizes(layers, hidden)), add_pooling_layer=False)


def tiny_electra(rng: torch.Generator, layers: int = 2, hidden: int = 4) -> ElectraModel:
    """Make an ELECTRA: its embeddings are narrower than its layers, so that a linear layer stands between them."""
    seed_from(rng)
    return ElectraModel(ElectraConfig(embedding_size=hidden - 1, **_sizes(layers, hidden)))


def tiny_deberta(rng: torch.Generator, layers: int = 2, hidden: int = 4) -> DebertaV2Model:
    """Make a DeBERTa: its encoder has relative positions, their norm, and a convolution beside its layers."""
    seed_from(rng)
    options: dict[str, Any] = {
        "relative_attention": True,
        "pos_att_type": ["c2p", "p2c"],
        "position_buckets": 4,
        "norm_rel_ebd": "layer_norm",
        "conv_kernel_size": 3,
    }
    return DebertaV2Model(DebertaV2Config(**options, **_sizes(layers, hidden)))


def tiny_modernbert(rng: torch.Generator, layers: int = 2, hidden: int = 4) -> ModernBertModel:
    """Make a ModernBERT: its layers stand in no encoder, and a norm stands above them."""
    seed_from(rng)
    kinds = {"pad": "[PAD]", "cls": "[CLS]", "bos": "[CLS]", "sep": "[SEP]", "eos": "[SEP]"}
    tokens: dict[str, Any] = {f"{kind}_token_id": SPECIAL.index(token) for kind, token in kinds.items()}
    return ModernBertModel(ModernBertConfig(**tokens, **_sizes(layers, hidden)))


OTHERS: dict[str, Callable[..., nn.Module]] = {
    "RoBERTa": tiny_roberta,
    "ELECTRA": tiny_electra,
    "DeBERTa": tiny_deberta,
    "ModernBERT": tiny_modernbert,
}


def _sizes(layers: int, hidden: int) -> dict[str, Any]:
    return {
        "vocab_size": len(SPECIAL) + len(WORDS),
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "intermediate_size": 2 * hidden,
        "max_position_embeddings": LONGEST,
    }
