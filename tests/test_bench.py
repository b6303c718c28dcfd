import pytest

from bench.comparison import at_least, at_most, fastest


def test_fastest_runs_the_ways_in_turns_and_keeps_the_shortest_time(monkeypatch):
    clock = iter([0.0, 5.0, 10.0, 12.0, 20.0, 23.0, 30.0, 34.0])
    monkeypatch.setattr("bench.comparison.time.perf_counter", lambda: next(clock))
    calls = []
    assert fastest({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2) == {"a": 3.0, "b": 2.0}
    assert calls == ["a", "b", "a", "b"]


@pytest.mark.parametrize(("seconds", "met"), [(2.0, True), (3.0, False)])
def test_at_least_is_met_when_fast_enough(seconds, met):
    row = at_least("ours", seconds, "theirs", 6.0, target=3)
    assert (row.ratio, row.met) == (pytest.approx(6.0 / seconds), met)


@pytest.mark.parametrize(("value", "met"), [(1.5, True), (1.6, False)])
def test_at_most_is_met_within_the_limit(value, met):
    assert at_most("memory", value, "limit", 1.5, "GiB").met is met
