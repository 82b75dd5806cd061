"""`drafter eval list`, `compare`, `report` and `schema`: what there is, what changed, and what it looks like."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drafter.cli import examples, render
from drafter.cli.evaluate import at_hand, evaluate
from drafter.cli.outcome import Place
from drafter.cli.runs import As, Force, Form, Jobs, OtherSuite, Out, RunPath, Strict, put_as, suite_of

if TYPE_CHECKING:
    from drafter.evals.comparing import Comparison
    from drafter.evals.records import Unread

SHOWN = 20
"""Lines that can't be read of which a note is made each; all are counted."""

GATE = "Exit 0 for pass, 3 improved, 1 regressed, 4 too few samples to tell, 5 incomplete: samples are missing."


@evaluate.command(name="list")
def list_suites() -> None:
    """The suites that come along, and what each is for."""
    from drafter.evals.suites import known_suites, load_suite

    for name in known_suites():
        render.line(name, load_suite(name).about)


@evaluate.command(epilog=examples("drafter eval compare evals/baselines/guardrails.jsonl runs/guardrails.jsonl --gate"))
def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A run, or a scored one such as the baseline.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Another run of the same suite.")],
    suite: OtherSuite = None,
    gate: Annotated[bool, typer.Option("--gate", help=GATE)] = False,
    form: As = Form.TEXT,
    jobs: Jobs = None,
    out: Out = None,
    force: Force = False,
    strict: Strict = False,
) -> None:
    """Say what changed from one run to another, sample by sample: better, worse, alike, or too few to tell.

    A run is judged by the guardrails as they are now, a scored one (`score --save`) as it was judged then.
    """
    from drafter.evals.baselines import compared
    from drafter.evals.comparing import EXITS
    from drafter.evals.offline import barred
    from drafter.evals.suites import load_suite

    place = Place(out, force)
    place.check()
    with at_hand(before) as old, at_hand(after) as new, barred():
        made = compared(load_suite(suite or suite_of(old)), old, new, jobs=jobs, strict=strict)
    _deliver(made, form, place)
    if gate:
        raise typer.Exit(EXITS[made.verdict])


@evaluate.command(epilog=examples("drafter eval report runs/guardrails.jsonl --out guardrails.html"))
def report(
    run: RunPath,
    other: Annotated[
        Path | None, typer.Argument(metavar="[AFTER]", help="A second run, to be shown beside it.")
    ] = None,
    suite: OtherSuite = None,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
    force: Force = False,
    strict: Strict = False,
) -> None:
    """Write a run, or two beside each other, as one page to look at: it needs no network and no server.

    Lines that can't be read are told, counted and listed on the page; with --strict they stop it.
    """
    from drafter.evals.offline import barred
    from drafter.evals.page import page
    from drafter.evals.reports import lines_in_words
    from drafter.evals.suites import load_suite

    place = Place(out, force)
    place.check()
    unread: list[Unread] = []
    with at_hand(run) as first, at_hand(other) if other is not None else nullcontext() as second, barred():
        place.put(page(load_suite(suite or suite_of(first)), first, second, None if strict else unread.append))
    for one in unread[:SHOWN]:
        render.note(str(one), label="not read")
    if unread:
        render.note(f"{lines_in_words(len(unread))} could not be read and did not count; the page lists what is wrong.")
    render.note(f"The page is in {out}.")


@evaluate.command()
def schema() -> None:
    """Print the JSON Schema of a line of a run."""
    from drafter.evals.records import run_schema

    typer.echo(render.as_json(run_schema()))


def _deliver(made: Comparison, form: Form, place: Place) -> None:
    from drafter.evals import reports

    if form is Form.TEXT and place.out is None:
        _show(made)
        return
    put_as(form, place, made, reports.comparison_markdown, reports.comparison_junit)


def _show(made: Comparison) -> None:
    screen = render.console(stderr=False)
    rows = render.table(made.suite, "before", "after", "verdict")
    for one in made.changes:
        rows.add_row(one.figure, f"{one.before:.4g}", f"{one.after:.4g}", one.verdict)
    screen.print(rows)
    show_changes(made)


def show_changes(made: Comparison) -> None:
    """What changed, and what that rests on; a line where nothing did."""
    from drafter.evals.comparing import Verdict
    from drafter.evals.reports import gaps, grounds

    screen = render.console(stderr=False)
    for one in made.changes:
        if one.before == one.after and one.verdict is Verdict.PASS and not one.lost:
            continue
        screen.print(f"{one.figure}: {one.verdict}; {grounds(one)}", soft_wrap=True, style="dim")
        for word, ids in (("worse", one.lost), ("better", one.won)):
            if ids:
                screen.print(f"  {word}: {', '.join(ids)}", soft_wrap=True)
    for gap in gaps(made):
        screen.print(f"Not compared: {gap}", soft_wrap=True)
    said = f"{len(made.changed_messages)} of {made.pairs} messages differ. In all: {made.verdict}."
    screen.print(f"{made.suite}, beside what it is compared with: {said}", style="bold", soft_wrap=True)
