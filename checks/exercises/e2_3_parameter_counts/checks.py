"""Checks of exercise 2.3, `parameter_counts`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case, expect, expect_parts
from ..models import mode_of_each, stand_in, tiny_bert, tiny_distilbert, tiny_model

suite = Suite(sees="the counts")


def _counted(label: str, code: Code, model: Any) -> Case:
    """Make the case of one model."""
    return case(label, partial(code.multitask.parameter_counts, model))


@suite.check("counts the shared parameters and each head's own")
def counts(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _counted("heads of two classes", code, tiny_model(code, rng, stand_in(rng), taskA_classes=2))
    yield _counted("heads of three and of two classes", code, tiny_model(code, rng, stand_in(rng)))


@suite.check("counts only what can be learned: parameters, not buffers")
def buffers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    model = tiny_model(code, rng, stand_in(rng))
    model.register_buffer("sentences_seen", torch.zeros(7))
    model.taskA_classifier.register_buffer("sentences_seen", torch.zeros(5))
    yield _counted("a model and a head with a buffer each", code, model)


@suite.check("counts models of other sizes, with other backbones")
def other_sizes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    bert, distilbert = tiny_bert(rng, layers=1), tiny_distilbert(rng, layers=1, hidden=8)
    yield _counted("a BERT", code, tiny_model(code, rng, bert, taskB_classes=7, pooling="max"))
    yield _counted("a DistilBERT", code, tiny_model(code, rng, distilbert, dim=9, taskA_classes=1))


@suite.check(
    "counts every parameter once, so that the three numbers add up to the model's", sees="the sum of the counts"
)
def total(code: Code, rng: torch.Generator) -> Iterator[Case]:
    model = tiny_model(code, rng, stand_in(rng))
    yield case("heads of three and of two classes", partial(_sum, code, model))


def _sum(code: Code, model: Any) -> Any:
    counts = expect_parts(code.multitask.parameter_counts(model), "shared", "taskA_head", "taskB_head")
    return sum(expect(int, count, "each of the counts") for count in counts)


@suite.check("counts frozen parameters like all others")
def frozen(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for strategy in code.config.FreezeStrategy:
        model = tiny_model(code, rng, stand_in(rng))
        code.freezing.apply_strategy(model, strategy)
        yield _counted(f"the strategy '{strategy.value}'", code, model)


@suite.check("counts numbers, whatever their type")
def half_precision(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _counted("float16", code, tiny_model(code, rng, stand_in(rng)).half())


@suite.check("leaves the model as it was", careful=True)
def model_stays(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        model = tiny_model(code, rng, stand_in(rng), dim=4).train(mode == "train mode")
        model.layer_norm.requires_grad_(False)
        yield case(f"a model in {mode}, its LayerNorm frozen", partial(_afterwards, code, model))


def _afterwards(code: Code, model: Any) -> Any:
    counts = code.multitask.parameter_counts(model)
    trains = {name: "trains" if weight.requires_grad else "frozen" for name, weight in model.named_parameters()}
    return {
        "the counts": counts,
        "the parameters afterwards": trains,
        "the modes afterwards": mode_of_each(model),
        "the weights afterwards": dict(model.state_dict()),
    }
