"""A student's text, made harmless for the place where it goes. All that is no character of a text is replaced first."""

import re
import unicodedata

UNKNOWN = "\ufffd"
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they make text look like another
FORMULA = frozenset("=+-@\u2212|%")  # what spreadsheets take for the start of a formula, once normalised
LONGEST = 2000  # letters of one text


def clean(text: str, longest: int = LONGEST) -> str:
    """Replace what is no text (control characters, half a character, what turns the direction), and cut it."""
    kept = text if len(text) <= longest else f"{text[:longest]} …"
    return "".join(UNKNOWN if _is_no_text(letter) else letter for letter in kept)


def _is_no_text(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return letter in BIDI or kind == "Cs" or (kind == "Cc" and letter not in "\n\t") or letter in "\ufffe\uffff"


def line(text: str, longest: int = LONGEST) -> str:
    """Make it one line."""
    return " ".join(clean(text, longest).split())


def cell(text: str) -> str:
    """Make it a cell of a table that no spreadsheet takes for a formula."""
    shown = line(text)
    visible = "".join(letter for letter in shown if unicodedata.category(letter) != "Cf").lstrip(f"{UNKNOWN} '\"")
    return f"'{shown}" if unicodedata.normalize("NFKC", visible)[:1] in FORMULA and shown else shown


def markdown(text: str, longest: int = LONGEST) -> str:
    """Make it one line of Markdown, in which nothing means anything."""
    escaped = line(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:])", r"\\\1", escaped)  # a dot and a colon may make a link
    return escaped.replace("@", "&#64;")
