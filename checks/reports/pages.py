"""Where an exercise's page is to be read: served, built, or to be built."""

import http.client
from functools import cache

from ..course import ROOT, Exercise

SERVED = ("127.0.0.1", 8000)  # where `make site` serves it
SITE = ROOT / ".site"


def address(exercise: Exercise) -> str:
    """Give the address of an exercise's page; the command that serves it, if it is neither served nor built."""
    page, _, anchor = exercise.page.partition("#")
    name = page.removeprefix("docs/").removesuffix(".md")
    if is_served():
        return f"http://{SERVED[0]}:{SERVED[1]}/{name}/#{anchor}"
    built = SITE / name / "index.html"
    return (
        f"{built.as_uri()}#{anchor}"
        if built.is_file()
        else f"`make site`, then http://{SERVED[0]}:{SERVED[1]}/{name}/#{anchor}"
    )


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
