"""Small models for the checks: the real BERT and DistilBERT, a few numbers wide, and a real tokenizer."""

from types import SimpleNamespace
from typing import Any

import torch
from transformers import BertConfig, BertModel, BertTokenizer, DistilBertConfig, DistilBertModel
from transformers.modeling_outputs import BaseModelOutputWithPoolingAndCrossAttentions

from ..protocol.suite import Code

SENTENCES = (
    "the router is slow",
    "a film",
    "my sister loved the concert in may and the novel in june",
    "it crashes",
    "everyone adored this superb play",
    "the laptop works",
    "we hated the awful drone because it breaks easily",
    "good",
    "this podcast is truly tedious and it drags endlessly",
    "her brilliant server responds instantly",
)
PADDED = ("a film", "good")  # the second one is shorter
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = tuple(dict.fromkeys(word for sentence in SENTENCES for word in sentence.split()))
LONGEST = 16


def tiny_tokenizer() -> Any:
    """Make a BERT tokenizer that knows the words of `SENTENCES`."""
    vocabulary = {token: index for index, token in enumerate((*SPECIAL, *WORDS))}
    return BertTokenizer(vocab=vocabulary, model_max_length=LONGEST)


def seed_from(rng: torch.Generator) -> None:
    """Seed the global random numbers, which initialize weights, from a check's own generator."""
    # `torch.manual_seed` asks for all other devices, too, and takes longer than a small model.
    torch.default_generator.manual_seed(int(torch.randint(2**31, (1,), generator=rng)))


def tiny_bert(rng: torch.Generator, layers: int = 2, hidden: int = 16) -> BertModel:
    """Make a BERT with random weights; its dropout is BERT's usual 0.1."""
    seed_from(rng)
    config = BertConfig(
        vocab_size=len(SPECIAL) + len(WORDS),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * hidden,
        max_position_embeddings=LONGEST,
        initializer_range=0.3,
    )
    return BertModel(config, add_pooling_layer=False)


def tiny_distilbert(rng: torch.Generator, layers: int = 2, hidden: int = 16) -> DistilBertModel:
    """Make a DistilBERT with random weights."""
    seed_from(rng)
    config = DistilBertConfig(
        vocab_size=len(SPECIAL) + len(WORDS),
        dim=hidden,
        n_layers=layers,
        n_heads=2,
        hidden_dim=2 * hidden,
        max_position_embeddings=LONGEST,
        initializer_range=0.3,
    )
    return DistilBertModel(config)


class StandIn(torch.nn.Module):
    """Stands in for a transformer where many models are made, as it costs little: words look at their average."""

    def __init__(self, hidden: int = 8) -> None:
        super().__init__()
        self.config = SimpleNamespace(hidden_size=hidden, max_position_embeddings=LONGEST)
        self.embeddings = _Embeddings(hidden)
        self.layer = torch.nn.Sequential(torch.nn.Linear(hidden, hidden), torch.nn.Tanh(), torch.nn.Dropout(0.1))

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        output_hidden_states: bool = False,
        **_: Any,
    ) -> BaseModelOutputWithPoolingAndCrossAttentions:
        """Give the tokens' vectors as a BERT without a pooler does."""
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        words = self.embeddings(input_ids)
        real = mask.unsqueeze(-1).to(words.dtype)
        average = (words * real).sum(dim=1, keepdim=True) / real.sum(dim=1, keepdim=True).clamp(min=1)
        tokens = self.layer(words + average)
        return BaseModelOutputWithPoolingAndCrossAttentions(
            last_hidden_state=tokens, hidden_states=(words, tokens) if output_hidden_states else None
        )


class _Embeddings(torch.nn.Module):
    """The word embeddings of the stand-in, called as those of a BERT are."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.words = torch.nn.Embedding(len(SPECIAL) + len(WORDS), hidden)
        self.positions = torch.nn.Embedding(LONGEST, hidden)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Give each word's vector, plus that of its position."""
        embedded: torch.Tensor = self.words(input_ids) + self.positions(torch.arange(input_ids.shape[1]))
        return embedded


def stand_in(rng: torch.Generator, hidden: int = 8) -> StandIn:
    """Make a stand-in for a transformer, with random weights."""
    seed_from(rng)
    return StandIn(hidden)


def tiny_encoder(code: Code, rng: torch.Generator, backbone: Any = None, **options: Any) -> Any:
    """Make a sentence transformer of width 8, in eval mode, with a LayerNorm that does not start as the identity."""
    encoder = code.encoder.SentenceTransformer(
        backbone or tiny_bert(rng), tiny_tokenizer(), **{"dim": 8, "max_length": LONGEST, **options}
    )
    _stir(encoder.layer_norm, rng)
    return encoder.eval()


def tiny_model(code: Code, rng: torch.Generator, backbone: Any = None, **options: Any) -> Any:
    """Make a two-headed model of width 8 with three classes for task A and two for task B, in eval mode."""
    model = code.multitask.MultiTaskSentenceTransformer(
        backbone or tiny_bert(rng),
        tiny_tokenizer(),
        **{"taskA_classes": 3, "taskB_classes": 2, "dim": 8, "max_length": LONGEST, **options},
    )
    _stir(model.layer_norm, rng)
    return model.eval()


def _stir(layer_norm: torch.nn.LayerNorm, rng: torch.Generator) -> None:
    with torch.no_grad():
        layer_norm.weight.copy_(1 + 0.5 * torch.rand(layer_norm.weight.shape, generator=rng))
        layer_norm.bias.copy_(0.5 * torch.randn(layer_norm.bias.shape, generator=rng))


def tiny_tokens(sentences: tuple[str, ...] = SENTENCES[:4]) -> dict[str, torch.Tensor]:
    """Tokenize sentences into one padded batch: `input_ids` and `attention_mask`, `(batch, seq)`."""
    encoded = tiny_tokenizer()(list(sentences), padding=True, return_tensors="pt")
    return {"input_ids": encoded["input_ids"], "attention_mask": encoded["attention_mask"]}


def embedded_batches() -> dict[str, dict[str, torch.Tensor]]:
    """Tokenize batches of growing size, by label: without padding, then with it."""
    batches = {
        "one sentence, no padding": ("a film",),
        "two sentences, no padding": ("a film", "it crashes"),
        "two sentences, padded": PADDED,
        "three sentences, padded": ("good", "it crashes", "the laptop works"),
        "forty sentences, padded": SENTENCES * 4,
    }
    return {label: tiny_tokens(sentences) for label, sentences in batches.items()}


def gradients_of(model: torch.nn.Module) -> dict[str, torch.Tensor | None]:
    """Give the gradient of each parameter."""
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def mode_of_each(model: torch.nn.Module) -> dict[str, str]:
    """Tell of each part of a model in which mode it is."""
    modes = {name or "the model itself": module.training for name, module in model.named_modules()}
    return {name: "train" if training else "eval" for name, training in modes.items()}


def changed_modes(model: torch.nn.Module, before: dict[str, str]) -> list[str]:
    """List the parts of a model that are no longer in the mode that they had before."""
    return sorted(name for name, mode in mode_of_each(model).items() if mode != before[name])
