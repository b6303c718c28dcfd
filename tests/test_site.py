"""The built site: it builds without a warning, every link leads somewhere, every exercise has its block."""

import html
import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from checks.course import ROOT, load_course
from checks.source.given import load_given
from docs.experiments import EXPERIMENTS

EXERCISES = load_course().exercises


class Page(HTMLParser):
    """Collects what a page links to, where it can be linked to, and what it shows."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.loads, self.drawings = [], [], [], []
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and values.get("rel") != "canonical":
            self.loads.append(values["href"])
        elif "src" in values:
            self.loads.append(values["src"])
        if tag == "img":
            self.drawings.append(values.get("alt") or "")
        if tag == "svg" and values.get("role") == "img":
            self.drawings.append(values.get("aria-label") or "")


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.folder.rglob("*.html"))}


def resolve(site, page, link):
    """Give the file that a link of a page leads to, and the fragment."""
    target, fragment = urldefrag(link)
    if target.startswith("/"):
        path = site.folder / target.lstrip("/")
    else:
        path = (page.parent / unquote(target)).resolve() if target else page
    return (path / "index.html" if path.is_dir() else path), unquote(fragment)


def test_the_site_builds_without_a_warning(site):
    assert site.returncode == 0, site.output
    assert "WARNING" not in site.output
    assert "ERROR" not in site.output


def test_links_and_fragments_resolve(site, pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            if link.startswith(("https://", "http://", "mailto:")):
                continue
            target, fragment = resolve(site, path, link)
            there = target.is_file() and (not fragment or target.suffix != ".html" or fragment in pages[target].ids)
            if not there and fragment != "__skip":
                broken.append(f"{path.relative_to(site.folder)}: {link}")
    assert not broken


def test_pages_load_nothing_from_elsewhere(site, pages):
    for path, page in pages.items():
        for load in page.loads:
            assert not load.startswith(("http:", "https:", "//")), f"{path.name}: {load}"
            assert resolve(site, path, load)[0].is_file(), f"{path.name}: {load}"


def test_ids_are_unique(pages):
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path


def test_drawings_say_what_they_show(pages):
    drawings = [text for page in pages.values() for text in page.drawings]
    assert len(drawings) > 20
    assert all(len(text) > 40 for text in drawings)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.exercise_id)
def test_every_exercise_has_its_block(exercise, site, pages):
    file, _, anchor = exercise.page.partition("#")
    page = pages[site.folder / Path(file).stem / "index.html"]
    assert anchor in page.ids
    _, _, rest = page.text.partition(f'id="{anchor}"')
    block = html.unescape(rest.partition("<h2")[0])
    assert f"{exercise.minutes} minutes" in block
    assert f"{exercise.difficulty} of 5" in block
    assert block.count('<details class="tip">') == len(exercise.hints)
    assert "<summary>Solution</summary>" in block
    assert "<summary>Why it is so</summary>" in block
    words = "".join(HTMLText(block).parts)
    assert f"checks run {exercise.exercise_id}" in words
    stub, _, rest = words.partition("Solution")
    if not load_given(exercise):
        assert f'NotImplementedError("exercise {exercise.exercise_id}: {exercise.path[-1]}")' in stub
    assert f"From solutions/{exercise.file}.py, lines" in rest
    assert f"in tutorial/{exercise.file}.py" in stub  # without lines: they move as soon as something is filled in


@pytest.mark.parametrize("task", load_course().rewards)
def test_every_task_ends_with_what_works_now(task, site, pages):
    page = pages[site.folder / f"task-{task}" / "index.html"]
    assert "reward" in page.ids
    said = "".join(HTMLText(page.text.partition('id="reward"')[2]).parts)
    assert load_course().rewards[task].command in said
    assert "By the reference" in said


class HTMLText(HTMLParser):
    """Keeps the words of a piece of HTML."""

    def __init__(self, text):
        super().__init__()
        self.parts = []
        self.feed(text)

    def handle_data(self, data):
        self.parts.append(data)


def test_every_experiment_says_where_its_numbers_come_from(pages):
    text = "".join(page.text for page in pages.values())
    for name in EXPERIMENTS:
        assert f"python -m docs.experiments {name}" in text, name


def test_widgets_have_a_table_without_javascript(site):
    for name, page in (("pooling", "pooling"), ("freezing", "freezing"), ("loss-weights", "loss-weights")):
        text = (site.folder / page / "index.html").read_text(encoding="utf-8")
        _, found, widget = text.partition(f'data-widget="{name}">')
        assert found
        table, _, rest = widget.partition("</table>")
        assert table.count("<tr>") > 4
        json.loads(rest.partition('json">')[2].partition("</script>")[0])


def test_configuration_says_nothing_twice_and_leaves_no_asset_out():
    lines = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").splitlines()
    keys = [line.partition(":")[0] for line in lines if line and line[0].isalpha()]
    assert len(keys) == len(set(keys))
    assets = {path.name for path in (ROOT / "docs" / "assets").iterdir()}
    assert all(any(f"assets/{name}" in line for line in lines) for name in assets)
