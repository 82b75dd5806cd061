"""`drafter eval run`: suites from beginning to end, beside their baselines, told together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drafter.cli import STOPPED, examples, render
from drafter.cli.evaluate import evaluate
from drafter.cli.outcome import Place, save
from drafter.cli.runs import RUNS, As, Force, Form, Jobs, Out, Strict, deliver, produced, put_as, scored

if TYPE_CHECKING:
    from drafter.evals.comparing import Comparison
    from drafter.evals.reports import Tried
    from drafter.evals.scoring import Scores
    from drafter.evals.suites import Suite


@evaluate.command(
    name="run",
    epilog=examples(
        "drafter eval run guardrails phrasebook --gate",
        "drafter eval run --gate --format junit --out evals.xml",
    ),
)
def run_suites(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="SUITE...", help="Left out: all that come along.")
    ] = None,
    gate: Annotated[
        bool,
        typer.Option("--gate", help="Exit 1 where a figure falls short, or is worse or missing beside the baseline."),
    ] = False,
    jobs: Jobs = None,
    folder: Annotated[Path, typer.Option("--runs", help="Where the runs are saved; what is there is replaced.")] = RUNS,
    form: As = Form.TEXT,
    out: Out = None,
    force: Force = False,
    strict: Strict = False,
    renew: Annotated[
        bool, typer.Option("--renew-baselines", help="Let what is found be what later runs are compared with.")
    ] = False,
) -> None:
    """Produce and score suites offline, one after the other, and compare each with its baseline.

    As JSON, Markdown or JUnit, all of it is one document.
    """
    from drafter.errors import DrafterError
    from drafter.evals.reports import Trial, Tried, tried_junit, tried_markdown
    from drafter.evals.suites import known_suites, load_suite

    place = Place(out, force)
    place.check()
    wanted = [load_suite(name) for name in suites or known_suites()]
    _refuse_what_can_not_be_run(wanted)
    tried, shown, wrong = Tried(), form is Form.TEXT and out is None, None
    try:
        for suite in wanted:
            if suite.exchanges is not None and not any(suite.exchanges.glob("*.json")):
                _leave_out(suite, tried, named=bool(suites))
                continue
            try:
                found = _run(suite, folder, form=form, renew=renew, jobs=jobs, strict=strict)
            except DrafterError as fault:
                tried.errors[suite.name], wrong = str(fault), fault
                break
            tried.suites.append(Trial(scores=found[0], comparison=found[1]))
            if shown:
                _show(*found)
            _miss_baseline(suite, tried, there=found[1] is not None or renew)
    except (typer.Exit, KeyboardInterrupt):
        tried.stopped = True
    if not shown:
        put_as(form, place, tried, tried_markdown, tried_junit)
    if wrong is not None:  # told in the document first: the suites before it were tried
        raise wrong
    if tried.stopped:
        raise typer.Exit(STOPPED)
    if gate and not tried.passed:
        raise typer.Exit(1)


def _refuse_what_can_not_be_run(suites: Sequence[Suite]) -> None:
    """What a model writes is not made offline, two runs don't go into one file, and a scorer has to be there.

    Said before the first suite is tried.
    """
    from drafter.cli.called import called
    from drafter.errors import EvalDataError, Problem
    from drafter.evals.brought import scorers_of

    names = [suite.name for suite in suites]
    for suite in suites:
        if names.count(suite.name) > 1:
            what = "is the name of two suites here, whose runs would be one file; run them one by one, or rename one"
            raise EvalDataError(suite.name, [Problem("name", what)])
        scorers_of(suite)
        if suite.writer == "model":
            what = (
                f"is a model, which `run` never asks, since it is offline; `{called('eval', 'produce')} SUITE --model "
                f"NAME` has it write, and `{called('eval', 'score')} RUN` scores what was written"
            )
            raise EvalDataError(suite.name, [Problem("writer", what)])


def _miss_baseline(suite: Suite, tried: Tried, *, there: bool) -> None:
    """Tells of a baseline that is named and not there."""
    if there or suite.baseline is None:
        return
    why = f"its baseline {suite.baseline} is not there, so nothing was compared; --renew-baselines makes it"
    tried.lacking[suite.name] = why
    render.note(why, label=suite.name)


def _leave_out(suite: Suite, tried: Tried, *, named: bool) -> None:
    """One that was asked for by name has not passed by being left out."""
    why = f"nothing is recorded yet; see `drafter eval record {suite.name}`"
    tried.left_out[suite.name] = why
    if named:
        tried.lacking[suite.name] = why
    render.note(f"left out: {why}", label=suite.name)


def _run(
    suite: Suite, folder: Path, *, form: Form, renew: bool, jobs: int | None, strict: bool
) -> tuple[Scores, Comparison | None]:
    from drafter.errors import EvalDataError, Problem
    from drafter.evals.baselines import compared
    from drafter.evals.reports import lines_in_words
    from drafter.evals.runfile import RunFile, refuse_what_is_no_file

    path, judged = folder / f"{suite.name}.jsonl", folder / f"{suite.name}.scored.jsonl"
    RunFile(path).remove()
    produced(suite, path, form=form, strict=strict)
    scores = scored(path, suite, form=form, save=judged, jobs=jobs, strict=strict)
    against = suite.compared_with
    if renew and against is not None:
        refuse_what_is_no_file(against)
        if unread := scores.counts.get("unread"):
            what = f"stays as it is, since {lines_in_words(unread)} could not be read; mend the data, and renew it then"
            raise EvalDataError(str(against), [Problem("", what), *(Problem("", one) for one in scores.unread[:5])])
        against.parent.mkdir(parents=True, exist_ok=True)
        save(against, judged.read_bytes())
    known = against is not None and against.exists()
    return scores, compared(suite, against, judged) if known and against is not None else None


def _show(scores: Scores, made: Comparison | None) -> None:
    from drafter.cli.comparisons import show_changes

    deliver(scores, Form.TEXT, Place(None))
    if made is not None:
        show_changes(made)
