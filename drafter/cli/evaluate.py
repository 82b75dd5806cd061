"""`drafter eval check`: the guardrails on labelled drafts. The commands for suites and runs are in `runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from drafter.cli import app, examples, render
from drafter.evals.reports import share

if TYPE_CHECKING:
    from drafter.errors import Problem
    from drafter.evals import CheckScore, Miss
    from drafter.evals.check import Group

evaluate = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure the guardrails and the writers: suites, runs, figures, comparisons.",
)
app.add_typer(evaluate, name="eval")


@evaluate.command(epilog=examples("drafter eval check labelled.jsonl", "drafter eval check labelled.jsonl --json"))
def check(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help='Labelled drafts, one JSON object a line (see evals/README.md); "-" reads standard input.',
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The scores as one JSON object.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Score nothing where a line can't be read.")] = False,
) -> None:
    """Score the guardrails on labelled drafts: what got through, what was blocked in vain, and each miss.

    Lines that can't be read are told, counted and left out, and the command then exits 1; with --strict they stop it.
    """
    from drafter.evals import load_labelled, score_checks

    unread: list[Problem] = []
    score = score_checks(load_labelled(file, None if strict else unread.append))
    if as_json:
        typer.echo(render.as_json({**score.model_dump(mode="json"), "unread": [str(one) for one in unread]}))
    else:
        _show(score)
    if unread:
        for one in unread:
            render.note(str(one), label=file)
        render.note(f"{len(unread)} lines could not be read and are in no figure.")
        raise typer.Exit(1)


def _show(score: CheckScore) -> None:
    console = render.console(stderr=False)
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
