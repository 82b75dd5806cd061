"""`drafter eval produce`, `record` and `score`: suites become runs, and runs figures."""

from __future__ import annotations

from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drafter.cli import STOPPED, examples, render
from drafter.cli.bars import bar
from drafter.cli.evaluate import at_hand, evaluate
from drafter.cli.outcome import Place
from drafter.content import folder_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from drafter.evals.records import Record
    from drafter.evals.scoring import Scores
    from drafter.evals.suites import Suite

RUNS = Path("runs")
"""Where runs are saved, where no place is named."""

SuiteName = Annotated[str, typer.Argument(metavar="SUITE", help="A suite that comes along (`list`), or a .toml file.")]
RunPath = Annotated[
    Path, typer.Argument(metavar="RUN", help="A run: the .jsonl file that `produce` saved, also .gz, .zst.")
]
OtherSuite = Annotated[str | None, typer.Option("--suite", help="The suite, where it is a file or not the run's own.")]
Model = Annotated[str | None, typer.Option(help="Who writes, where the suite leaves that open.")]
Judge = Annotated[str | None, typer.Option(metavar="MODEL", help="Who judges, where the suite has a judge.")]
Gated = Annotated[bool, typer.Option("--gate", help="Exit 1 where a figure falls short of the suite's gates.")]
Jobs = Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes; left out: one a core.")]
Out = Annotated[Path | None, typer.Option(help="Write to this file instead of printing.")]
Force = Annotated[bool, typer.Option("--force", help="Let a file be replaced.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first line that can't be read.")]
InFlight = Annotated[int, typer.Option(min=1, help="Model calls at a time.")]
Scheduler = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Of the Dask cluster, for --engine dask.")]


class Engine(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    DASK = "dask"


On = Annotated[Engine, typer.Option("--engine", help="This machine, or a Dask cluster that shares its files.")]


class Form(StrEnum):
    """How figures are printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"


As = Annotated[Form, typer.Option("--format", help="For people, programs, a pull request, or a CI server.")]


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
    in_flight: InFlight = 8,
    strict: Strict = False,
    engine: On = Engine.LOCAL,
    scheduler: Scheduler = None,
) -> None:
    """Have the messages of a suite written, and save them as a run. A run that was stopped goes on with --resume."""
    from drafter.evals.suites import load_suite

    wanted = load_suite(suite)
    path = out or RUNS / f"{wanted.name}.jsonl"
    options: dict[str, Any] = {"model": model, "judge": judge, "in_flight": in_flight, "strict": strict}
    if engine is Engine.DASK:
        from drafter.evals.cluster import produce_on

        count = produce_on(_address(scheduler), wanted, path, resume=resume, **options)
    else:
        count = produced(wanted, path, resume=resume, **options)
    render.note(f"{count} samples are in {path}.")


@evaluate.command(epilog=examples("OPENAI_BASE_URL=http://127.0.0.1:8099/v1 drafter eval record drafting"))
def record(
    suite: SuiteName,
    in_flight: InFlight = 4,
    folder: Annotated[Path, typer.Option("--runs", help="Where the run is saved; what is there is replaced.")] = RUNS,
) -> None:
    """Have an endpoint answer what a recorded suite has no recording of, and keep the answers with the suite.

    The endpoint is that of OPENAI_BASE_URL or OPENAI_API_KEY. What is recorded is not asked for again, so a recording
    that was stopped goes on when it is begun again.
    """
    from drafter.evals.runfile import RunFile
    from drafter.evals.suites import load_suite

    wanted = load_suite(suite)
    if wanted.writer != "recorded":
        raise typer.BadParameter(f"{wanted.name} is not written by a recorded model", param_hint="SUITE")
    path = folder / f"{wanted.name}.jsonl"
    RunFile(path).remove()
    count = produced(wanted, path, recording=True, in_flight=in_flight)
    render.note(f"{count} samples are in {path}, and the recordings in {wanted.exchanges}.")


def produced(suite: Suite, path: Path, *, form: Form = Form.TEXT, **options: Any) -> int:
    """Has a suite written, with a bar, and tells of what failed; how many samples the run has.

    Ctrl-C ends it with the figures so far: on standard error, where standard output has another `form`.
    """
    from drafter.evals.offline import barred
    from drafter.evals.produce import Job, produce
    from drafter.evals.runfile import RunFile
    from drafter.evals.suites import samples

    resume = options.pop("resume", False)
    live = suite.writer == "model" or options.get("recording")
    total = sum(1 for _ in samples(suite, _said_later)) if suite.writer != "none" else None
    done = RunFile(path).count() if resume else 0
    try:
        with nullcontext() if live else barred(), bar(f"Writing {suite.name}", total, good="written") as step:
            step(done, done)
            job, failed = Job(suite, **options), 0

            def told(one: Record) -> None:
                nonlocal failed
                failed += one.fault is not None
                step(1, one.fault is None)

            count = produce(job, path, resume=resume, told=told, noted=_noted(suite.name))
        if failed:
            render.note(f"{failed} of {count} samples failed; the run says why of each.", label=suite.name)
        return count
    except KeyboardInterrupt:
        there = RunFile(path).count()
        render.note(f"{there} samples are in {path}; `produce --resume` goes on with them. So far:")
        if there:
            _show(_of_a_part(scored(path, suite, form=form)), stderr=form is not Form.TEXT)
        raise typer.Exit(STOPPED) from None


def _said_later(wrong: Any) -> None:
    """What can't be read is counted and listed with the figures."""


def _noted(name: str) -> Any:
    return lambda note: render.note(note, label=name)


@evaluate.command(
    epilog=examples(
        "drafter eval score runs/phrasebook.jsonl --gate",
        "drafter eval score runs/phrasebook.jsonl --format markdown --out figures.md",
        "drafter eval score many.parquet --suite guardrails",
        "drafter eval score runs/guardrails.jsonl --guardrails ../changed/guardrails --save changed.jsonl",
    )
)
def score(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run, or, with --suite, a file of samples.")],
    suite: OtherSuite = None,
    gate: Gated = False,
    form: As = Form.TEXT,
    jobs: Jobs = None,
    out: Out = None,
    force: Force = False,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save what was found of each sample, to compare with later.")
    ] = None,
    strict: Strict = False,
    rules: Annotated[
        Path | None, typer.Option("--guardrails", metavar="FOLDER", help="Other rule packs than those of drafter.")
    ] = None,
    engine: On = Engine.LOCAL,
    scheduler: Scheduler = None,
) -> None:
    """Work out the figures of a run with the guardrails as they are now, offline."""
    from drafter.evals.suites import load_suite

    place = Place(out, force)
    place.check()
    Place(save, force).check("--save")
    if rules is not None and engine is Engine.DASK:
        raise typer.BadParameter("a cluster's workers have their own; name no other", param_hint="--guardrails")
    with at_hand(run) as held, folder_from("guardrails", rules) if rules is not None else nullcontext():
        wanted = load_suite(suite or suite_of(held))
        if engine is Engine.DASK:
            from drafter.evals.cluster import on_cluster

            with on_cluster(_address(scheduler)) as cluster:
                scores = scored(held, wanted, form=form, save=save, strict=strict, engine=cluster)
        else:
            scores = scored(held, wanted, form=form, save=save, strict=strict, jobs=jobs)
    deliver(scores, form, place)
    if gate and scores.shortfalls:
        raise typer.Exit(1)


def suite_of(run: Path) -> str:
    """The suite that a run names, which has to come along: its scorers are code, and a run is data.

    Raises EvalDataError for a file that names none, or any other.
    """
    from drafter.errors import EvalDataError, Problem
    from drafter.evals.reading import read_header
    from drafter.evals.suites import known_suites

    try:
        name = read_header(run).suite
    except EvalDataError as fault:
        if not any("no header" in problem.what for problem in fault.problems):
            raise
        what = "is no run; to score a file of samples, name a suite with --suite"
        raise EvalDataError(str(run), [Problem("", what)]) from None
    if name not in known_suites():
        what = f"names the suite {name!r}, which doesn't come along; name its file with --suite {name}.toml"
        raise EvalDataError(str(run), [Problem("", what)])
    return name


def _address(scheduler: str | None) -> str:
    if scheduler is None:
        raise typer.BadParameter("name the cluster's address, such as tcp://10.0.0.5:8786", param_hint="--scheduler")
    return scheduler


def scored(run: Path, suite: Suite, *, form: Form = Form.TEXT, save: Path | None = None, **options: Any) -> Scores:
    """The figures of a run, with a bar; Ctrl-C ends it as it does `produced`."""
    from drafter.evals.baselines import save_scored
    from drafter.evals.offline import barred
    from drafter.evals.reading import count_lines
    from drafter.evals.scoring import Scoring

    scoring = Scoring(suite, run, **options)
    offline = barred() if options.get("engine") is None else nullcontext()
    with offline, bar(f"Scoring {run.name}", count_lines(run) - scoring.is_run, good="acceptable") as step:

        def told(sums: Any) -> None:
            step(sums.samples, sums.acceptable)

        scores = scoring.scores(told) if save is None else save_scored(scoring, save, told)
    if scoring.stopped:
        if scores.samples:
            render.note(f"These are the figures of the first {scores.samples} samples of {run.name}.")
            _show(_of_a_part(scores), stderr=form is not Form.TEXT)
        raise typer.Exit(STOPPED)
    return scores


def _of_a_part(scores: Scores) -> Scores:
    """Figures of what was done until Ctrl-C: gates are for the whole."""
    return scores.model_copy(update={"shortfalls": ()})


def deliver(scores: Scores, form: Form, place: Place) -> None:
    """The figures, printed or saved."""
    from drafter.evals import reports

    if form is Form.TEXT and place.out is None:
        _show(scores)
        return
    put_as(form, place, scores, reports.scores_markdown, reports.scores_junit)


def put_as(form: Form, place: Place, made: Any, markdown: Callable[[Any], str], junit: Callable[[Any], str]) -> None:
    """Scores or a comparison for another program; a file that is to hold text holds Markdown."""
    written = {Form.JSON: lambda one: render.as_json(one.model_dump(mode="json")), Form.JUNIT: junit}
    place.put(written.get(form, markdown)(made).rstrip("\n"))


def _show(scores: Scores, *, stderr: bool = False) -> None:
    from drafter.evals.reports import figure_rows, rule_rows, wrongly

    screen = render.console(stderr=stderr)
    made = render.table(scores.suite, "of", f"{scores.samples} samples")
    for row in figure_rows(scores):
        made.add_row(*row)
    screen.print(made)
    if rows := list(rule_rows(scores, intervals=False)):
        by_rule = render.table("rule", "precision", "recall", "F1")
        for each in rows:
            by_rule.add_row(*each)
        screen.print(by_rule)
    for one in scores.unread:
        screen.print(f"can't be read  {one}", soft_wrap=True, style="red")
    for id_, why in scores.failed:
        screen.print(f"failed  {id_}  {why}", soft_wrap=True, style="red")
    if scores.misses:
        screen.print(f"{wrongly(scores)}; `drafter eval report` shows each.")
    for short in scores.shortfalls:
        screen.print(f"fell short  {short}", soft_wrap=True, style="bold red")
    screen.print()
