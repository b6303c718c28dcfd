"""Checks of exercise 2.2, `forward`."""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..models import SENTENCES, changed_modes, mode_of_each, tiny_distilbert, tiny_model, tiny_tokens

suite = Suite()


TASKS = ("taskA_logits", "taskB_logits")


NAMES = ("embeddings", *TASKS)


HIDDEN = 16  # width of the tiny transformers


def _counted(model: Any) -> list[int]:
    """Count the runs of a model's transformer from now on, in a list that grows by one number for each."""
    runs: list[int] = []
    model.transformer.register_forward_hook(lambda *arguments: runs.append(1))
    return runs


def _close(observed: Tensor, expected: Tensor) -> bool:
    return observed.shape == expected.shape and bool((observed - expected).abs().max() < 1e-4)


def _gradient_parts(model: nn.Module) -> list[str]:
    """List the parts of a model that a gradient other than zero has reached."""
    return sorted(
        {
            name.partition(".")[0]
            for name, weight in model.named_parameters()
            if weight.grad is not None and weight.grad.abs().max() > 0
        }
    )


@suite.check("gives the embeddings and each task's logits of sentences of different lengths")
def three_outputs(code: Code, rng: torch.Generator) -> Any:
    return tiny_model(code, rng)(**tiny_tokens())


@suite.check("gives them for a single sentence of a single token too")
def one_token(code: Code, rng: torch.Generator) -> Any:
    return tiny_model(code, rng)(**tiny_tokens(("good",)))


@suite.check("works with another backbone, another pooling and other numbers of classes")
def another_backbone(code: Code, rng: torch.Generator) -> Any:
    backbone = tiny_distilbert(rng)
    model = tiny_model(code, rng, backbone, pooling="max", dim=6, taskA_classes=1, taskB_classes=5)
    tokens = tiny_tokens(SENTENCES[3:8])
    return model(tokens["input_ids"], tokens["attention_mask"])


@suite.check("runs the transformer once for both tasks")
def one_run(code: Code, rng: torch.Generator) -> Any:
    model, counts = tiny_model(code, rng), {}
    for training in (False, True):
        runs = _counted(model.train(training))
        model(**tiny_tokens())
        counts[f"in {'train' if training else 'eval'} mode"] = len(runs)
    return counts


@suite.check("gives both heads the very embeddings that it returns, dropout included")
def same_embeddings(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng).train()
    heads = [model.taskA_classifier.eval(), model.taskB_classifier.eval()]
    output = model(**tiny_tokens())
    return {task: _close(logits, head(output[0])) for task, head, logits in zip(TASKS, heads, output[1:], strict=True)}


@suite.check("takes features that were computed earlier, and leaves the transformer alone")
def cached(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    runs, features = _counted(model), torch.randn(5, HIDDEN, generator=rng)
    return {"output": model(features=features), "runs of the transformer": len(runs)}


@suite.check("prefers the features where there are tokens too")
def features_first(code: Code, rng: torch.Generator) -> Any:
    model, tokens = tiny_model(code, rng), tiny_tokens()
    runs, features = _counted(model), torch.randn(4, HIDDEN, generator=rng)
    output = model(tokens["input_ids"], tokens["attention_mask"], features)
    return {"output": output, "runs of the transformer": len(runs)}


@suite.check("takes float16, bfloat16 and transposed features", slack=2)
def awkward_features(code: Code, rng: torch.Generator) -> Any:
    dtypes = (torch.float16, torch.bfloat16, torch.float32)
    return {
        str(dtype): tiny_model(code, rng).to(dtype)(features=torch.randn(HIDDEN, 3, generator=rng).to(dtype).T)
        for dtype in dtypes
    }


@suite.check("refuses to run with neither tokens nor features, or with half of what the tokens need")
def nothing_to_do(code: Code, rng: torch.Generator) -> Any:
    model, tokens = tiny_model(code, rng), tiny_tokens()
    halves = {f"nothing but {name}": {name: tokens[name]} for name in tokens}
    return {name: outcome(partial(model, **inputs)) for name, inputs in {"nothing": {}, **halves}.items()}


@suite.check("lets each task teach the encoder and its own head, but not the other head")
def who_learns(code: Code, rng: torch.Generator) -> Any:
    seen = {}
    for task in TASKS:
        model = tiny_model(code, rng)
        getattr(model(**tiny_tokens()), task).square().sum().backward()
        seen[task] = _gradient_parts(model)
    return seen


@suite.check("sends the right gradient through the embeddings, the logits and the cached features")
def model_gradients(code: Code, rng: torch.Generator) -> Any:
    model, features = tiny_model(code, rng), torch.randn(4, HIDDEN, generator=rng).requires_grad_()
    factors = [torch.randn(4, width, generator=rng) for width in (8, 3, 2)]
    for inputs in (tiny_tokens(), {"features": features}):
        output = model(**inputs)
        sum((factor * part).sum() for factor, part in zip(factors, output, strict=True)).backward()
    lowest = model.transformer.embeddings.LayerNorm.weight.grad
    return {"features": features.grad, "projection": model.projection.weight.grad, "transformer.embeddings": lowest}


@suite.check("drops out where the model is in train mode, nowhere else, and changes no part's mode")
def modes(code: Code, rng: torch.Generator) -> Any:
    model, tokens, seen = tiny_model(code, rng, dim=64), tiny_tokens(SENTENCES), {}
    for training, transformer_training in ((True, True), (True, False), (False, False)):
        model.train(training).transformer.train(transformer_training)
        before, first, again = mode_of_each(model), model(**tokens), model(**tokens)
        repeated = {name: torch.equal(*outputs) for name, *outputs in zip(NAMES, first, again, strict=True)}
        case = f"model.training is {training}, transformer.training is {transformer_training}"
        seen[case] = {"the same twice": repeated, "parts in another mode": changed_modes(model, before)}
    return seen


@suite.check("leaves the tokens and the features as they were")
def inputs_stay(code: Code, rng: torch.Generator) -> Any:
    model, tokens = tiny_model(code, rng), tiny_tokens()
    features = torch.randn(4, HIDDEN, generator=rng)
    inputs = {**tokens, "features": features}
    before = {name: tensor.clone() for name, tensor in inputs.items()}
    model(**tokens)
    model(features=features)
    return {f"{name} as before": torch.equal(tensor, before[name]) for name, tensor in inputs.items()}
