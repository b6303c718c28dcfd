"""Checks of exercise 6.1, `read_ratings`."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import outcome

suite = Suite(sees="the rated sentences")

NAME = "ratings.txt"
# What stands around a wrong line; no digit of these is the number of a line that is wrong.
GOOD = "90_8\t0.9\tThe case is light."


def _read(code: Code, content: bytes, path: str | Path = Path(NAME)) -> list[Any]:
    """Read a file of this content, by a short path: no number in it may be taken for that of a line."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path(NAME).write_bytes(content)
        rated = code.reviews.read_ratings(path)
        return [expect(code.reviews.RatedSentence, each, "a rated sentence") for each in expect(list, rated)]


def _lines(label: str, code: Code, *lines: str, end: str = "\n") -> Case:
    """Make the case of a file with these lines, each with its end."""
    content = "".join(line + end for line in lines).encode()
    return case(label, partial(_read, code, content), lines=list(lines))


@suite.check("reads the sentence, the rating as a number, and the review of each line")
def reads(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _lines("one line", code, "12_1\t1.5\tThe screen is bright.")
    yield _lines("two lines", code, "12_1\t1.5\tThe screen is bright.", "30_1\t-2.25\tIt broke in May.")
    yield _lines("a whole number", code, "12_1\t-3\tIt broke in May.")
    rating = int(torch.randint(-39, 40, (1,), generator=rng)) / 10
    yield _lines("one line, any rating", code, f"41_1\t{rating}\tThe menu is what it is.")


@suite.check("takes what stands before the `_` of an id for the review, and all of it where there is no `_`")
def review_ids(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "an id with `_`": ("7_2",),
        "an id with `_`, sentence of two digits": ("7_12",),
        "an id with `_`, letters": ("plum_3",),
        "an id without `_`": ("7",),
        "an id without `_`, four digits": ("7204",),
        "three sentences of two reviews": ("7_9", "7_10", "71_1"),
    }
    for label, ids in cases.items():
        yield _lines(label, code, *(f"{each}\t0.5\tIt has a lid." for each in ids))


@suite.check("keeps the order of the lines, and lines that are equal")
def order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    first, second, third = "2_1\t1.5\tWe laughed.", "1_1\t-2\tWe left.", "3_1\t0.5\tA cup stands there."
    yield _lines("two lines, equal", code, first, first)
    yield _lines("three lines, in no order of ids", code, first, second, third)
    yield _lines("four lines, two of them equal", code, third, first, second, first)


@suite.check("takes ratings from -4 to 4, both included")
def borders(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for rating in ("0", "3.9", "-3.9", "4", "-4", "4.0", "-4.0"):
        yield _lines(f"rating {rating}", code, f"5_1\t{rating}\tThe hinge moves.")


@suite.check("leaves the words of a sentence as they are, whatever signs it has")
def sentences(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "a colon, a comma and digits": "Seats: 3, or 4.",
        "quotation marks around a word": 'It is "loud" in there.',
        "a quotation mark at the start": '"Loud" is no word for it.',
        "a quotation mark that is never closed": '"Loud, and that was all.',
        "an underscore": "Use the my_notes button.",
        "two blanks between words": "Well,  we saw it.",
        "letters with accents": "Café, naïve, Übung.",
        "a picture": "A fine lid 🙂.",
        "a sign for comments": "# 1 of the year.",
    }
    for label, sentence in cases.items():
        yield _lines(f"{label}, two lines", code, f"6_1\t1\t{sentence}", GOOD)


@suite.check("removes the blanks around a sentence")
def stripped(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _lines("blanks after the sentence", code, "8_1\t1.1\tThe lamp hums.  ")
    yield _lines("blanks before the sentence", code, "8_1\t1.1\t  The lamp hums.")


@suite.check("skips blank lines")
def blank_lines(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _lines("a blank line at the end", code, GOOD, "")
    yield _lines("a blank line at the start", code, "", GOOD)
    yield _lines("a blank line between two lines", code, GOOD, "", "8_1\t1.1\tThe lamp hums.")
    yield _lines("a line of blanks between two lines", code, GOOD, "   ", "8_1\t1.1\tThe lamp hums.")


@suite.check("reads lines that end as on other systems, and a last line without an end")
def line_ends(code: Code, rng: torch.Generator) -> Iterator[Case]:
    lines = (GOOD, "8_1\t1.1\tThe lamp hums.")
    yield _lines("lines that end with \\n", code, *lines)
    yield _lines("lines that end with \\r\\n", code, *lines, end="\r\n")
    yield _lines("lines that end with \\r\\n, a blank one between them", code, lines[0], "", lines[1], end="\r\n")
    yield case("a last line without an end", partial(_read, code, "\n".join(lines).encode()), lines=list(lines))


@suite.check("takes the path as text, too")
def paths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, str | Path] = {"a path": Path(NAME), "a path as text": NAME}
    for label, path in cases.items():
        yield case(label, partial(_read, code, f"{GOOD}\n".encode(), path), lines=[GOOD])


# Wrong lines, each with the rating that is to be named, if it is that.
FIELDS = {
    "one field": "The lamp hums.",
    "two fields": "8_1\tThe lamp hums.",
    "two fields, blanks for a tab": "8_1 1.1\tThe lamp hums.",
    "four fields": "8_1\t1.1\tThe lamp\thums.",
}
EMPTY = {"no sentence": "8_1\t1.1\t", "a sentence of blanks": "8_1\t1.1\t   "}
RATINGS = ("good", "1,5", "", "4.01", "-4.01", "80", "-80", "nan", "inf", "-inf")


def _wrong_lines() -> dict[str, str]:
    named = {rating or "left empty": rating for rating in RATINGS}
    ratings = {f"rating {label}": f"8_1\t{rating}\tThe lamp hums." for label, rating in named.items()}
    return {**ratings, **FIELDS, **EMPTY}


def _refused(label: str, code: Code, before: Sequence[str], line: str | bytes, *told: Any) -> Case:
    """Make the case of a file with a wrong line, and a good one after it.

    Args:
        label: Of the case.
        code: Under test.
        before: The lines above the wrong one.
        line: The wrong one.
        told: What the judge has to know besides.
    """
    wrong = line if isinstance(line, bytes) else line.encode()
    content = b"\n".join([*(each.encode() for each in before), wrong, GOOD.encode(), b""])
    see = partial(_refusal, code, content, told)
    return case(label, see, lines=[*before, line, GOOD])


def _refusal(code: Code, content: bytes, told: tuple[Any, ...]) -> Any:
    return [*told, outcome(partial(_read, code, content))]


@suite.check("refuses a line that has not three fields, no sentence, or no rating from -4 to 4, with a ValueError")
def refuses(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, line in _wrong_lines().items():
        yield _refused(label, code, (), line)


@suite.check("names the line that is wrong, counted from 1 in the file", careful=True)
def names_line(code: Code, rng: torch.Generator) -> Iterator[Case]:
    # 5 and 7 stand in no line and no rule, so whoever names them has counted.
    four, six = [GOOD] * 4, [GOOD, "", GOOD] * 2
    wrong = _wrong_lines()
    for label in ("rating good", "rating -80", "rating nan", "two fields", "four fields", "no sentence"):
        yield _refused(f"line 5, {label}", code, four, wrong[label], 5)
    for label in ("rating -80", "two fields", "no sentence"):
        yield _refused(f"line 7, blank lines before it, {label}", code, six, wrong[label], 7)


@suite.check("names the rating that is wrong", careful=True)
def names_rating(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for rating in ("good", "-80", "4.01", "nan"):
        yield _refused(f"rating {rating}", code, [GOOD] * 2, f"8_1\t{rating}\tThe lamp hums.", rating)


@suite.check("refuses a line that is not UTF-8 with a ValueError, and names it", careful=True)
def not_utf8(code: Code, rng: torch.Generator) -> Iterator[Case]:
    latin = "8_1\t1.1\tA naïve lamp.".encode("latin-1")
    yield _refused("the first line", code, (), latin, 1)
    yield _refused("line 5", code, [GOOD] * 4, latin, 5)


@suite.check("reads a file that begins with a byte order mark", careful=True)
def byte_order_mark(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"one line": [GOOD], "two lines": ["7\t1\tIt has a lid.", GOOD], "a blank line before a line": ["", GOOD]}
    for label, lines in cases.items():
        content = "".join(f"{line}\n" for line in lines).encode("utf-8-sig")
        yield case(f"a byte order mark, {label}", partial(_read, code, content), lines=lines)


@suite.check("reads a file without lines as no sentences", careful=True)
def empty_files(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, content in {"an empty file": b"", "a file of blank lines": b"\n\n  \n"}.items():
        yield case(label, partial(_read, code, content))


@suite.check("divides a sentence at no sign that is not the end of a line", careful=True)
def other_separators(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sign in {"a line separator": "\u2028", "a next line": "\x85", "a form feed": "\x0c"}.items():
        yield _lines(f"{label} inside a sentence", code, f"8_1\t1.1\tThe lamp{sign}hums.", GOOD)
