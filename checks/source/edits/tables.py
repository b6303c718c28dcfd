"""What is easily taken for what: operators, functions and methods, steps that are left out."""

import ast

# Name in the syntax tree, sign, and the likelier signs in its place; `_` is a space, here and among the suffixes.
_OPERATORS = """
Lt < <= > >=
LtE <= < >= > ==
Gt > >= < <= !=
GtE >= > <= < ==
Eq == != <= >=
NotEq != == >
Is is is_not ==
IsNot is_not is !=
In in not_in
NotIn not_in in
Add + - *
Sub - + / *
Mult * / +
Div / * // -
FloorDiv // / %
Mod % //
Pow ** *
MatMult @ *
BitAnd & |
BitOr | & -
And and or
Or or and
"""
_SIBLINGS = """
sum mean amax max
argmax argmin
amax amin
max min
maximum minimum
train eval
append extend insert
softmax log_softmax sigmoid
floor ceil round
squeeze unsqueeze flatten
zeros ones empty
zeros_like ones_like empty_like
detach clone
all any
sorted list reversed set
tuple list
named_parameters parameters
named_children named_modules children modules
items keys values
exp log log2 log1p
sqrt square rsqrt
std var
float half double
range enumerate
cat stack
choice choices sample
startswith endswith
requires_grad training
Parameter Tensor
register_buffer register_parameter
linspace arange
relu gelu tanh
ReLU GELU Tanh
LayerNorm BatchNorm1d Identity
binary_cross_entropy_with_logits cross_entropy nll_loss
no_grad enable_grad inference_mode
mul add sub div
AdamW Adam SGD
AssertionError ValueError TypeError KeyError IndexError RuntimeError AttributeError
isfinite isnan isinf
float32 float64 float16
"""
_SUFFIXES = """
.detach() .clone() .float() .item() .tolist() .mean() .sum() .clamp(min=1) .clamp(min=0) .clamp(-1,_1)
.unsqueeze(-1) .unsqueeze(0) .squeeze(-1) .copy() .items() .values() .cpu() .long() .bool() .t()
[0] [1:] [:-1] _+_1 _-_1
"""

OPERATORS: dict[type[ast.AST], tuple[str, list[str]]] = {
    getattr(ast, name): (sign.replace("_", " "), [other.replace("_", " ") for other in others])
    for name, sign, *others in (line.split() for line in _OPERATORS.strip().split("\n"))
}
ORDERED = ("-", "/", "//", "@", "%", "**")  # it matters which side stands where
SIBLINGS = [line.split() for line in _SIBLINGS.strip().split("\n")]
SUFFIXES = [piece.replace("_", " ") for piece in _SUFFIXES.split()]
METHODS = {suffix[1:].partition("(")[0] for suffix in SUFFIXES}
PREFIXES = ["list", "sorted", "tuple", "float", "int", "str", "dict", "set", "len", "abs", "max", "nn.ModuleList"]
KEYWORDS = ["dim=-1", "dim=1", "dim=0", "keepdim=True", "dtype=torch.float32", "strict=True", "-1", "1", "0"]
REDUCTIONS = {"sum", "mean", "amax", "max", "argmax", "softmax", "cat", "stack", "normalize", "any", "all", "zip"}
TWINS = (("A", "B"), ("a", "b"), ("train", "test"), ("alpha", "beta"), ("row", "column"), ("first", "second"))
