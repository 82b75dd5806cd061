"""`drafter eval check`: the guardrails on labelled drafts. The commands for suites and runs are in `runs`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from drafter.cli import STOPPED, app, examples, render
from drafter.cli.bars import bar
from drafter.evals.reports import lines_in_words, share

if TYPE_CHECKING:
    from drafter.evals import Checking, CheckScore, Miss
    from drafter.evals.check import Group

STANDARD = "standard input"
PACKED_AS = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst", b"PAR1": ".parquet"}
"""How a packed file begins, which has no name that says so where it comes through a pipe."""

evaluate = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure the guardrails and the writers: suites, runs, figures, comparisons.",
)
app.add_typer(evaluate, name="eval")


@evaluate.command(epilog=examples("drafter eval check labelled.jsonl", "drafter eval check labelled.jsonl.gz --json"))
def check(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help='Labelled drafts, one JSON object a line (see evals/README.md), also .gz, .zst and .parquet; "-" '
            "reads standard input.",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The scores as one JSON object.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first line that can't be read.")] = False,
) -> None:
    """Score the guardrails on labelled drafts: what got through, what was blocked in vain, and each miss.

    Lines that can't be read are told, counted and left out, and the command then exits 1; with --strict they stop it.
    """
    from drafter.evals import Checking

    with at_hand(Path(file)) as path:
        checking = Checking(path, strict=strict)
        score = _scored(checking)
    if checking.stopped:
        render.note(f"These are the figures of the first {score.items} drafts of {path.name}.")
    if as_json and not checking.stopped:  # half a document would pass for a whole one
        typer.echo(render.as_json(score.model_dump(mode="json")))
    else:
        _show(score, stderr=as_json)
    for one in score.unread:
        render.note(one)
    if score.unread:
        render.note(f"{lines_in_words(len(score.unread))} could not be read and did not count.")
    if checking.stopped or score.unread:
        raise typer.Exit(STOPPED if checking.stopped else 1)


@contextmanager
def at_hand(file: Path) -> Iterator[Path]:
    """A file that can be read again and again: what comes through a pipe, or as "-", is kept for the time of the block.

    Errors name it as the person does.
    """
    from drafter.errors import EvalDataError

    standard = file == Path("-")
    if not standard and (not file.exists() or file.is_file() or file.is_dir()):
        yield file
        return
    with TemporaryDirectory() as folder:
        kept = Path(folder) / (STANDARD if standard else file.name)
        with nullcontext(sys.stdin.buffer) if standard else file.open("rb") as given, kept.open("wb") as stream:
            shutil.copyfileobj(given, stream)
        with kept.open("rb") as stream:
            begins = stream.read(max(map(len, PACKED_AS)))
        suffix = next((PACKED_AS[sign] for sign in PACKED_AS if begins.startswith(sign)), "")
        named = kept.rename(f"{kept}{suffix}")
        try:
            yield named
        except EvalDataError as fault:
            if fault.source != str(named):
                raise
            raise EvalDataError(STANDARD if standard else str(file), fault.problems) from None


def _scored(checking: Checking) -> CheckScore:
    """The figures, with a bar."""
    from drafter.evals.offline import barred
    from drafter.evals.reading import count_lines

    with barred(), bar("Checking", count_lines(checking.path), good="acceptable") as step:

        def told(sums: Any) -> None:
            step(sums.samples, sums.acceptable)

        return checking.score(told)


def _show(score: CheckScore, *, stderr: bool) -> None:
    console = render.console(stderr=stderr)
    table = render.table("", "bad drafts let through", "good drafts blocked", "right rule named")
    for name, group in score.regimes.items() if len(score.regimes) > 1 else ():
        table.add_row(name, *_figures(group))
    table.add_row("all", *_figures(score.overall), style="bold")
    console.print(table)
    by_rule = render.table("rule", "found where broken", "false alarms")
    for one in score.rules:
        by_rule.add_row(one.rule, share(one.found), share(one.false_alarms))
    console.print(by_rule)
    for miss in score.misses:
        console.print(_miss(miss), soft_wrap=True)
    console.print(f"{score.items} items, {len(score.misses)} misses. In brackets: the Wilson interval at 95 %.")


def _figures(group: Group) -> tuple[str, str, str]:
    return share(group.escapes), share(group.false_blocks), share(group.right_rule)


def _miss(miss: Miss) -> Text:
    text = Text.assemble((miss.kind, "bold red"), "  ", (miss.id, "bold"), f"  {miss.regime}\n")
    text.append(f"  label  {', '.join(miss.violations) or 'acceptable'}: {miss.why}\n")
    for rule, evidence in miss.found:
        text.append(f"  found  {rule}  {render.quoted(evidence)}\n")
    if miss.not_judged:
        text.append(f"  not judged  {', '.join(miss.not_judged)}\n")
    return text
