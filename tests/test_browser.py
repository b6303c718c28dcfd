"""The site in a real browser: nothing from elsewhere, no errors, accessible, usable by keyboard, on a phone too."""

import functools
import http.server
import os
import shutil
import subprocess
import threading
import time

import pytest
from playwright.sync_api import sync_playwright

from docs.generator.paths import DOCS

AXE = "4.14.1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
QUIET = (
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--disable-gpu", "--disable-quic", "--no-sandbox"),
)
PAGES = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix()
    for path in [*DOCS.glob("*.md"), *(DOCS / "notebooks").glob("*.ipynb")]
)
WIDTHS = {"wide": (1280, 900), "phone": (360, 740)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def missing(what):
    """Skip the test or, where browsers are required, fail it."""
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(f"{what}, and REQUIRE_BROWSER is set")
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        missing(f"no browser to look at the site with: install one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The accessibility checker's script, from npm: it is needed by this test only."""
    npm = shutil.which("npm")
    if not npm:
        missing("no npm to install the accessibility checker axe-core with")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--prefix", str(folder), "--no-save", "--ignore-scripts", f"axe-core@{AXE}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        missing(f"npm cannot install axe-core {AXE}: {done.stderr.strip()}")
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def address(site):
    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=site.folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser, address):
    """Open a page of the site, and collect what goes wrong on it."""
    contexts, problems = [], []

    def open_page(name, scheme="light", width="wide", javascript=True):
        wide, high = WIDTHS[width]
        context = browser.new_context(
            viewport={"width": wide, "height": high}, color_scheme=scheme, java_script_enabled=javascript
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: problems.extend([request.url] * (not is_ours(request.url))))
        page.on("console", lambda message: problems.extend([message.text] * (message.type == "error")))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("response", lambda response: problems.extend([response.url] * (response.status >= 400)))
        page.goto(address + ("" if name == "index" else f"{name}/"), wait_until="load")
        return page

    def is_ours(url):
        return url.startswith((address, "data:", "blob:"))

    yield open_page
    for context in contexts:
        context.close()
    assert not problems


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_fits(name, scheme, visit, axe):
    page = visit(name, scheme)
    expected = "slate" if scheme == "dark" else "default"
    assert page.evaluate("document.body.dataset.mdColorScheme") == expected
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")  # no half-faded colours
    page.evaluate(axe)
    for width, (wide, high) in WIDTHS.items():
        page.set_viewport_size({"width": wide, "height": high})
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"the page is {overflow} pixels too wide on a {width} screen"
        deadline = time.monotonic() + 20
        while (found := violations(page)) and time.monotonic() < deadline:
            page.wait_for_timeout(500)  # the theme notices another width when the machine lets it
        assert not found, width


def violations(page):
    result = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{violation['id']}: {node['target']} {node['any'][0]['message'] if node['any'] else ''}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def tab_to(page, selector):
    """Press the tab key until an element has the focus, as somebody without a mouse would."""
    for _ in range(200):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key does not reach {selector}")


def result(page):
    return page.locator(".widget .result").inner_text()


def test_pooling_widget_works_by_keyboard(visit):
    page = visit("pooling")
    shown = [result(page)]
    tab_to(page, ".widget input[type=radio]")
    page.keyboard.press("ArrowRight")
    shown.append(result(page))
    tab_to(page, ".widget input[type=checkbox]")
    page.keyboard.press("Space")
    shown.append(result(page))
    assert len(set(shown)) == 3
    assert all("S1 and S3 mean the same: " in text for text in shown)


def test_freezing_widget_works_by_keyboard(visit):
    page = visit("freezing")
    before = result(page)
    tab_to(page, ".widget input[type=checkbox]")
    page.keyboard.press("Space")
    assert "Trainable parameters" in result(page)
    assert result(page) != before


def test_freezing_widget_has_an_answer_for_every_choice(visit):
    page = visit("freezing")
    boxes = page.locator(".widget input[type=checkbox]")
    seen = set()
    for choice in range(8):
        for position in range(3):
            boxes.nth(position).set_checked(bool(choice >> position & 1))
        seen.add(result(page))
    assert len(seen) == 8


def test_loss_weights_widget_works_by_keyboard(visit):
    page = visit("loss-weights")
    tab_to(page, ".widget input[type=range]")
    page.keyboard.press("Home")
    assert "alpha 0, beta 1" in result(page)
    page.keyboard.press("End")
    assert "alpha 1, beta 0" in result(page)
    assert page.locator(".widget input[type=range]").get_attribute("aria-valuetext") == "alpha 1, beta 0"


MOVING = {
    "stepper": "task-1",
    "embedding-map": "task-4",
    "training-curves": "task-4",
    "gradients": "loss-weights",
}
each_moving = pytest.mark.parametrize(("name", "where"), MOVING.items(), ids=list(MOVING))


def moving(name):
    return f"[data-moving={name}]"


def label(page, name, position):
    """What a slider says to whoever does not see the picture."""
    return page.locator(f"{moving(name)} input[type=range]").nth(position).get_attribute("aria-valuetext")


def texts(page, name, selector):
    return page.locator(f"{moving(name)} {selector}").all_inner_texts()


def test_stepper_goes_through_its_steps_by_keyboard(visit):
    page, inside = visit("task-1"), moving("stepper")
    tab_to(page, f"{inside} input[type=range]")
    seen = []
    for _ in range(6):
        seen += texts(page, "stepper", ".steps > li:not([hidden])")
        page.keyboard.press("ArrowRight")
    assert len(seen) == len(set(seen)) == 6
    assert label(page, "stepper", 0) == "6 of 6: L2 norm."
    page.keyboard.press("Home")
    assert page.locator(f"{inside} td.strip").first.is_hidden()
    tab_to(page, f"{inside} button")
    for _ in range(3):
        page.keyboard.press("Enter")
    assert page.locator(f"{inside} td.strip").first.is_visible()
    assert page.locator(f"{inside} .largest").count() == 1


def test_stepper_shows_another_number_of_all_vectors(visit):
    page, inside = visit("task-1"), moving("stepper")
    page.locator(f"{inside} input[type=range]").first.press("End")
    before = texts(page, "stepper", "td.number")
    page.locator(f"{inside} input[type=range]").nth(1).press("ArrowRight")
    after = texts(page, "stepper", "td.number")
    assert len(before) == len(after) == 15
    assert before != after
    mean, largest = after[11], after[12]
    assert f"mean {mean}, maximum {largest}" in label(page, "stepper", 1)
    assert page.locator(f"{inside} .largest").inner_text() == largest


def test_map_moves_and_names_its_sentences_by_keyboard(visit):
    page = visit("task-4")
    inside = moving("embedding-map")
    places = f"[...document.querySelectorAll('{inside} .map circle')].map(mark => mark.style.transform)"
    tab_to(page, f"{inside} input[type=range]")
    before = page.evaluate(places)
    page.keyboard.press("End")
    after = page.evaluate(places)
    assert sum(a != b for a, b in zip(before, after, strict=True)) > len(before) / 2
    assert label(page, "embedding-map", 0).startswith("epoch 6: Mean cosine")
    told = page.locator(f"{inside} .told")
    first = told.inner_text()
    page.locator(f"{inside} input[type=range]").nth(1).press("ArrowRight")
    assert told.inner_text() != first
    page.locator(f"{inside} input[type=radio]").first.press("ArrowRight")
    assert page.evaluate(places) != after


def test_map_names_the_sentence_at_the_pointer(visit):
    page = visit("task-4")
    inside = moving("embedding-map")
    page.emulate_media(reduced_motion="reduce")  # the marks stand where they belong at once
    page.locator(f"{inside} input[type=range]").first.press("End")
    told = page.locator(f"{inside} .told")
    sheet = page.locator(f"{inside} .map").bounding_box()
    seen = set()
    for share in (0.1, 0.5, 0.9):
        page.mouse.move(sheet["x"] + share * sheet["width"], sheet["y"] + share * sheet["height"])
        seen.add(told.inner_text())
    assert len(seen) > 1


def test_curves_are_scrubbed_by_keyboard(visit):
    page = visit("task-4")
    inside = moving("training-curves")
    tab_to(page, f"{inside} input[type=range]")
    shown = [page.locator(f"{inside} .readout").inner_text()]
    cursor = page.locator(f"{inside} .cursor").first
    places = [cursor.get_attribute("x1")]
    for key in ("ArrowRight", "End"):
        page.keyboard.press(key)
        shown.append(page.locator(f"{inside} .readout").inner_text())
        places.append(cursor.get_attribute("x1"))
    assert len(set(shown)) == len(set(places)) == 3
    assert "After epoch 20" in shown[-1]
    past, whole = (
        page.locator(f"{inside} {kind}").first.get_attribute("points").split() for kind in (".past", ".curve")
    )
    assert len(past) == len(whole) == 21


def test_gradients_part_by_keyboard(visit):
    page = visit("loss-weights")
    inside = moving("gradients")
    tab_to(page, f"{inside} input[type=range]")
    angle = "document.querySelectorAll('.arrow')[4].style.getPropertyValue('--angle')"
    first = page.evaluate(angle)
    page.keyboard.press("End")
    assert float(page.evaluate(angle).removesuffix("deg")) < float(first.removesuffix("deg")) < 0
    assert label(page, "gradients", 0).startswith("step 43; backbone frozen, cosine −0.25")


def test_play_goes_on_until_it_is_paused(visit):
    page = visit("loss-weights")
    inside = moving("gradients")
    slider = page.locator(f"{inside} input[type=range]")
    page.wait_for_timeout(1000)
    assert slider.input_value() == "0"  # nothing starts by itself
    button = page.locator(f"{inside} button")
    button.press("Enter")
    page.wait_for_function("document.querySelector('.moving input[type=range]').value > 1")
    assert button.inner_text() == "Pause"
    button.press("Enter")
    stopped = slider.input_value()
    page.wait_for_timeout(1000)
    assert (slider.input_value(), button.inner_text()) == (stopped, "Play")


@each_moving
def test_nothing_moves_gradually_where_less_motion_is_wanted(name, where, visit):
    page = visit(where)
    page.emulate_media(reduced_motion="reduce")
    durations = page.evaluate(
        "selector => [...document.querySelectorAll(selector)].map(part => getComputedStyle(part).transitionDuration)",
        f"{moving(name)} *",
    )
    assert set(durations) == {"0s"}


@each_moving
def test_moving_pictures_stand_still_without_javascript(name, where, visit):
    page = visit(where, javascript=False)
    picture = page.locator(moving(name))
    assert not picture.locator("input, button").count()
    assert picture.locator(".stage :is(svg.diagram, .path)").first.is_visible()
    assert all(item.is_visible() for item in picture.locator(".steps > li, .strip").all())


@each_moving
def test_moving_pictures_are_printed_whole(name, where, visit):
    page = visit(where)
    page.emulate_media(media="print")
    picture = page.locator(moving(name))
    assert not picture.locator(".controls").is_visible()
    assert picture.locator(".stage :is(svg.diagram, .path)").first.is_visible()
    assert all(item.is_visible() for item in picture.locator(".steps > li, .strip").all())


@pytest.mark.parametrize("name", ["pooling", "freezing", "loss-weights"])
def test_widgets_show_a_table_without_javascript(name, visit):
    page = visit(name, javascript=False)
    assert page.locator(".widget table").is_visible()
    assert not page.locator(".widget input").count()


def test_the_table_stays_within_reach_with_javascript(visit):
    page = visit("pooling")
    page.locator(".widget .whole summary").press("Enter")
    assert page.locator(".widget .whole table").is_visible()


def test_colours_can_be_switched_by_keyboard(visit):
    page = visit("index")
    tab_to(page, "label[for^=__palette]:not([hidden]), form[data-md-component=palette] input")
    page.keyboard.press("Enter")
    page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")


@pytest.mark.parametrize("name", ["task-1", "pooling"])
def test_paper_is_light_and_gives_no_answer_away(name, visit):
    page = visit(name, scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 680, "height": 1000})  # the width of A4 less its margins
    assert page.evaluate("document.body.dataset.mdColorScheme") == "default"
    wide = page.evaluate(
        "[...document.querySelectorAll('.md-content *')].filter(e => e.checkVisibility()"
        " && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert not wide
    hidden = ".md-header, .md-sidebar, .md-footer, details.tip, details.success, details.info"
    assert all(not found.is_visible() for found in page.locator(hidden).all())
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
