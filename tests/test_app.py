"""The page of the command `app`: what it computes, what a real browser shows, and that nothing leaves the machine."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
import torch
import torch.nn.functional as F

from solutions.app import answer as answers
from solutions.app import arguments
from solutions.app.answer import answer
from solutions.app.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from solutions.app.look import MOST_SENTENCES, Subject, Tokens, affordable, load_subject, look, read_lines, too_long
from solutions.attribution import erase_tokens
from solutions.backbones import load_backbone
from solutions.config import Pooling, TrainingConfig
from solutions.encoder import SentenceTransformer
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.tasks import Pair
from tests import test_browser
from tests.test_browser import WIDTHS, violations

axe, browser = test_browser.axe, test_browser.browser

ROOT = Path(__file__).parents[1]
CLASSES = Pair(("tech & co", "<i>show</i>", "food"), ("bad", "good"))
TYPED = (
    "The <b>film</b> was superb.",
    "Why?",
    "${1 + 1} {{value}} <script>document.title = 'x'</script>",
    "你好 😀",
)
# Each would open the page to others or tell them of it, if Gradio had its way.
TEMPTING = {
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_SHARE": "True",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "GRADIO_MCP_SERVER": "True",
    "HTTP_PROXY": "http://127.0.0.1:9",
}


def rebuild(folder, pooling="mean"):
    """Build the model of the checkpoint, apart from it: the weights come from the seed."""
    torch.manual_seed(0)
    sizes = CLASSES.map(len)
    return MultiTaskSentenceTransformer(*load_backbone(folder), *sizes, pooling=pooling, dim=48, max_length=40).eval()


@pytest.fixture(scope="module")
def checkpoint(bert, tmp_path_factory):
    """A small model of three and two classes, saved; its answers differ from sentence to sentence."""
    folder = tmp_path_factory.mktemp("trained") / "checkpoint"
    model = rebuild(bert)
    last = model.heads.map(lambda head: head.layers[-1])
    with torch.no_grad():
        for layer in last:
            layer.weight.mul_(400)
        for layer, logits in zip(last, model(**model.tokenize(TYPED)).logits, strict=True):
            layer.bias.sub_(logits.mean(dim=0))
    save_checkpoint(folder, Checkpoint(model, TrainingConfig(backbone=bert, dim=48, max_length=40), CLASSES))
    return folder


@pytest.fixture
def subject(checkpoint):
    return load_subject(checkpoint, torch.device("cpu"))


def cosines(model, sentences):
    """Compare sentences pair by pair, each encoded alone."""
    rows = [model.encode(sentence) for sentence in sentences]
    return torch.stack([torch.stack([F.cosine_similarity(one, other, dim=0) for other in rows]) for one in rows])


def test_similarities_are_those_of_two_models_that_differ_in_pooling(bert):
    sentences = ["The film was superb.", "Why?", "The laptop was awful and the play was dull."]
    seen = look(rebuild(bert), sentences)
    assert list(seen.similarities) == ["mean", "max"]
    for pooling, similarities in seen.similarities.items():
        expected = cosines(rebuild(bert, pooling), sentences)
        torch.testing.assert_close(similarities, expected, rtol=0, atol=1e-5)  # batches of another shape
    assert not torch.allclose(*seen.similarities.values(), atol=1e-2)


@pytest.mark.parametrize("side", ["left", "right"])
def test_tokens_are_the_sentences_own_on_whichever_side_the_padding_is(bert, side):
    model = rebuild(bert)
    model.tokenizer.padding_side = side
    sentences = ["Why?", "The film was superb.", "zzz"]
    with torch.no_grad():
        inputs = model.tokenize(sentences)
        states = model.transformer(**inputs).last_hidden_state
    for row, (sentence, tokens) in enumerate(zip(sentences, look(model, sentences).tokens, strict=True)):
        assert tokens.texts == model.tokenizer.convert_ids_to_tokens(model.tokenizer(sentence)["input_ids"])
        winners = states[row][inputs["attention_mask"][row] == 1].argmax(dim=0)
        wins = winners.bincount(minlength=len(tokens.texts))
        torch.testing.assert_close(tokens.shares, wins / wins.sum())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n", []),
        ("One.\r\n\r\n  Two. \n", ["One.", "Two."]),
        ("a\u2028b \ud83d c", ["a\u2028b ? c"]),
        ("😀\n你好\nнет", ["😀", "你好", "нет"]),
    ],
)
def test_a_line_is_a_sentence(text, expected):
    assert read_lines(text) == (expected, 0)


def test_so_many_sentences_are_read():
    lines = [f"Sentence {number}." for number in range(MOST_SENTENCES + 3)]
    assert read_lines("\n\n".join(lines)) == (lines[:MOST_SENTENCES], 3)
    assert read_lines("\n".join(lines[:MOST_SENTENCES])) == (lines[:MOST_SENTENCES], 0)


def test_what_is_cut_off_is_told(bert):
    model = rebuild(bert)  # of 40 tokens, two of which stand around the sentence
    assert too_long(model, ["film " * 38, "film " * 39, "film", "film " * 500]) == [1, 3]


def test_as_many_sentences_are_taken_apart_as_there_is_time_for():
    def of(*lengths):
        return affordable([Tokens(["x"] * length, torch.ones(length)) for length in lengths])

    assert of(8, 12, 20) == 3
    assert of(128) == 1
    assert of(128, 128, 3) == 1
    assert of(512) == 0


def test_without_a_sentence_there_is_a_hint(subject):
    (said,) = answer(subject, " \n")
    assert "Type a sentence" in said


def test_answer_begins_with_what_is_soon_known_and_ends_with_all(subject):
    text = "The film was superb.\nWhy?"
    *before, last = answer(subject, text)
    assert [re.findall("Hiding the tokens of S.", each) for each in before] == [
        ["Hiding the tokens of S1"],
        ["Hiding the tokens of S2"],
    ]
    assert [each.count('<ul class="tokens">') for each in (*before, last)] == [2, 4, 6]
    assert "Hiding" not in last


def test_answer_leaves_out_what_would_take_too_long(subject, monkeypatch):
    monkeypatch.setattr(answers, "affordable", lambda tokens: 1)
    *_, last = answer(subject, "The film was superb.\nWhy?\nNo.")
    assert last.count('<ul class="tokens">') == 5
    assert "From S2 on the heads are left out" in last


def test_answer_tells_what_is_left_out_and_cut_off(subject):
    first = next(answer(subject, "film " * 39 + "\n" + "Why?\n" * MOST_SENTENCES))
    assert "1 more are left out" in first
    assert "S1 is cut off after 40 tokens" in first
    assert "S2 is cut off" not in first


def test_answer_shows_what_was_typed_and_the_classes_as_text(subject):
    *_, last = answer(subject, "\n".join(TYPED))
    assert not re.search(r"<(script|b|i)\b", last)
    assert "&lt;script&gt;" in last
    assert "&lt;i&gt;show&lt;/i&gt;" in last


def test_an_encoder_without_heads_shows_similarities_and_how_to_train(bert):
    torch.manual_seed(0)
    encoder = SentenceTransformer.from_pretrained(bert, max_length=40)
    (said,) = answer(Subject(encoder, "untrained", None), "The film was superb.\nWhy?")
    assert said.count("<table>") == 2
    assert said.count('<ul class="tokens">') == 2
    assert "python -m solutions train" in said


def test_the_checkpoint_in_its_usual_place_is_found(checkpoint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".checkpoint").symlink_to(checkpoint, target_is_directory=True)
    subject = load_subject(None, torch.device("cpu"))
    assert subject.trained
    assert subject.trained.classes == CLASSES
    assert subject.encoder is subject.trained.model
    assert subject.about == "from .checkpoint, trained with mean pooling"


def test_a_checkpoint_that_was_asked_for_has_to_be_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match="not a checkpoint"):
        load_subject(Path(".checkpoint"), torch.device("cpu"))


def test_a_missing_extra_is_told(monkeypatch):
    monkeypatch.setattr(arguments, "find_spec", lambda name: None)
    with pytest.raises(OSError, match=r'gradio is not installed.*pip install .*"\.\[app\]"'):
        arguments.require("gradio", extra="app")


def environment(**more):
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "COLUMNS": "80", "PYTHONUTF8": "1", **more}


def command(*options):
    return [sys.executable, "-m", "solutions", "app", "--device", "cpu", *map(str, options)]


def test_a_taken_port_is_told_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = command("--port", port)
        done = subprocess.run(line, cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")  # nothing was loaded
    assert done.stderr.startswith(f"error: --port {port} cannot be used (")
    assert done.stderr.endswith("give another, or 0 for any that is free\n")
    assert done.stderr.count("\n") == 1


class App(NamedTuple):
    """The page under way: its process and its address."""

    process: subprocess.Popen
    address: str

    @property
    def port(self):
        return int(self.address.rstrip("/").rpartition(":")[2])


@contextmanager
def started(*options, cwd):
    with subprocess.Popen(
        command("--port", 0, *options),
        cwd=cwd,
        env=environment(**TEMPTING),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        try:
            output = ""
            for line in process.stdout:
                output += line
                if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                    yield App(process, found.group())
                    break
            else:
                pytest.fail(output)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def app(checkpoint, tmp_path_factory):
    with started("--checkpoint", checkpoint, cwd=tmp_path_factory.mktemp("app")) as app:
        yield app


def get(app, path="", **headers):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(app.address + path, headers=headers)
    try:
        with opener.open(request, timeout=60) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, ""


def test_the_page_listens_on_this_machine_alone_and_speaks_to_no_other(app):
    get(app)
    connections = psutil.Process(app.process.pid).net_connections()
    assert {connection.laddr for connection in connections if connection.status == psutil.CONN_LISTEN} == {
        ("127.0.0.1", app.port)
    }
    assert {connection.raddr.ip for connection in connections if connection.raddr} <= {"127.0.0.1"}


def test_every_response_forbids_what_is_elsewhere(app):
    for path in ("", "theme.css", "config"):
        status, headers, _ = get(app, path)
        assert status == 200
        assert headers["Content-Security-Policy"].startswith("default-src 'self' ")
        assert "http" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"


def test_the_page_answers_to_its_own_names_alone(app):
    assert get(app, Host="two-heads.example")[0] == 400
    assert get(app, Host=f"localhost:{app.port}")[0] == 200


@pytest.mark.parametrize("path", ["docs", "redoc", "openapi.json", "monitoring", "monitoring/summary"])
def test_pages_that_nobody_asked_for_are_not_there(app, path):
    status, _, body = get(app, path)
    assert status in (403, 404) or "cdn" not in body


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_an_interrupt_ends_it_without_a_word_too_much(tmp_path):
    with started(cwd=tmp_path) as app:
        _, _, body = get(app)
        assert "0.57" in body  # S1 and S3 with mean pooling, as the command `similarity` has it
        assert "python -m solutions train" in body
        app.process.send_signal(signal.SIGINT)
        output, _ = app.process.communicate(timeout=60)
    assert app.process.returncode == 0
    assert output == "Stopped.\n"


@pytest.fixture
def visit(browser, app):
    """Open the page, and collect what goes wrong on it: requests to elsewhere above all."""
    contexts, problems, requests = [], [], []

    def open_page(scheme="light", width="wide"):
        wide, high = WIDTHS[width]
        context = browser.new_context(viewport={"width": wide, "height": high}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: problems.extend([message.text] * (message.type == "error")))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("response", lambda response: problems.extend([response.url] * (response.status >= 400)))
        page.goto(app.address, wait_until="load")
        page.locator(".see table").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert len(requests) > 10
    assert [url for url in requests if not url.startswith((app.address, "data:", "blob:"))] == []
    assert problems == []


def type_in(page, *sentences):
    """Type sentences and press the button; returns when all is there."""
    page.get_by_label("Sentences").fill("\n".join(sentences))
    page.get_by_role("button", name="Look").click()
    page.wait_for_function(
        """sentences => {
            const seen = [...document.querySelectorAll(".see ol span")].map(item => item.textContent);
            const tokens = document.querySelectorAll(".tokens").length;
            return JSON.stringify(seen) === JSON.stringify(sentences) && tokens === 3 * sentences.length;
        }""",
        arg=list(sentences),
        timeout=60_000,
    )


def numbers(page, title):
    """Read a table's cells."""
    rows = page.get_by_role("region", name=title).locator("tbody tr").all()
    return [
        [float(text.replace("−", "-").removesuffix("%")) for text in row.locator("td").all_inner_texts()]
        for row in rows
    ]


def test_the_browser_shows_what_the_model_computes(visit, checkpoint):
    page = visit()
    type_in(page, *TYPED)
    model = load_checkpoint(checkpoint).model
    for pooling in Pooling:
        other = rebuild(str(checkpoint / "backbone"), pooling)
        other.load_state_dict(model.state_dict())
        shown = torch.tensor(numbers(page, f"{pooling.capitalize()} pooling"))
        torch.testing.assert_close(shown, cosines(other, TYPED), rtol=0, atol=0.0051)  # rounded to two digits
    expected = torch.cat(model.predict(TYPED), dim=1)
    shown = torch.tensor(numbers(page, "Probability of each class")) / 100
    torch.testing.assert_close(shown, expected, rtol=0, atol=0.0051)
    assert shown.std(dim=0).min() > 0.1  # the answers differ
    heads = page.get_by_role("region", name="Probability of each class").locator("thead th").all_inner_texts()
    assert heads == ["Task A", "Task B", *CLASSES.taskA, *CLASSES.taskB]


def test_the_browser_shows_which_tokens_count(visit, checkpoint):
    page = visit()
    type_in(page, *TYPED[:2])
    model = load_checkpoint(checkpoint).model
    lists = page.locator(".tokens")
    assert lists.count() == 6
    for position, sentence in enumerate(TYPED[:2]):
        tokens = model.tokenizer.convert_ids_to_tokens(model.tokenizer(sentence)["input_ids"])
        for line in range(3):
            items = lists.nth(3 * position + line).locator("li")
            assert items.locator("span").all_inner_texts() == tokens
        for line, changes in enumerate(erase_tokens(model, sentence), start=1):
            items = lists.nth(3 * position + line).locator("li")
            shown = [float(text.replace("−", "-")) for text in items.locator("small").all_inner_texts()]
            torch.testing.assert_close(torch.tensor(shown), changes, rtol=0, atol=0.051)  # rounded to a digit
            assert min(shown) < 0 < max(shown)
            colours = items.evaluate_all("items => items.map(item => getComputedStyle(item).backgroundColor)")
            strongest = int(changes.abs().argmax())
            alphas = [float(re.findall(r"[\d.]+", colour)[-1]) for colour in colours]
            assert alphas[strongest] == max(alphas) > min(alphas)


def test_markup_that_was_typed_is_shown_as_text(visit):
    page = visit()
    type_in(page, *TYPED)
    assert page.locator(".see ol li span").all_inner_texts() == list(TYPED)
    assert page.locator(".see b, .see i, .see script").count() == 0
    assert page.title() == "Two Heads"


def test_an_empty_box_is_answered_by_a_hint(visit):
    page = visit()
    page.get_by_label("Sentences").fill(" \n ")
    page.get_by_role("button", name="Look").click()
    page.locator("text=Type a sentence into the box").wait_for()
    type_in(page, "Why?")


def test_the_page_works_by_keyboard(visit):
    page = visit()
    page.get_by_label("Sentences").fill("Why?")
    page.keyboard.press("Shift+Enter")
    page.locator("text=S1 Why?").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").strip() == "Look"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_accessible_and_fits(visit, axe, scheme, width):
    page = visit(scheme, width)
    light = sum(map(int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]))
    assert (light > 600) == (scheme == "light")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    page.evaluate(axe)
    assert violations(page) == []
