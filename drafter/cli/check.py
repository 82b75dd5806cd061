"""`drafter check`: drafts in, findings out."""

from __future__ import annotations

from typing import Annotated

import typer

from drafter.cli import app, examples
from drafter.cli.checking import Checking, Named
from drafter.cli.formats import Format
from drafter.cli.look import Plain


@app.command(
    epilog=examples(
        "drafter check message.txt --request request.toml",
        "drafter draft request.toml | drafter check - --request request.toml",
        "drafter check message.txt -r request.toml --explain",
        "drafter check letters/*.txt --format junit",
        "drafter check message.txt --watch",
        "drafter check message.txt -r request.toml --waive 'brevity/too-long=they asked for details'",
        "drafter check nachricht.txt -r request.toml --judge gpt-5-mini",
    )
)
def check(
    drafts: Annotated[
        list[str],
        typer.Argument(
            metavar="DRAFT...",
            help='Text files, with "Subject: …" as first line for an e-mail, or JSON files with subject and body; '
            '"-" reads standard input.',
        ),
    ],
    request: Annotated[
        str | None,
        typer.Option(
            "--request",
            "-r",
            help='The request that the drafts answer; "-" is stdin. Left out: NAME.request.toml beside NAME.txt, or '
            "else request.toml in its folder.",
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option(help="The subject, where a draft's file has none.")] = None,
    waive: Annotated[
        list[str] | None, typer.Option(metavar="RULE=REASON", help="Leave a rule out. Repeatable.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A language model that reads what the rules have passed, names masked."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of every sentence what it does and what it rests on.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file is saved, until you press Ctrl-C.")
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", help="For people, programs, code scanning, GitHub workflows, CI servers.")
    ] = Format.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    plain: Plain = False,  # noqa: ARG001 -- its callback acts on it
) -> None:
    """Judge drafts by the guardrails. Exits 0 when all is acceptable, 1 when it is not, 2 when it can't be judged."""
    if (*drafts, request).count("-") > 1:
        raise typer.BadParameter("only one of DRAFT and --request can be standard input", param_hint="DRAFT")
    if watch and "-" in (*drafts, request):
        raise typer.BadParameter("watches files, and standard input is none", param_hint="--watch")
    waived = dict(_waiver(one) for one in waive or ())
    checking = Checking(Named(drafts, request, subject), waived, judge, Format.JSON if as_json else form, explain)
    if watch:
        checking.watch()
    raise typer.Exit(checking.run())


def _waiver(text: str) -> tuple[str, str]:
    rule, equals, why = text.partition("=")
    if not equals or not why.strip():
        raise typer.BadParameter(f"{text!r} gives no reason; write RULE=REASON", param_hint="--waive")
    return rule.strip(), why.strip()
