"""Small backbones with random weights, of each family that the course knows."""

import torch
from transformers import (
    BertConfig,
    BertModel,
    DebertaV2Config,
    DebertaV2Model,
    DistilBertConfig,
    DistilBertModel,
    ElectraConfig,
    ElectraModel,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    RobertaConfig,
    RobertaModel,
)

LAYERS = 3
SIZES = {
    "vocab_size": 20,
    "hidden_size": 8,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 32,
}
# The libraries' own configurations. Some keep more than embeddings beside their layers: relative positions (MPNet,
# DeBERTa), a linear layer (ELECTRA), a norm and a convolution (DeBERTa), a norm above the layers (ModernBERT).
BACKBONES = {
    "BERT": (BertConfig(**SIZES), BertModel),
    "DistilBERT": (
        DistilBertConfig(vocab_size=20, dim=8, n_layers=LAYERS, n_heads=2, hidden_dim=16, max_position_embeddings=32),
        DistilBertModel,
    ),
    "RoBERTa": (RobertaConfig(**SIZES), RobertaModel),
    "MPNet": (MPNetConfig(**SIZES), MPNetModel),
    "ELECTRA": (ElectraConfig(**SIZES, embedding_size=4), ElectraModel),
    "DeBERTa": (
        DebertaV2Config(
            **SIZES,
            relative_attention=True,
            norm_rel_ebd="layer_norm",
            conv_kernel_size=3,
            position_buckets=4,
            pos_att_type=["c2p", "p2c"],
        ),
        DebertaV2Model,
    ),
    "ModernBERT": (
        ModernBertConfig(**SIZES, pad_token_id=0, cls_token_id=2, bos_token_id=2, sep_token_id=3, eos_token_id=3),
        ModernBertModel,
    ),
}


def make_backbone(family):
    """Make a small backbone with random weights, in eval mode and without a pooler."""
    torch.manual_seed(0)
    config, kind = BACKBONES[family]
    transformer = kind(config).eval()
    if getattr(transformer, "pooler", None) is not None:
        transformer.pooler = None
    return transformer
