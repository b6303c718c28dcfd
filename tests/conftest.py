"""Small models in the hub's own file layout, so that no test needs the network."""

import json
import os
import subprocess
import sys
from typing import NamedTuple

os.environ["HF_HUB_OFFLINE"] = "1"

from pathlib import Path

import pytest
import torch
from filelock import FileLock
from hypothesis import settings
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizer,
    DistilBertConfig,
    DistilBertModel,
    MPNetConfig,
    MPNetModel,
)
from transformers.utils import logging

from solutions.backbones import load_backbone
from solutions.dataset import generate_dataset
from solutions.encoder import SentenceTransformer
from solutions.multitask import MultiTaskSentenceTransformer

LAYERS = 3

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are no name for a test: an archive's hold the time of day, and two processes would collect other tests."""
    return argname if isinstance(val, bytes) else None


def _vocabulary() -> dict[str, int]:
    words = sorted({word for s in generate_dataset(400).sentences for word in s.lower().strip(".?!").split()})
    return {token: i for i, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *words])}


def _save(folder: Path, model: torch.nn.Module, vocabulary: dict[str, int]) -> str:
    logging.disable_progress_bar()
    model.save_pretrained(folder)
    BertTokenizer(vocab=vocabulary, model_max_length=64).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A BERT-shaped checkpoint of three layers, as a folder."""
    vocabulary = _vocabulary()
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    return _save(tmp_path_factory.mktemp("bert"), BertModel(config), vocabulary)


@pytest.fixture(scope="session")
def distilbert(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A DistilBERT-shaped checkpoint of three layers, as a folder."""
    vocabulary = _vocabulary()
    torch.manual_seed(2)
    config = DistilBertConfig(
        vocab_size=len(vocabulary), dim=32, n_layers=LAYERS, n_heads=4, hidden_dim=64, max_position_embeddings=64
    )
    return _save(tmp_path_factory.mktemp("distilbert"), DistilBertModel(config), vocabulary)


@pytest.fixture(scope="session")
def tiny_mpnet(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An MPNet-shaped checkpoint of two layers, as a folder; it counts positions from the padding's number, 1, on."""
    vocabulary = _vocabulary() | {"[UNK]": 0, "[PAD]": 1}
    torch.manual_seed(3)
    config = MPNetConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=66,
    )
    return _save(tmp_path_factory.mktemp("mpnet"), MPNetModel(config), vocabulary)


@pytest.fixture(params=["bert", "distilbert"])
def tiny(request: pytest.FixtureRequest) -> str:
    """Both small checkpoints in turn."""
    folder: str = request.getfixturevalue(request.param)
    return folder


@pytest.fixture
def encoder(bert: str) -> SentenceTransformer:
    torch.manual_seed(0)
    return SentenceTransformer.from_pretrained(bert, max_length=64)


@pytest.fixture
def model(tiny: str) -> MultiTaskSentenceTransformer:
    """An untrained model with three classes for task A and two for task B, in train mode."""
    torch.manual_seed(0)
    return MultiTaskSentenceTransformer(*load_backbone(tiny), taskA_classes=3, max_length=64)


@pytest.fixture(scope="session")
def minilm() -> SentenceTransformer:
    torch.manual_seed(0)
    return SentenceTransformer.from_pretrained()


class Site(NamedTuple):
    """The built site, and how building it went."""

    folder: Path
    returncode: int
    output: str


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Site:
    """Build the site, once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder, report = shared / "site", shared / "site.json"
    with FileLock(shared / "site.lock"):
        if not report.is_file():
            report.write_text(json.dumps(_build_site(folder)), encoding="utf-8")
    returncode, output = json.loads(report.read_text(encoding="utf-8"))
    return Site(folder, returncode, output)


def _build_site(folder: Path) -> tuple[int, str]:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    root = Path(__file__).parents[1]
    returncode, output = 0, ""
    for command in (["docs.generator"], ["mkdocs", "build", "--strict", "--site-dir", str(folder)]):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        returncode, output = returncode or done.returncode, output + done.stdout
    return returncode, output


@pytest.fixture(scope="session")
def write_package():
    """A function that writes a package's sources, by their files, into a folder."""

    def write(folder, sources):
        for file, text in sources.items():
            path = folder / f"{file}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    return write
