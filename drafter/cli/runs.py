"""`drafter eval produce`, `score`, `run`, `compare`, `report` and `list`: suites and their runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drafter.cli import examples, render
from drafter.cli.evaluate import evaluate
from drafter.cli.outcome import Place

if TYPE_CHECKING:
    from drafter.evals.comparing import Comparison
    from drafter.evals.scorers import Outcome
    from drafter.evals.scoring import Scores
    from drafter.evals.suites import Suite

RUNS = Path("runs")
"""Where runs are saved, where no place is named."""

SuiteName = Annotated[str, typer.Argument(metavar="SUITE", help="A suite that comes along (`list`), or a .toml file.")]
RunPath = Annotated[
    Path, typer.Argument(metavar="RUN", help="A run: the .jsonl file that `produce` saved, also .gz, .zst.")
]
Model = Annotated[str | None, typer.Option(help="Who writes, where the suite leaves that open.")]
Judge = Annotated[str | None, typer.Option(metavar="MODEL", help="Who judges, where the suite has a judge.")]
Gated = Annotated[bool, typer.Option("--gate", help="Exit 1 where a figure falls short of the suite's gates.")]
Jobs = Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes; left out: one a core.")]
Out = Annotated[Path | None, typer.Option(help="Write to this file instead of printing.")]
Force = Annotated[bool, typer.Option("--force", help="Let --out replace a file.")]


class Form(StrEnum):
    """How figures are printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"


As = Annotated[Form, typer.Option("--format", help="For people, programs, a pull request, or a CI server.")]


@evaluate.command(name="list")
def list_suites() -> None:
    """The suites that come along, and what each is for."""
    from drafter.evals.suites import known_suites, load_suite

    for name in known_suites():
        render.line(name, load_suite(name).about)


@evaluate.command(
    epilog=examples(
        "drafter eval produce phrasebook --out runs/today.jsonl",
        "drafter eval produce mine.toml --model gpt-5-mini --resume",
    )
)
def produce(
    suite: SuiteName,
    model: Model = None,
    judge: Judge = None,
    out: Annotated[Path | None, typer.Option(help="The file to save; left out: runs/SUITE.jsonl.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    in_flight: Annotated[int, typer.Option(min=1, help="Model calls at a time.")] = 8,
) -> None:
    """Have the messages of a suite written, and save them as a run. A run that was stopped goes on with --resume."""
    from drafter.evals.suites import load_suite

    wanted = load_suite(suite)
    path = out or RUNS / f"{wanted.name}.jsonl"
    count = _produced(wanted, path, model=model, judge=judge, resume=resume, in_flight=in_flight)
    render.note(f"{count} samples are in {path}.")


def _produced(suite: Suite, path: Path, **options: Any) -> int:
    from drafter.evals.produce import Job, produce
    from drafter.evals.suites import samples

    resume = options.pop("resume", False)
    total = sum(1 for _ in samples(suite))
    offline = nullcontext() if suite.writer == "model" else _offline()
    with offline, _bar(f"Writing {suite.name}", total) as step:
        return produce(Job(suite, **options), path, resume=resume, told=lambda record: step(record.fault is None))


@evaluate.command(
    epilog=examples(
        "drafter eval score runs/phrasebook.jsonl --gate",
        "drafter eval score runs/phrasebook.jsonl --format markdown --out figures.md",
    )
)
def score(
    run: RunPath,
    suite: Annotated[str | None, typer.Option(help="Another suite's scorers and gates than the run's own.")] = None,
    gate: Gated = False,
    form: As = Form.TEXT,
    jobs: Jobs = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Work out the figures of a run with the guardrails as they are now, offline."""
    place = Place(out, force)
    place.check()
    scores = _scored(run, suite, jobs)
    _deliver(scores, form, place)
    _gate(scores, gate=gate)


def _scored(run: Path, suite: str | None, jobs: int | None) -> Scores:
    from drafter.evals.runfile import read_run
    from drafter.evals.scoring import score
    from drafter.evals.suites import load_suite

    header, _ = read_run(run)
    with _offline(), _seen(run, jobs) as found:
        return score(load_suite(suite or header.suite), found)


@contextmanager
def _seen(run: Path, jobs: int | None) -> Iterator[Iterator[Outcome]]:
    """The outcomes of a run, with a bar while they are worked out."""
    from drafter.evals.runfile import read_lines, read_run
    from drafter.evals.scoring import outcomes

    _, records = read_run(run)
    total = sum(1 for _ in read_lines(run)) - 1
    with _bar(f"Scoring {run.name}", total) as step:
        yield outcomes(records, jobs=jobs, told=lambda one: step(one.acceptable))


@evaluate.command(name="run", epilog=examples("drafter eval run guardrails phrasebook --gate"))
def run_suites(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="SUITE...", help="Left out: all that come along.")
    ] = None,
    gate: Gated = False,
    jobs: Jobs = None,
    folder: Annotated[Path, typer.Option("--runs", help="Where the runs are saved; what is there is replaced.")] = RUNS,
    form: As = Form.TEXT,
) -> None:
    """Produce and score suites that need no model, one after the other, and print their figures."""
    from drafter.evals.suites import known_suites, load_suite

    short = False
    for name in suites or known_suites():
        suite = load_suite(name)
        path = folder / f"{suite.name}.jsonl"
        path.unlink(missing_ok=True)
        _produced(suite, path)
        scores = _scored(path, name, jobs)
        _deliver(scores, form, Place(None))
        short = short or bool(scores.shortfalls)
    if gate and short:
        raise typer.Exit(1)


@evaluate.command(epilog=examples("drafter eval compare evals/baseline.jsonl runs/phrasebook.jsonl --gate"))
def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A run, such as the committed baseline.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Another run of the same suite.")],
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 0 for pass, 3 improved, 1 regressed, 4 too few samples to tell.")
    ] = False,
    form: As = Form.TEXT,
    jobs: Jobs = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Say what changed from one run to another, sample by sample: better, worse, alike, or too few to tell."""
    from drafter.errors import EvalDataError, Problem
    from drafter.evals import comparing
    from drafter.evals.runfile import read_run
    from drafter.evals.suites import load_suite

    place = Place(out, force)
    place.check()
    one, other = read_run(before)[0].suite, read_run(after)[0].suite
    if one != other:
        raise EvalDataError(str(after), [Problem("", f"is a run of {other}, and {before} one of {one}")])
    if form is Form.JUNIT:
        raise typer.BadParameter("a comparison is printed as text, json or markdown", param_hint="--format")
    with _offline(), _seen(before, jobs) as old, _seen(after, jobs) as new:
        made = comparing.compare(load_suite(one), old, new)
    _deliver_comparison(made, form, place)
    if gate:
        raise typer.Exit(comparing.EXITS[made.verdict])


@evaluate.command(epilog=examples("drafter eval report runs/guardrails.jsonl --out guardrails.html"))
def report(
    run: RunPath,
    other: Annotated[
        Path | None, typer.Argument(metavar="[AFTER]", help="A second run, to be shown beside it.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
    force: Force = False,
) -> None:
    """Write a run, or two beside each other, as one page to look at: it needs no network and no server."""
    from drafter.evals.page import page

    place = Place(out, force)
    place.check()
    with _offline():
        place.put(page(run, other))
    render.note(f"The page is in {out}.")


@evaluate.command()
def schema() -> None:
    """Print the JSON Schema of a line of a run."""
    from drafter.evals.records import run_schema

    typer.echo(render.as_json(run_schema()))


def _deliver(scores: Scores, form: Form, place: Place) -> None:
    from drafter.evals import reports

    if form is Form.TEXT and place.out is None:
        _show(scores)
        return
    written = {
        Form.TEXT: lambda: reports.scores_markdown(scores),
        Form.MARKDOWN: lambda: reports.scores_markdown(scores),
        Form.JSON: lambda: render.as_json(scores.model_dump(mode="json")),
        Form.JUNIT: lambda: reports.scores_junit(scores),
    }
    place.put(written[form]().rstrip("\n"))


def _show(scores: Scores) -> None:
    from drafter.evals.reports import figure_rows

    screen = render.console(stderr=False)
    made = render.table(scores.suite, "of", f"{scores.samples} samples")
    for row in figure_rows(scores):
        made.add_row(*row)
    screen.print(made)
    for id_, why in scores.failed:
        screen.print(f"failed  {id_}  {why}", soft_wrap=True, style="red")
    if scores.misses:
        counted = {kind: sum(miss.kind == kind for miss in scores.misses) for kind in {m.kind for m in scores.misses}}
        said = ", ".join(f"{count} × {kind}" for kind, count in sorted(counted.items()))
        screen.print(f"{said}; `drafter eval report` shows each.")
    for one in scores.shortfalls:
        screen.print(f"fell short  {one}", soft_wrap=True, style="bold red")
    screen.print()


def _gate(scores: Scores, *, gate: bool) -> None:
    if gate and scores.shortfalls:
        raise typer.Exit(1)


def _deliver_comparison(made: Comparison, form: Form, place: Place) -> None:
    from drafter.evals import reports

    if form is Form.JSON:
        place.put(render.as_json(made.model_dump(mode="json")))
        return
    if form is Form.MARKDOWN or place.out is not None:
        place.put(reports.comparison_markdown(made).rstrip("\n"))
        return
    screen = render.console(stderr=False)
    rows = render.table(made.suite, "before", "after", "verdict")
    for one in made.changes:
        rows.add_row(one.figure, f"{one.before:.4g}", f"{one.after:.4g}", one.verdict)
    screen.print(rows)
    for one in made.changes:
        screen.print(f"{one.figure}: {reports.grounds(one)}", soft_wrap=True, style="dim")
        for word, ids in (("worse", one.lost), ("better", one.won)):
            if ids:
                screen.print(f"  {word}: {', '.join(ids)}", soft_wrap=True)
    if made.only_before or made.only_after:
        screen.print(f"Not compared: {len(made.only_before)} only before, {len(made.only_after)} only after.")
    screen.print(f"{len(made.changed_messages)} of {made.pairs} messages differ. In all: {made.verdict}.", style="bold")


def _offline() -> Any:
    from drafter.evals.offline import barred

    return barred()


@contextmanager
def _bar(label: str, total: int) -> Iterator[Callable[[bool], None]]:
    """Progress: a bar with rate, time left and how many were good; a line now and then where there is no terminal."""
    screen = render.console(stderr=True)
    done = good = 0
    if screen.is_terminal:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
        )
        with Progress(*columns, TimeRemainingColumn(), console=screen, transient=True) as shown:
            task = shown.add_task(label, total=total, rate="")

            def step(ok: bool) -> None:
                nonlocal done, good
                done, good = done + 1, good + ok
                speed = shown.tasks[0].speed
                said = f"{speed:.0f}/s, " if speed else ""
                shown.update(task, advance=1, rate=f"{said}{good / done:.0%} good")

            yield step
        return

    def tell(ok: bool) -> None:
        nonlocal done, good
        done, good = done + 1, good + ok
        if done % LINE_EVERY == 0:
            print(f"{label}: {done} of {total}, {good / done:.0%} good", file=sys.stderr)  # noqa: T201 -- plain progress

    yield tell


LINE_EVERY = 1_000
"""Samples after which a line of progress is written where there is no terminal."""
