"""The same transformer, faster on a CPU: its weights packed once for the processor's vector units.

Nearly all that a transformer computes are matrix products, in its linear layers. A core multiplies far faster than
memory delivers, so a fast product cuts both matrices into small blocks, keeps a block in the registers, and uses every
number that it fetches many times. For that the numbers have to lie in memory in the order in which they are needed.
`nn.Linear` keeps its weights row by row, as training wants them, and rearranges them in every call. In inference the
weights do not change: here they are packed once, and oneDNN multiplies with the packed ones. What follows a product,
the bias and the activation, is computed while its result is still in the registers; and three products with the same
input, the attention's query, key and value, become one with a matrix three times as wide.

In bfloat16 a vector holds twice as many numbers, and memory delivers twice as many. Only the products are computed in
it: sums, norms and what passes from layer to layer stay in the precision of the weights.
"""

from copy import deepcopy
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# The longest sequence whose attention is two plain products: up to here the matrix of all scores stays in the cache.
SHORT = 128


class Parts(NamedTuple):
    """Where a transformer's layer has what `FusedLayer` fuses, as paths below the layer."""

    query: str
    key: str
    value: str
    attention_output: str
    attention_norm: str
    up: str
    activation: str
    down: str
    output_norm: str


BERT = Parts(
    query="attention.self.query",
    key="attention.self.key",
    value="attention.self.value",
    attention_output="attention.output.dense",
    attention_norm="attention.output.LayerNorm",
    up="intermediate.dense",
    activation="intermediate.intermediate_act_fn",
    down="output.dense",
    output_norm="output.LayerNorm",
)
MPNET = BERT._replace(
    query="attention.attn.q",
    key="attention.attn.k",
    value="attention.attn.v",
    attention_output="attention.attn.o",
    attention_norm="attention.LayerNorm",
)
DISTILBERT = Parts(
    query="attention.q_lin",
    key="attention.k_lin",
    value="attention.v_lin",
    attention_output="attention.out_lin",
    attention_norm="sa_layer_norm",
    up="ffn.lin1",
    activation="ffn.activation",
    down="ffn.lin2",
    output_norm="output_layer_norm",
)
KNOWN = {
    **dict.fromkeys(("BertLayer", "RobertaLayer", "XLMRobertaLayer", "ElectraLayer"), BERT),
    "MPNetLayer": MPNET,
    "TransformerBlock": DISTILBERT,
}


class PackedLinear(nn.Module):
    """Linear layers with the same input as one product, for inference on a CPU: `(..., in)` to `(..., sum of out)`.

    Args:
        layers: One or more; what they give stands side by side.
        dtype: Of the product, float32 or bfloat16; inputs of another one are converted, and so is what they give.
        activation: Computed on the product: `none` or `gelu`.

    Raises:
        RuntimeError: This build of torch, or this processor, cannot pack weights of that dtype.
    """

    def __init__(self, *layers: nn.Linear, dtype: torch.dtype, activation: str = "none") -> None:
        super().__init__()
        self.dtype, self.activation = dtype, activation
        self.weight = torch.ops.mkldnn._reorder_linear_weight(torch.cat([layer.weight for layer in layers]).to(dtype))
        self.bias = torch.cat([_bias(layer) for layer in layers]).to(dtype)

    def forward(self, inputs: Tensor) -> Tensor:
        """Multiply with the packed weights, add the bias, and apply the activation."""
        outputs: Tensor = torch.ops.mkldnn._linear_pointwise(
            inputs.to(self.dtype), self.weight, self.bias, self.activation, [], "none"
        )
        return outputs.to(inputs.dtype)


class FusedLayer(nn.Module):
    """A layer of a BERT, DistilBERT or MPNet, with four products where it had six."""

    def __init__(self, layer: Any, parts: Parts, heads: int, dtype: torch.dtype) -> None:
        super().__init__()
        query, key, value, out, self.attention_norm, up, _, down, self.output_norm = map(layer.get_submodule, parts)
        self.heads, self.dtype = heads, dtype
        self.query_key_value = PackedLinear(query, key, value, dtype=dtype)
        self.attention_output = PackedLinear(out, dtype=dtype)
        self.up = PackedLinear(up, dtype=dtype, activation="gelu")
        self.down = PackedLinear(down, dtype=dtype)
        self.in_a_tuple = parts == MPNET

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_bias: Tensor | None = None,
        **others: Any,
    ) -> Tensor | tuple[Tensor]:
        """Compute the layer on `(batch, seq, hidden)`. A batch without padding comes without a mask."""
        batch, seq, hidden = hidden_states.shape
        together = self.query_key_value(hidden_states.to(self.dtype)).view(batch, seq, 3, self.heads, -1)
        mask = _sum(attention_mask, position_bias, together.dtype)
        query, key, value = together.permute(2, 0, 3, 1, 4).contiguous()
        attended = _attend(query, key, value, mask)
        attended = self.attention_output(attended.transpose(1, 2).reshape(batch, seq, hidden))
        hidden_states = self.attention_norm(hidden_states + attended)
        hidden_states = self.output_norm(hidden_states + self.down(self.up(hidden_states.to(self.dtype))))
        return (hidden_states,) if self.in_a_tuple else hidden_states


def _attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Compute attention (Vaswani et al., 2017, section 3.2.1) of `(batch, heads, seq, size)`, three times."""
    if query.shape[2] > SHORT:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    scores, scale = query @ key.mT, query.shape[3] ** -0.5
    scores = scores * scale if mask is None else torch.add(mask, scores, alpha=scale)
    return scores.softmax(-1) @ value


def _sum(mask: Tensor | None, bias: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """Add up what is added to the attention's scores; a mask may also be of booleans, true where there is a token."""
    if mask is not None and mask.dtype == torch.bool:
        mask = torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, torch.finfo(dtype).min)
    both = mask if bias is None else bias if mask is None else mask + bias
    return None if both is None else both.to(dtype)


def pack(transformer: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Copy a transformer for inference, with its linear layers packed; all other weights are the transformer's own.

    Args:
        transformer: In eval mode, on the CPU; it stays as it is.
        dtype: Of the products.

    Raises:
        RuntimeError: Packing is not possible here.
    """
    weights = [*transformer.parameters(), *transformer.buffers()]
    copy = deepcopy(transformer, {id(weight): weight for weight in weights})
    _replace_below(copy, getattr(transformer.config, "num_attention_heads", 0), dtype)
    return copy


def _replace_below(module: nn.Module, heads: int, dtype: torch.dtype) -> None:
    for name, child in list(module.named_children()):
        if parts := _fused(child):
            setattr(module, name, FusedLayer(child, parts, heads, dtype))
        elif type(child) is nn.Linear:
            setattr(module, name, PackedLinear(child, dtype=dtype))
        else:
            _replace_below(child, heads, dtype)


def _fused(layer: nn.Module) -> Parts | None:
    """Say where a layer has what can be fused, if it is of a kind that is known, with nothing put in between."""
    parts = KNOWN.get(type(layer).__name__)
    if parts is None or type(layer.get_submodule(parts.activation)).__name__ != "GELUActivation":
        return None
    linear = (parts.query, parts.key, parts.value, parts.attention_output, parts.up, parts.down)
    return parts if all(type(layer.get_submodule(path)) is nn.Linear for path in linear) else None


def _bias(layer: nn.Linear) -> Tensor:
    return torch.zeros(layer.out_features) if layer.bias is None else layer.bias
