"""Late days: one pure function, held to what a student would expect of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.cohort.policy import Override, Policy, apply, days_late, read_policy
from checks.grader.record import Intake, Result
from checks.grader.results import ExerciseResult
from checks.protocol.verdicts import Status

DEADLINE = datetime(2026, 11, 29, 18, tzinfo=UTC)
EXAMPLE = """
deadline = 2026-11-29T18:00:00Z
grace = 15
late_days = 1
penalty = 10
of = "possible"
most = 50
[students.ada]
until = 2026-12-02T18:00:00Z
[students.bob]
days = 2
[students.eve]
exempt = true
"""


def handed_in(late=timedelta(), student="zoe", earned=8.0, status=Status.WORKS, submitted=None):
    exercise = ExerciseResult("1.1", "average", "pooling.mean_pool", status, earned, 10)
    when = (DEADLINE + late).isoformat() if submitted is None else submitted
    return Result("x", (exercise,), intake=Intake(student, "x.zip", submitted=when))


def adjust(policy, *details, **more):
    (adjusted,) = apply(policy, [handed_in(*details, **more)])
    return adjusted


def policy_from(tmp_path, text):
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return read_policy(path)


def test_policy_is_read(tmp_path):
    students = {
        "ada": Override(until=DEADLINE + timedelta(days=3)),
        "bob": Override(days=2),
        "eve": Override(exempt=True),
    }
    assert policy_from(tmp_path, EXAMPLE) == Policy(DEADLINE, 15, 1, 10, "possible", 50, students)
    assert policy_from(tmp_path, "") == Policy()


@pytest.mark.parametrize(
    ("student", "late", "total", "words"),
    [
        ("zoe", timedelta(), 8, ""),
        ("zoe", timedelta(minutes=15), 8, ""),
        ("zoe", timedelta(minutes=16), 8, "1 day after the deadline, 2026-11-29 18:00+00:00: within 1 late day."),
        ("zoe", timedelta(hours=25), 7, "1 late day of them free: 1 day at 10 % of 10 points possible takes off 1."),
        ("zoe", timedelta(days=30), 3, "29 days at 10 %, at most 50 % of 10 points possible takes off 5."),
        ("ada", timedelta(days=3), 8, ""),
        ("ada", timedelta(days=5), 7, "Handed in 2 days after their own deadline"),
        ("bob", timedelta(days=3), 8, "within 3 late days."),
        ("eve", timedelta(days=300), 8, "Exempt"),
    ],
)
def test_lateness_costs_what_the_policy_says_and_the_sentence_says_why(tmp_path, student, late, total, words):
    adjusted = adjust(policy_from(tmp_path, EXAMPLE), late, student)
    assert (adjusted.earned, adjusted.total) == (8, total)
    assert words in adjusted.explanation
    assert bool(words) == bool(adjusted.explanation)
    assert adjusted.penalty == 8 - total


@pytest.mark.parametrize("submitted", ["", "yesterday", "2026-11-30T18:00:00"])
def test_unknown_time_costs_nothing_and_says_so(submitted):
    adjusted = adjust(Policy(DEADLINE, penalty=10), submitted=submitted)
    assert adjusted.total == 8
    assert "Nobody knows" in adjusted.explanation


def test_what_could_not_be_judged_has_no_total():
    adjusted = adjust(Policy(DEADLINE, penalty=10), timedelta(days=2), status=Status.NOT_JUDGED, earned=0)
    assert adjusted.total is None
    assert "no total is decided" in adjusted.explanation


def test_offsets_of_zones_are_one_time():
    adjusted = adjust(Policy(DEADLINE, penalty=10), submitted="2026-11-29T20:00:00+02:00")
    assert adjusted.days == 0


LATENESS = st.timedeltas(timedelta(days=-20), timedelta(days=60))
POLICIES = st.builds(
    Policy,
    deadline=st.just(DEADLINE),
    grace=st.floats(0, 3000),
    late_days=st.integers(0, 5),
    penalty=st.floats(0, 100),
    of=st.sampled_from(["earned", "possible"]),
    most=st.floats(0, 100),
)
EARNED = st.integers(0, 100).map(lambda tenths: tenths / 10)


@given(POLICIES, LATENESS, EARNED)
def test_total_stays_between_nothing_and_what_was_earned(policy, late, earned):
    adjusted = adjust(policy, late, earned=earned)
    assert 0 <= adjusted.total <= earned
    assert adjusted.total == pytest.approx(earned - adjusted.penalty, abs=1e-9)
    assert bool(adjusted.explanation) == bool(adjusted.days)


@given(POLICIES, LATENESS, LATENESS, EARNED)
def test_later_is_never_better(policy, one, other, earned):
    sooner, later = sorted((one, other))
    assert adjust(policy, later, earned=earned).total <= adjust(policy, sooner, earned=earned).total


@given(POLICIES, LATENESS, EARNED, st.integers(0, 5))
def test_more_late_days_are_never_worse_and_exempt_is_best(policy, late, earned, days):
    plain = adjust(policy, late, earned=earned).total
    more = adjust(Policy(**{**vars(policy), "students": {"zoe": Override(days=days)}}), late, earned=earned).total
    exempt = adjust(Policy(**{**vars(policy), "students": {"zoe": Override(exempt=True)}}), late, earned=earned).total
    assert plain <= more <= exempt == earned


@given(POLICIES, LATENESS, EARNED, EARNED)
def test_earning_more_never_counts_less(policy, late, one, other):
    less, more = sorted((one, other))
    assert adjust(policy, late, earned=less).total <= adjust(policy, late, earned=more).total + 1e-9


@given(LATENESS, st.floats(0, 3000))
def test_days_are_those_that_have_begun(late, grace):
    days = days_late(late, grace)
    assert days in (0, days_late(late))
    if days:
        assert timedelta(days=days - 1) < late <= timedelta(days=days)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("deadline = ", "is no TOML"),
        ("dedline = 2026-11-29T18:00:00Z", "dedline is unknown; known are deadline, grace, late_days"),
        ("deadline = 2026-11-29T18:00:00", "deadline is 2026-11-29T18:00:00, but must be a date, a time and its zone"),
        ("deadline = 2026-11-29", "deadline is 2026-11-29, but must be a date, a time and its zone"),
        ('deadline = "tomorrow"', "deadline is 'tomorrow', but must be a date"),
        ("grace = -1", "grace is -1, but must be a number of minutes, 0 or more"),
        ("grace = nan", "grace is nan"),
        ("grace = true", "grace is True"),
        ("late_days = 1.5", "late_days is 1.5, but must be a whole number of days"),
        ("penalty = 110", "penalty is 110, but must be percent, from 0 to 100"),
        ('of = "all"', 'of is \'all\', but must be "earned" or "possible"'),
        ("of = [1]", "of is [1]"),
        ("most = inf", "most is inf"),
        ("students = 3", "students must be tables by id, such as [students.ada]"),
        ("[students]\nada = 3", "students must be tables by id"),
        ("[students.ada]\nexempt = 1", "students.ada.exempt is 1, but must be true or false"),
        ("[students.ada]\nfree = 1", "students.ada.free is unknown; known are until, days, exempt"),
        ("[students.ada]\ndays = -2", "students.ada.days is -2"),
    ],
)
def test_wrong_entry_is_named_with_its_cure(tmp_path, text, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        policy_from(tmp_path, text)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "policy.toml"))


def test_policy_that_is_not_there_or_no_text_is_named(tmp_path):
    with pytest.raises(OSError, match=r"nowhere\.toml"):
        read_policy(tmp_path / "nowhere.toml")
    (tmp_path / "policy.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="is no TOML"):
        read_policy(tmp_path / "policy.toml")


def test_rules_for_two_spellings_of_an_id_are_refused(tmp_path):
    with pytest.raises(ValueError, match="upper and lower case alone: ada, Ada"):
        policy_from(tmp_path, "[students.ada]\ndays = 1\n[students.Ada]\ndays = 2\n")


def test_rules_for_some_hold_under_the_ids_that_results_have(tmp_path):
    known = {"bob": "student-1"}
    policy = policy_from(tmp_path, EXAMPLE)
    assert policy.under(lambda student: known.get(student, "")).students == {"student-1": policy.students["bob"]}
