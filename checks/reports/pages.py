"""Where an exercise's page is to be read: served, built, or to be built."""

import contextlib
import http.client
import os
import re
from functools import cache

from ..course import ROOT, Exercise

SERVED = ("127.0.0.1", 8000)  # where `make site` serves it
SITE = ROOT / ".site"


def address(exercise: Exercise) -> str:
    """Give the address of an exercise's page: as served here, built here, published, or how to serve it."""
    page, _, anchor = exercise.page.partition("#")
    name = page.removeprefix("docs/").removesuffix(".md")
    here = f"http://{SERVED[0]}:{SERVED[1]}/{name}/#{anchor}"
    if is_served():
        return here
    built = SITE / name / "index.html"
    if built.is_file():
        return f"{built.as_uri()}#{anchor}"
    published = setting("site_url")
    return f"{published.rstrip('/')}/{name}/#{anchor}" if published else f"`make site`, then {here}"


def link(exercise: Exercise) -> str:
    """Give the address of an exercise's page for a report that travels: published, or as a reader serves it."""
    page, _, anchor = exercise.page.partition("#")
    site = os.environ.get("SITE_URL") or setting("site_url") or f"http://{SERVED[0]}:{SERVED[1]}"
    return f"{site.rstrip('/')}/{page.removeprefix('docs/').removesuffix('.md')}/#{anchor}"


@cache
def setting(name: str) -> str:
    """Give a setting of the site that is one word, such as `site_url`; empty if there is none."""
    with contextlib.suppress(OSError):
        text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        found = re.search(rf"^{name}: *[\"']?([^\s\"'!][^\s\"']*)", text, re.M)  # `!ENV` is known to the site alone
        return found[1] if found else ""
    return ""


@cache
def is_served() -> bool:
    """Tell whether this course's site answers where it is served."""
    connection = http.client.HTTPConnection(*SERVED, timeout=0.2)
    try:
        connection.request("GET", "/")
        return b"Two Heads" in connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
