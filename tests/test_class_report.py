"""The pages and tables of a class: what they say, what they keep to themselves, and how they look in a real browser."""

import codecs
import csv
import io
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote

import classroom
import pytest
import test_browser

from checks.cohort.classroom import Classroom
from checks.cohort.cli import _sum_up
from checks.cohort.formats import Gradebook, plain
from checks.cohort.intake.opening import NOTHING
from checks.cohort.output import write_output
from checks.cohort.policy import Policy
from checks.cohort.report import write_report
from checks.cohort.report.people import People
from checks.cohort.report.samples import bare, collect
from checks.cohort.report.statistics import is_readable, misunderstandings, student_of
from checks.cohort.run.folder import ReportFolder
from checks.cohort.students import Student
from checks.cohort.wish import Writing
from checks.course import ROOT, load_course
from checks.grader.record import Intake, record_of
from checks.grader.results import ExerciseResult
from checks.protocol.verdicts import CheckResult, CodeLine, Diagnosis, Outcome, Panel, Picture, Status
from checks.reports.terminal import make_console
from checks.source.definitions import parse
from checks.source.files import Submission

browser, axe = test_browser.browser, test_browser.axe
MEAN_POOL = load_course().exercise("1.1")
# Markup, the end of a style sheet, a letter that turns the line around, an escape code, a template, an entity.
NASTY = "<script>document.title='hit'</script></style><img src=x onerror=alert(1)>\u202egnp\x1b[31m{{ 7*7 }}&amp;`<b>`"
SHOWN = "<script>document.title='hit'</script></style><img src=x onerror=alert(1)>\ufffdgnp\ufffd[31m{{ 7*7 }}&amp;"


@pytest.fixture(scope="module")
def bank():
    return classroom.grade_bank(("1.1", "4.6"), most=4)


@pytest.fixture(scope="module")
def made(bank):
    return classroom.make_class(bank, students=30)


@pytest.fixture(scope="module")
def report(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    adjusted = {"s001": (1.5, "2 days late: 10 % a day."), "s002": (made.results[1].points, "")}
    write_report(folder, made.results, made.sources, made.roster, adjusted=adjusted)
    (folder / "gradebook.csv").write_text(plain.write(made.results, made.roster), encoding="utf-8-sig")
    return folder


class Words(HTMLParser):
    """Reads a page: its words, and the elements with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.words, self.elements = [], []
        self.feed(page.read_text(encoding="utf-8"))
        self.text = re.sub(r"\s+", " ", "".join(self.words))

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)


def read_csv(path):
    content = path.read_bytes()
    assert content.startswith(codecs.BOM_UTF8)  # without it a spreadsheet shows "JÃ¶rg"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def hostile(student=NASTY):
    """Make a result of which every text is a student's, and means harm."""
    line = CodeLine(f"tutorial/{NASTY}.py", 3, NASTY, NASTY, NASTY)
    panel = Panel(NASTY, ((NASTY, "1"),), ((True, False),))
    check = CheckResult(
        *(NASTY, Outcome.FAILED),
        problem=NASTY,
        expected=NASTY,
        observed=NASTY,
        case=NASTY,
        contrast=NASTY,
        relation=NASTY,
        picture=Picture((panel,), panel, panel),
        lines=(line,),
    )
    facts = {"checks": (check,), "problem": NASTY, "lines": (line,), "output": f"{NASTY}\n", "notes": (NASTY,)}
    wrong = ExerciseResult("1.1", NASTY, "pooling.mean_pool", Status.FAILED, 0, 3, **facts)
    named = replace(wrong, exercise_id="1.2", target="pooling.max_pool", diagnosis=Diagnosis(NASTY, NASTY, False))
    unjudged = replace(wrong, exercise_id="1.6", target="similarity.cosine", status=Status.NOT_JUDGED)
    intake = Intake(student, NASTY, (NASTY,), (NASTY,), (NASTY,), (NASTY,), NASTY, doubts=(NASTY, "twice"))
    broken = Intake("broken", NASTY, problem=NASTY)
    handed_in = Submission(NASTY, {}, contents={"pooling.py": b""})
    good = replace(record_of(handed_in, (wrong, named, unjudged)), intake=intake, release=NASTY)
    return good, replace(good, exercises=(wrong,), intake=broken)


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    roster = {NASTY: Student(NASTY, NASTY, NASTY, NASTY), "absent": Student("absent", NASTY, NASTY, NASTY)}
    code = "def mean_pool(a, b):\n    return '\\N{RIGHT-TO-LEFT OVERRIDE}<script>alert(1)</script>'\n"
    texts = {"pooling": f"{code}\n{code.replace('mean', 'max')}"}
    write_report(folder, hostile(), {NASTY: texts}, roster, adjusted={NASTY: (1, NASTY)})
    return folder


# What the pages say


def test_class_page_counts_the_class(made, report):
    text = Words(report / "index.html").text
    assert "students 31" in text
    assert "handed in 30" in text
    assert "could be read 28" in text
    assert "Could not be read: 2" in text
    assert "Noor Quist" in text  # in the roster, and handed nothing in


def test_class_page_shows_the_grader_s_own_faults_first(made, tmp_path):
    first, *others = [result for result in made.results if is_readable(result)]
    unjudged = replace(first.exercises[0], status=Status.NOT_JUDGED, points=0, problem="not you; see /srv/report.txt")
    results = [replace(first, exercises=(unjudged, *first.exercises[1:])), *others]
    write_report(tmp_path, results, made.sources, made.roster)
    page = Words(tmp_path / "index.html").text
    assert page.index("Look at these first") < page.index("Not judged: 1") < page.index("/srv/report.txt")
    assert "/srv/report.txt" not in Words(tmp_path / "students" / f"{student_of(first)}.html").text


def test_class_page_tells_each_misunderstanding_with_its_page_and_code(made, report):
    page = Words(report / "index.html")
    found = misunderstandings([result for result in made.results if is_readable(result)])
    assert found
    for one in found:
        assert one.name.replace("`", "") in page.text
        assert one.hint.replace("`", "") in page.text
    addresses = {attributes.get("href", "") for _, attributes in page.elements}
    assert any(address.endswith("/task-1/#exercise-1-1") for address in addresses)
    assert "def mean_pool(" in page.text


def test_links_lead_to_where_the_site_is_published(made, tmp_path, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://course.example/two-heads/")
    write_report(tmp_path, made.results, made.sources, made.roster)
    addresses = {attributes.get("href", "") for _, attributes in Words(tmp_path / "index.html").elements}
    assert "https://course.example/two-heads/task-1/#exercise-1-1" in addresses
    assert not [address for address in addresses if "127.0.0.1" in address or address.startswith("file:")]


def test_every_link_of_a_report_leads_somewhere(report):
    for page in [report / "index.html", *(report / "students").glob("*.html")]:
        elements = Words(page).elements
        anchors = {attributes.get("id") for _, attributes in elements}
        for address in [attributes["href"] for tag, attributes in elements if tag == "a"]:
            if address.startswith("#"):
                assert address[1:] in anchors
            elif not address.startswith("http"):
                assert (page.parent / unquote(address)).is_file(), address


def test_student_page_tells_what_is_wrong_and_the_way_out(made, report):
    result = next(result for result in made.results if any(one.diagnosis for one in result.exercises))
    (wrong, *_) = [one for one in result.exercises if one.diagnosis]
    text = Words(report / "students" / f"{student_of(result)}.html").text
    check = next(check for check in wrong.checks if check.problem)
    for told in (wrong.diagnosis.name, wrong.diagnosis.hint, check.claim, check.problem, f"{result.intake.source}"):
        assert re.sub(r"\s+", " ", told.replace("`", "")) in text


def test_student_page_shows_what_counts_first_and_why(made, report):
    first, second, *_ = made.results
    text = Words(report / "students" / "s001.html").text
    assert f" 1.5 of {first.possible} points ({first.points:g} before late days) " in text
    assert "2 days late: 10 % a day." in text
    page = Words(report / "students" / "s002.html")
    assert f" {second.points:g} of {second.possible} points " in page.text
    assert "late days" not in page.text
    assert not [attributes for _, attributes in page.elements if "notice" in attributes.get("class", "")]


def test_class_page_shows_what_counts_and_beside_it_what_was_earned(made, report):
    text = Words(report / "index.html").text
    rows = text.partition("beforelate days")[2]
    one, two = (f"{made.roster[student].name} {student} ?" for student in ("s001", "s002"))
    assert re.search(rf"{one}[AB] ?1.5 ?{made.results[0].points:g} ?\d", rows)
    assert re.search(rf"{two}[AB] ?{made.results[1].points:g} ?{made.results[1].exercises[0].points:g}/", rows)


@pytest.fixture(scope="module")
def empty_report(made, tmp_path_factory):
    """A class as it comes from grading: who handed in nothing has a result that says so."""
    folder = tmp_path_factory.mktemp("empty")
    missing = tuple(f"{name}.py" for name in ("pooling", "encoder"))
    nothing = Intake("s999", "", missing=missing, problem=NOTHING)
    damaged = replace(made.results[-1], intake=replace(made.results[-1].intake, missing=missing))
    results = (*made.results[:-1], damaged, replace(damaged, package="", intake=nothing))
    write_report(folder, results, made.sources, made.roster, adjusted={"s999": (0, "")})
    return folder


def test_class_page_tells_who_handed_in_nothing_from_what_could_not_be_read(empty_report, report):
    page = Words(empty_report / "index.html")
    assert "students 31 handed in 30 could be read 28" in page.text
    assert "Could not be read: 2" in page.text
    assert "Handed in nothing: 1" in page.text
    assert re.search("Noor Quist s999 ?A ?– ?handed in nothing", page.text)
    assert "students/s999.html" in {attributes.get("href") for _, attributes in page.elements}
    without_result = Words(report / "index.html")
    assert re.search("Noor Quist s999 ?A ?– ?handed in nothing", without_result.text)
    assert "students/s999.html" not in {attributes.get("href") for _, attributes in without_result.elements}


def test_student_page_of_who_handed_in_nothing_says_so_and_nothing_else(empty_report):
    text = Words(empty_report / "students" / "s999.html").text
    assert "You handed in nothing" in text
    for other in ("could not be read", "What you handed in", "points", "held by", "pooling.py"):
        assert other not in text


def test_class_page_links_every_table(report):
    linked = {attributes.get("href") for _, attributes in Words(report / "index.html").elements}
    assert {path.name for path in report.glob("*.csv")} <= linked
    assert (report / "gradebook.csv").is_file()


def test_no_page_shows_a_backtick(made, tmp_path):
    code = "`.values` <b>"
    first, second = (CheckResult(claim, Outcome.FAILED, problem=code, case=code) for claim in ("one", "two"))
    first = replace(first, contrast=code, relation=f"all that {code}")
    wrong = ExerciseResult("1.1", code, "pooling.mean_pool", Status.FAILED, 0, 3, (first, second), notes=(code,))
    right = replace(wrong, exercise_id="1.2", status=Status.PASSED, checks=())
    result = replace(made.results[0], exercises=(wrong, right))
    broken = replace(result, intake=Intake("broken", "", problem=code))
    write_report(tmp_path, (result, broken), {}, {})
    for path in tmp_path.rglob("*.html"):
        page = path.read_text(encoding="utf-8").partition("</style>")[2]
        assert "`" not in page
        assert "<code>.values</code> &lt;b&gt;" in page


def test_student_page_of_what_could_not_be_read_says_why_and_lists_no_files(empty_report):
    text = Words(empty_report / "students" / "s030.html").text
    assert "your archive is damaged" in text
    assert "To be mended" not in text
    assert "pooling.py" not in text


def test_student_page_holds_nothing_of_others(made, report):
    for result in made.results:
        own, page = made.roster[student_of(result)], report / "students" / f"{student_of(result)}.html"
        text = page.read_text(encoding="utf-8")
        for other in made.roster.values():
            assert other.student == own.student or other.student not in text
            assert other.name == own.name or other.name not in text
        assert "index.html" not in text


def test_anonymous_report_holds_no_name(made, tmp_path):
    write_report(tmp_path, made.results, made.sources, made.roster, anonymous=True)
    words = "\n".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*") if path.is_file())
    for student in made.roster.values():
        assert student.name not in words
        assert student.email not in words
    assert "s001" in words


def test_report_is_the_same_when_it_is_written_again_and_drops_who_left(made, report, tmp_path):
    write_report(tmp_path, made.results, made.sources, made.roster)
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    write_report(tmp_path, made.results, made.sources.get, made.roster)
    assert before == {path.name: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    write_report(tmp_path, made.results[1:], made.sources, made.roster)
    assert not (tmp_path / "students" / "s001.html").exists()


def test_report_of_nobody_is_written(tmp_path):
    write_report(tmp_path, (), {}, {})
    assert "students 0" in Words(tmp_path / "index.html").text


def test_page_of_a_student_is_named_by_a_plain_id_or_a_fingerprint():
    page = People({}).page
    assert page("s001") == "students/s001.html"
    assert page("ada.lovelace@school.example") == "students/ada.lovelace@school.example.html"
    ids = ("../../etc/passwd", "a/b", "", ".hidden", "x" * 300, NASTY, "a\0b", "a\\b", "\udcff")
    for student in ids:
        assert re.fullmatch(r"students/id-[0-9a-f]{16}\.html", page(student))
    assert len({page(student) for student in ids}) == len(ids)


# The code behind a misunderstanding


def test_piece_of_code_keeps_what_it_does_and_drops_the_words():
    text = (
        "import torch\n\n\n"
        "def mean_pool(tokens, mask):  # by Ada\n"
        '    """Mine, Ada Lovelace."""\n'
        "    print('Ada Lovelace was here', f'{tokens} by Lovelace')\n"
        "    # ada@school.example\n"
        "    return torch.einsum('bsh,bs->bh', tokens, mask.to(b'Lovelace'))\n"
    )
    piece = bare(MEAN_POOL, {"pooling": text})
    assert not re.search(r"ada|lovelace|mine", piece, re.I)
    assert "einsum('bsh,bs->bh', tokens, mask" in piece
    parse(piece)


@pytest.mark.parametrize(
    "text",
    ["", "def max_pool(): pass", "def mean_pool(:", "x = " + "(" * 5000, "\0", "x = 1\n" * 50_000, "mean_pool = 3"],
)
def test_piece_of_code_is_empty_where_there_is_none(text):
    assert bare(MEAN_POOL, {"pooling": text}) == ""


def test_piece_of_code_survives_another_exercise_that_is_no_python():
    text = "def mean_pool(tokens, mask):\n    return tokens.mean(1)\n\n\ndef max_pool(tokens:\n    return\n"
    assert bare(MEAN_POOL, {"pooling": text}) == "def mean_pool(tokens, mask):\n    return tokens.mean(1)"


def test_piece_of_code_is_not_endless():
    piece = bare(MEAN_POOL, {"pooling": "def mean_pool():\n" + "    x = '\\d'\n" * 5000})
    assert piece.endswith("\n…")
    assert len(piece) < 3000


def test_pieces_are_the_two_shortest_that_do_not_name_their_writer(made):
    diagnosis = Diagnosis("the same", "a hint", True)
    wrong = ExerciseResult("1.1", "", "pooling.mean_pool", Status.FAILED, 0, 3, diagnosis=diagnosis)
    bodies = {
        "s1": "return lovelace",  # the shortest, but it names her
        "s2": "return (1)  # long, before the comment is gone",
        "s3": "return 1",
        "s4": "return 12",
        "s5": "return 123",
    }
    results = [replace(made.results[0], exercises=(wrong,), intake=Intake(one, f"{one}.zip")) for one in bodies]
    sources = {one: {"pooling": f"def mean_pool():\n    {body}\n"} for one, body in bodies.items()}
    found = collect(results, sources, {"s1": Student("s1", "Ada Lovelace")}, {("1.1", "the same")})
    assert found == {
        ("1.1", "the same"): ("def mean_pool():\n    return 1", "def mean_pool():\n    return 12"),
    }


def test_pieces_ask_for_one_student_at_a_time_and_only_if_something_is_wrong(made):
    asked, wanted = [], {(one.exercise_id, one.name) for one in misunderstandings(made.results)}
    collect(made.results, lambda student: asked.append(student) or {}, {}, wanted)
    assert asked
    assert len(asked) == len(set(asked))
    right = {student_of(result) for result in made.results if result.passed}
    assert not right & set(asked)


# Numbers


def test_points_table_agrees_with_the_results(made, report):
    rows = {row["student"]: row for row in read_csv(report / "points.csv")}
    readable = [result for result in made.results if is_readable(result)]
    assert len(rows) == len(readable)
    for result in readable:
        assert float(rows[student_of(result)]["points"]) == result.points
        for one in result.exercises:
            assert float(rows[student_of(result)][one.exercise_id]) == one.points


def test_exercises_table_counts_every_student(made, report):
    for row in read_csv(report / "exercises.csv"):
        ended = [row[name] for name in ("passed", "works", "failed", "not started", "not judged")]
        assert sum(map(int, ended)) == sum(map(is_readable, made.results))


def test_checks_and_misunderstandings_tables_are_written(made, report):
    claims = {check.claim for result in made.results for one in result.exercises for check in one.checks}
    assert {row["check"] for row in read_csv(report / "checks.csv")} == claims
    rows = read_csv(report / "misunderstandings.csv")
    assert {row["has a name"] for row in rows} == {"yes", "no"}


def test_tables_hold_no_formula(tmp_path):
    formula = '=HYPERLINK("http://evil.example")'
    good, _ = hostile(formula)
    wrong = replace(good.exercises[0], checks=(CheckResult(" +1", Outcome.FAILED, problem="@SUM(1)"),))
    write_report(tmp_path, [replace(good, exercises=(wrong,))], {}, {})
    for path in tmp_path.glob("*.csv"):
        cells = [cell for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))) for cell in row]
        assert not [cell for cell in cells if cell.lstrip()[:1] in "=+-@\t" and cell]


# With what is written beside the pages


@pytest.fixture
def handed_in(made, tmp_path):
    """A class of two, of whom one has handed in nothing: its report's folder, its results, and who they are."""
    submissions, roster = tmp_path / "submissions", tmp_path / "roster.csv"
    (submissions / "s001").mkdir(parents=True)
    (submissions / "s001" / "pooling.py").touch()
    roster.write_text("id,name\ns001,Jörg\ns999,Noor\n", encoding="utf-8")
    room = Classroom(submissions, roster)
    nothing = replace(made.results[-1], intake=room.read("s999").intake)
    return ReportFolder(tmp_path / "report"), [made.results[0], nothing], room


@pytest.mark.parametrize("gradebook", Gradebook)
def test_gradebook_has_a_mark_for_spreadsheets_and_none_for_platforms(handed_in, gradebook):
    write_output(*handed_in, Writing(gradebook, (), False, None))
    content = (handed_in[0].path / "gradebook.csv").read_bytes()
    assert content.startswith(codecs.BOM_UTF8) == (gradebook is Gradebook.PLAIN)
    assert "Jörg" in content.decode("utf-8")


def test_nothing_is_said_of_when_nothing_was_handed_in(handed_in):
    policy = Policy(datetime(2001, 1, 1, tzinfo=UTC), penalty=1)
    write_output(*handed_in, Writing(Gradebook.PLAIN, (), False, policy))
    first, nothing = read_csv(handed_in[0].path / "gradebook.csv")
    assert "after the deadline" in first["explanation"]
    assert (nothing["status"], nothing["explanation"], nothing["total"]) == ("nothing handed in", "", "")
    assert "Nobody knows" not in Words(handed_in[0].path / "students" / "s999.html").text


def test_command_says_the_median_of_the_page_and_how_many_handed_in_nothing(handed_in, made, capsys):
    folder, (_, nothing), _ = handed_in
    readable = sorted(filter(is_readable, made.results), key=lambda one: one.points)
    low, high = readable[0], readable[-1]
    assert low.points < high.points
    damaged = made.results[-1]
    _sum_up([high, nothing, damaged, low], folder, make_console())
    printed = capsys.readouterr().out
    middle = round((low.points + high.points) / 2, 1)
    assert f"Points: {low.points:g} to {high.points:g} of {low.possible}, median {middle:g}" in printed
    assert "1 student handed in nothing" in printed
    assert "s999" not in printed
    assert "s030: your archive is damaged" in printed
    write_report(folder.path, [high, nothing, damaged, low], {}, {})
    assert f"median points {middle:g} of {low.possible}" in Words(folder.path / "index.html").text


# Harm


def test_hostile_texts_are_text(hostile_report):
    for page in [hostile_report / "index.html", *(hostile_report / "students").glob("*.html")]:
        found = Words(page)
        assert "script" not in {tag for tag, _ in found.elements}
        assert "img" not in {tag for tag, _ in found.elements}
        assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", found.text)
        assert SHOWN in found.text
        assert sum(tag == "style" for tag, _ in found.elements) == 1


def test_hostile_texts_are_cut(tmp_path):
    good, broken = hostile()
    long = replace(good.exercises[0], problem="x" * 10**6, output="y" * 10**6)
    names = tuple(f"{number}.txt" for number in range(10_000))
    write_report(
        tmp_path, [replace(good, exercises=(long,), intake=replace(good.intake, ignored=names)), broken], {}, {}
    )
    assert max(path.stat().st_size for path in tmp_path.rglob("*.html")) < 100_000


# In a browser


@pytest.fixture
def look(browser):
    """Open a page of a report; whatever it asks for, and whatever goes wrong, is a failure."""
    contexts, problems = [], []

    def look_at(path, scheme="light", width="wide", javascript=True):
        wide, high = test_browser.WIDTHS[width]
        context = browser.new_context(
            viewport={"width": wide, "height": high}, color_scheme=scheme, java_script_enabled=javascript
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: problems.extend([request.url] * (request.url != path.as_uri())))
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.goto(path.as_uri(), wait_until="load")
        return page

    yield look_at
    for context in contexts:
        context.close()
    assert not problems


@pytest.fixture(params=["index.html", "student"])
def page_path(request, made, report):
    wrong = next(result for result in made.results if any(one.diagnosis for one in result.exercises))
    return report / (request.param if request.param == "index.html" else f"students/{student_of(wrong)}.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible_fits_and_asks_for_nothing(page_path, scheme, look, axe, browser):
    page = look(page_path, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    for width, (wide, high) in test_browser.WIDTHS.items():
        page.set_viewport_size({"width": wide, "height": high})
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"the page is {overflow} pixels too wide on a {width} screen"
        page.evaluate(axe)
        assert not test_browser.violations(page), width


def test_page_reads_without_scripts_and_has_none(page_path, look):
    page = look(page_path, javascript=False)
    assert page.locator("h1").inner_text()
    assert page.locator("script").count() == 0
    policy = page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_page_opens_its_folds_on_paper(page_path, look):
    page = look(page_path)
    fold = page.locator("details:not([open]):not(.again):not(.more *) > :not(summary)").first
    assert not fold.is_visible()
    page.emulate_media(media="print")
    assert fold.bounding_box()["height"] > 0
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_hostile_pages_run_nothing_and_ask_for_nothing(hostile_report, look):
    for path in [hostile_report / "index.html", *(hostile_report / "students").glob("*.html")]:
        for width in test_browser.WIDTHS:
            page = look(path, width=width)
            assert page.title() != "hit"
            assert page.locator("main").inner_text().count("<script>")
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0


def test_details_of_a_check_stand_under_its_words(made, tmp_path, look):
    checks = tuple(CheckResult(f"claim {at}", Outcome.FAILED, problem=f"problem {at}") for at in range(3))
    wrong = ExerciseResult("1.1", "average", "pooling.mean_pool", Status.FAILED, 0, 3, checks)
    write_report(tmp_path, [replace(made.results[0], exercises=(wrong,))], {}, {})
    page = look(tmp_path / "students" / "s001.html")
    page.evaluate("document.querySelector('details').open = true")
    check, detail = page.locator(".claims li").nth(1), page.locator(".claims .problem").first
    mark = check.locator(".mark").bounding_box()
    assert detail.inner_text() == "problem 1"
    assert detail.bounding_box()["x"] >= mark["x"] + mark["width"]


def test_table_of_exercises_is_whole_on_a_small_screen(report, look):
    page = look(report / "index.html", width="wide")
    page.set_viewport_size({"width": 500, "height": 900})
    cut = "(box => box.scrollWidth - box.clientWidth)(document.querySelector('.scroll:has(.exercises)'))"
    assert page.evaluate(cut) <= 0


def test_paper_shows_names_as_large_as_ids_tiles_in_a_row_and_no_triangles(report, look):
    page = look(report / "index.html")
    page.emulate_media(media="print")
    sizes = "[...document.querySelectorAll('.students tbody :is(th, th a, th .faint, td .faint)')]"
    assert len(set(page.evaluate(f"{sizes}.map(one => getComputedStyle(one).fontSize)"))) == 1
    assert len(set(page.evaluate("[...document.querySelectorAll('.tiles div')].map(one => one.offsetTop)"))) == 1
    kinds = page.evaluate("[...document.querySelectorAll('summary')].map(one => getComputedStyle(one).listStyleType)")
    assert set(kinds) == {"none"}


# Installed


def test_templates_are_installed(tmp_path):
    code = (
        "from setuptools import Distribution; found = Distribution({'script_name': ''})\n"
        "found.parse_config_files(['pyproject.toml'])\n"
        f"found.get_command_obj('egg_info').egg_base = {str(tmp_path)!r}\n"
        f"build = found.get_command_obj('build_py'); build.build_lib = {str(tmp_path)!r}\n"
        "build.ensure_finalized(); build.run()"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True, capture_output=True)
    here = ROOT / "checks" / "cohort" / "report" / "templates"
    there = tmp_path / here.relative_to(ROOT)
    assert {path.name for path in there.iterdir()} == {path.name for path in here.iterdir()}
