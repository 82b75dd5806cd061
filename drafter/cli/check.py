"""`drafter check`: a draft in, findings out."""

from __future__ import annotations

from typing import Annotated

import typer

from drafter.cli import app, examples, render
from drafter.cli.drafts import read_draft
from drafter.cli.formats import Format, Source, formatted
from drafter.intake import load_request


@app.command(
    epilog=examples(
        "drafter check message.txt --request request.toml",
        "drafter draft request.toml | drafter check - --request request.toml",
        "drafter check message.txt -r request.toml --waive 'brevity/too-long=they asked for details'",
        "drafter check nachricht.txt -r request.toml --judge gpt-5-mini",
    )
)
def check(
    draft: Annotated[
        str,
        typer.Argument(
            metavar="DRAFT",
            help='A text file, with "Subject: …" as its first line for an e-mail, or a JSON file with subject and '
            'body; "-" reads standard input.',
        ),
    ],
    request: Annotated[str, typer.Option("--request", "-r", help='The request that the draft answers; "-" is stdin.')],
    subject: Annotated[str | None, typer.Option(help="The subject, where the draft's file has none.")] = None,
    waive: Annotated[
        list[str] | None, typer.Option(metavar="RULE=REASON", help="Leave a rule out. Repeatable.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A language model that reads what the rules have passed, names masked."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="For people, for programs, for code scanning, for GitHub workflows.")
    ] = Format.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
) -> None:
    """Judge a draft by the guardrails. Exits 0 when it is acceptable, 1 when it is not, 2 when it can't be judged."""
    if draft == request == "-":
        raise typer.BadParameter("only one of DRAFT and --request can be standard input", param_hint="DRAFT")
    waived = dict(_waiver(one) for one in waive or ())
    answered = load_request(request)
    message, body_line = read_draft(draft, subject)
    from drafter.judge import check as report_on

    report = report_on(message, answered, waive=waived, judge=judge)
    form = Format.JSON if as_json else form
    if form is Format.TEXT:
        render.report(report, message)
    elif said := formatted(report, message, form, Source("draft" if draft == "-" else draft, body_line)):
        typer.echo(said)
    raise typer.Exit(0 if report.acceptable else 1)


def _waiver(text: str) -> tuple[str, str]:
    rule, equals, why = text.partition("=")
    if not equals or not why.strip():
        raise typer.BadParameter(f"{text!r} gives no reason; write RULE=REASON", param_hint="--waive")
    return rule.strip(), why.strip()
