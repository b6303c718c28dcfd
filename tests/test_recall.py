"""The recall questions: well made, and in a real browser remembered by nobody but it."""

import re

import pytest

from docs.generator import questions
from docs.generator.paths import DOCS, QUESTIONS
from tests import test_browser
from tests.test_browser import tab_to, violations

address, axe, browser, visit = test_browser.address, test_browser.axe, test_browser.browser, test_browser.visit

FILES = sorted(QUESTIONS.glob("*.toml"))
PAGES = [
    *sorted(path.stem for path in DOCS.glob("task-[1-7].md")),
    *("backbones", "pooling", "freezing", "loss-weights", "sharing", "real-sentences"),
]
STORE = "two-heads.recall"
# A browser that is told to keep nothing throws on every use; the theme's own uses are let through.
BLOCKED = f"""
for (const name of ["getItem", "setItem"]) {{
  const real = Storage.prototype[name];
  Storage.prototype[name] = function (key, ...rest) {{
    if (key === "{STORE}") throw new DOMException("blocked", "SecurityError");
    return real.call(this, key, ...rest);
  }};
}}
"""


@pytest.fixture(scope="module")
def asked():
    return {path.stem: questions.read_questions(path) for path in FILES}


def test_questions_belong_to_a_page_that_includes_them():
    assert {path.stem for path in FILES} >= set(PAGES)
    for path in FILES:
        page = (DOCS / f"{path.stem}.md").read_text(encoding="utf-8")
        assert f'## Do you recall?\n\n--8<-- "docs/generated/questions/{path.stem}.md"' in page


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_questions_have_one_right_answer_and_a_reason_for_each(path, asked):
    assert 2 <= len(asked[path.stem]) <= 5
    for question in asked[path.stem]:
        assert 3 <= len(question.answers) <= 4, question.ask
        assert sum(answer.right for answer in question.answers) == 1
        assert len({answer.text for answer in question.answers}) == len(question.answers)
        assert all(len(answer.reason) > 20 for answer in question.answers)


def test_the_place_of_an_answer_does_not_give_it_away(asked):
    places = [
        [answer.right for answer in question.answers].index(True) for found in asked.values() for question in found
    ]
    assert max(places.count(place) for place in set(places)) < len(places) / 2


def test_a_question_without_a_right_answer_is_refused(tmp_path):
    path = tmp_path / "page.toml"
    path.write_text('[[question]]\nask = "Why?"\nwrong = [["a", "b"]]\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.toml: .*right"):
        questions.read_questions(path)


def test_a_reworded_answer_is_another_one():
    assert questions.digest("Why?", "So.") != questions.digest("Why?", "So!")


def test_every_answer_is_a_fold_without_javascript(visit, asked):
    page = visit("task-1", javascript=False)
    answers = page.locator(".recall .answer")
    assert answers.count() == sum(len(question.answers) for question in asked["task-1"])
    assert not page.locator(".recall button").count()
    answers.first.locator("summary").click()
    assert re.match(r"(Right|Not so)\.", answers.first.locator("p").inner_text())


def test_choosing_shows_the_reason_at_once_and_is_kept(visit, asked):
    page = visit("task-1")
    total = len(asked["task-1"])
    status = page.locator(".recall .status")
    assert f"0 of {total} answered" in status.inner_text()
    assert "kept in this browser" in status.inner_text()
    tab_to(page, ".recall .question:nth-of-type(1) .wrong summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.answer').open")
    assert f"0 of {total} answered, 0 at the first try" in status.inner_text()
    first, second = (page.locator(".recall .question").nth(number) for number in (0, 1))
    for question in (first, second):
        question.locator(".right summary").press("Enter")
        assert question.locator(".right p").inner_text().startswith("Right.")
    assert f"2 of {total} answered, 1 at the first try" in status.inner_text()
    page.reload(wait_until="load")
    page.wait_for_selector(".recall .status")
    assert f"2 of {total} answered, 1 at the first try" in status.inner_text()
    assert page.locator(".recall .answer[open]").count() == 3


def test_answers_can_be_forgotten_and_are_the_page_s_own(visit):
    page = visit("task-2")
    page.locator(".recall .right summary").first.click()
    page.goto(page.url.replace("task-2", "task-3"), wait_until="load")
    assert "0 of" in page.locator(".recall .status").inner_text()
    page.locator(".recall .right summary").first.click()
    page.locator(".recall button").click()
    assert "0 of" in page.locator(".recall .status").inner_text()
    assert not page.locator(".recall .answer[open]").count()
    page.goto(page.url.replace("task-3", "task-2"), wait_until="load")
    assert "1 of" in page.locator(".recall .status").inner_text()


@pytest.mark.parametrize("kept", ["nonsense", '{"a": 1}', "null"])
def test_something_else_under_the_name_does_no_harm(kept, visit):
    page = visit("task-2")
    page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [STORE, kept])
    page.reload(wait_until="load")
    assert "0 of" in page.locator(".recall .status").inner_text()


def test_questions_work_where_storage_is_blocked(visit):
    page = visit("task-2")
    page.context.add_init_script(BLOCKED)
    page.reload(wait_until="load")
    status = page.locator(".recall .status")
    assert "keeps nothing" in status.inner_text()
    page.locator(".recall .right summary").first.click()
    assert "1 of" in status.inner_text()


def test_paper_shows_every_reason(visit):
    page = visit("task-2")
    page.emulate_media(media="print")
    reasons = page.locator(".recall .answer p")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(reasons.nth(number).is_visible() for number in range(reasons.count()))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator(".recall .answer[open]").count()
    assert "0 of" in page.locator(".recall .status").text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chosen_answers_are_accessible(scheme, visit, axe):
    page = visit("task-1", scheme)
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    for summary in page.locator(".recall summary").all():
        summary.click()
    page.evaluate(axe)
    assert not violations(page)
