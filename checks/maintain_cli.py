"""The commands for maintainers: `checks maintain stubs | verify | mutants | tolerances`."""

from typing import Annotated

import typer

from .reports.progress import progress

app = typer.Typer(help="For maintainers: write the tutorial, prove the course sound.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(help="exercises such as 1.1; all, if none given", metavar="[ID]...")]


@app.command()
def stubs(check: Annotated[bool, typer.Option("--check", help="change nothing, fail if stale")] = False) -> None:
    """Write tutorial/ from solutions/ and course.toml."""
    from .maintain import stale_stubs, write_stubs

    files = stale_stubs() if check else write_stubs()
    for file in files:
        print(f"{'stale' if check else 'written'}: tutorial/{file}.py")
    raise typer.Exit(1 if check and files else 0)


@app.command()
def verify(ids: Ids = None) -> None:
    """Prove exercises sound: solutions pass, stubs and misconceptions do not, alternatives do."""
    from .grading import select
    from .maintain import verify as prove

    exercises = select(ids or ())
    with progress(len(exercises)) as advance:
        findings = prove(exercises, advance)
    for finding in findings:
        print(f"{finding.exercise} {finding.name}: {finding.problem}")
    print(f"{len(exercises)} exercises, {len(findings)} findings")
    raise typer.Exit(1 if findings else 0)


@app.command("mutants")
def grade_mutants(
    ids: Ids = None,
    write: Annotated[bool, typer.Option("--write", help="record the outcome for the maintainers' page")] = False,
) -> None:
    """Grade mutants of the reference, and list those that no check notices."""
    from . import survivors
    from .grading import select
    from .maintain import mutate

    exercises = select(ids or ())
    with progress(len(exercises)) as advance:
        mutations = mutate(exercises, advance)
    for mutation in mutations:
        print(f"{mutation.exercise}: {mutation.total - len(mutation.survivors)} of {mutation.total} mutants killed")
        for change in mutation.survivors:
            print(f"    {change}")
    if write:
        survivors.write(survivors.update(survivors.read_record(), mutations))


@app.command()
def tolerances(ids: Ids = None) -> None:
    """Measure how far equal and wrong answers are from the reference, in tolerances: 1 must lie between."""
    from .grading import LOCAL_SEED, select
    from .referee import Referee
    from .tolerances import measure

    referee = Referee(LOCAL_SEED)
    for exercise in select(ids or ()):
        for found in measure(exercise, referee):
            print(f"{found.exercise}  {found.spread:8.2g} < 1 < {found.nearest:8.2g}  {found.claim}")
