"""`drafter eval produce`, `record`, `score` and `run`: suites become runs, and runs figures."""

from __future__ import annotations

from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drafter.cli import STOPPED, examples, render
from drafter.cli.bars import bar
from drafter.cli.evaluate import evaluate
from drafter.cli.outcome import Place
from drafter.content import folder_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from drafter.evals.comparing import Comparison
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
Force = Annotated[bool, typer.Option("--force", help="Let --out replace a file.")]
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
        count = _produced(wanted, path, resume=resume, **options)
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
    from drafter.evals.suites import load_suite

    wanted = load_suite(suite)
    if wanted.writer != "recorded":
        raise typer.BadParameter(f"{wanted.name} is not written by a recorded model", param_hint="SUITE")
    path = folder / f"{wanted.name}.jsonl"
    path.unlink(missing_ok=True)
    count = _produced(wanted, path, recording=True, in_flight=in_flight)
    render.note(f"{count} samples are in {path}, and the recordings in {wanted.exchanges}.")


def _produced(suite: Suite, path: Path, **options: Any) -> int:
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
            deliver(_scoring(path, suite), Form.TEXT, Place(None))
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
    if rules is not None and engine is Engine.DASK:
        raise typer.BadParameter("a cluster's workers have their own; name no other", param_hint="--guardrails")
    with folder_from("guardrails", rules) if rules is not None else nullcontext():
        wanted = load_suite(suite or suite_of(run))
        if engine is Engine.DASK:
            from drafter.evals.cluster import on_cluster

            with on_cluster(_address(scheduler)) as cluster:
                scores = _scoring(run, wanted, save=save, strict=strict, engine=cluster)
        else:
            scores = _scoring(run, wanted, save=save, strict=strict, jobs=jobs)
    deliver(scores, form, place)
    if gate and scores.shortfalls:
        raise typer.Exit(1)


def suite_of(run: Path) -> str:
    """The suite that a run names. Raises EvalDataError for a file that names none."""
    from drafter.errors import EvalDataError, Problem
    from drafter.evals.reading import read_header
    from drafter.evals.scoring import has_header

    if not has_header(run):
        raise EvalDataError(str(run), [Problem("", "is no run; to score a file of samples, name a suite with --suite")])
    return read_header(run).suite


def _address(scheduler: str | None) -> str:
    if scheduler is None:
        raise typer.BadParameter("name the cluster's address, such as tcp://10.0.0.5:8786", param_hint="--scheduler")
    return scheduler


def _scoring(run: Path, suite: Suite, *, save: Path | None = None, **options: Any) -> Scores:
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
        render.note(f"These are the figures of the first {scores.samples} samples of {run}.")
        deliver(scores, Form.TEXT, Place(None))
        raise typer.Exit(STOPPED)
    return scores


@evaluate.command(name="run", epilog=examples("drafter eval run guardrails phrasebook --gate"))
def run_suites(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="SUITE...", help="Left out: all that come along.")
    ] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 where a figure falls short, or got worse than the baseline.")
    ] = False,
    jobs: Jobs = None,
    folder: Annotated[Path, typer.Option("--runs", help="Where the runs are saved; what is there is replaced.")] = RUNS,
    form: As = Form.TEXT,
    strict: Strict = False,
    renew: Annotated[
        bool, typer.Option("--renew-baselines", help="Let what is found be what later runs are compared with.")
    ] = False,
) -> None:
    """Produce and score suites offline, one after the other, and compare each with its baseline."""
    from drafter.evals.suites import known_suites, load_suite

    bad = False
    for suite in map(load_suite, suites or known_suites()):
        if suite.exchanges is not None and not any(suite.exchanges.glob("*.json")):
            render.note(f"left out: nothing is recorded yet; see `drafter eval record {suite.name}`", label=suite.name)
            continue
        scores, made = _run(suite, folder, renew=renew, jobs=jobs, strict=strict)
        deliver(scores, form, Place(None))
        bad = bad or bool(scores.shortfalls)
        if made is not None:
            bad = _beside_the_baseline(made, form) or bad
    if gate and bad:
        raise typer.Exit(1)


def _run(
    suite: Suite, folder: Path, *, renew: bool, jobs: int | None, strict: bool
) -> tuple[Scores, Comparison | None]:
    from drafter.evals.baselines import compared

    path, scored = folder / f"{suite.name}.jsonl", folder / f"{suite.name}.scored.jsonl"
    path.unlink(missing_ok=True)
    _produced(suite, path, strict=strict)
    scores = _scoring(path, suite, save=scored, jobs=jobs, strict=strict)
    against = suite.compared_with
    if renew and against is not None:
        against.parent.mkdir(parents=True, exist_ok=True)
        against.write_bytes(scored.read_bytes())
    known = against is not None and against.exists()
    return scores, compared(suite, against, scored) if known and against is not None else None


def _beside_the_baseline(made: Comparison, form: Form) -> bool:
    """Says what changed since the baseline; whether it got worse."""
    from drafter.cli.comparisons import show_changes
    from drafter.evals.comparing import Verdict

    if form is Form.TEXT:
        show_changes(made)
    return made.verdict is Verdict.REGRESSED


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


def _show(scores: Scores) -> None:
    from drafter.evals.reports import figure_rows, rule_rows, wrongly

    screen = render.console(stderr=False)
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
