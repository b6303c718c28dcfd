"""Entry point of `checks` and `python -m checks`.

The overview needs no command line parser. For a run, the processes start loading their libraries before it is parsed.
"""

import contextlib
import gc
import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .grader.grading import Grader


def main() -> None:
    """Run the command line; exit code 0: all that was asked for is well, 1: something is not, 2: we cannot tell."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
    arguments = sys.argv[1:]
    grader = None
    try:
        grader = _start(arguments)
        code = _answer(arguments, grader)
    except KeyboardInterrupt:
        code = 130
    except (OSError, ValueError) as error:
        code = _fail(str(error))
    except Exception:
        code = _fail(_report())
    finally:
        if grader:
            grader.close()
    _leave(code)


def _fail(problem: str) -> int:
    if problem:  # none if the help was shown instead
        print(f"error: {' '.join(problem.split())}", file=sys.stderr)
    return 2


def _leave(code: int) -> None:
    """Leave without unloading all that was imported: it would take as long as reading the tutorial."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, AttributeError):  # whoever read it has gone, or never was there
            stream.flush()
    os._exit(code)


def _start(arguments: list[str]) -> "Grader | None":
    """Start the processes of a run, if it looks like one: they take longer than all that we still have to do."""
    if not means_run(arguments) or {"-h", "--help"} & set(arguments):
        return None
    from .grader.grading import Grader

    grader = Grader()
    grader.start()
    return grader


def means_run(arguments: list[str]) -> bool:
    """Tell whether exercises are to be checked: `checks run 1.1`, or `checks 1.1` and `checks --task 1` for short."""
    first = arguments[0] if arguments else ""
    return first == "run" or first[:1].isdigit() or (first.startswith("--") and first != "--help")


def _answer(arguments: list[str], grader: "Grader | None") -> int:
    if not arguments:
        gc.disable()  # it would take a tenth of the time, and find nothing: all that is imported stays
        from .course import load_course
        from .run import Wish, run

        return run(Wish(load_course().exercises))
    from .cli import answer

    return answer(["run", *arguments] if means_run(arguments) and arguments[0] != "run" else arguments, grader)


def _report() -> str:
    """Write down what has gone wrong with us; a learner needs one line of it."""
    import traceback

    from .grader.bugs import write_report

    report = write_report(traceback.format_exc())
    return f"checks itself has failed, by no fault of yours; what happened is written in {report}"


if __name__ == "__main__":
    main()
