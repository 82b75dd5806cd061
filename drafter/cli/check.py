"""`drafter check`: a draft in, findings out."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from drafter.cli import app, examples, render
from drafter.cli.formats import Format, Source, formatted
from drafter.errors import DrafterError
from drafter.intake import load_request
from drafter.message import Draft


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
    message, body_line = _read(draft, subject)
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


def _read(source: str, subject: str | None) -> tuple[Draft, int | None]:
    """The draft in a file or on standard input, and the line on which its body begins, where lines tell where it is.

    Raises DrafterError that names the file.
    """
    name = "standard input" if source == "-" else source
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise DrafterError(f"{name}: byte {fault.start} is not UTF-8; save the draft as UTF-8") from fault
    except (OSError, ValueError) as fault:  # ValueError: a path with a null character
        raise DrafterError(f"{name}: can't be read: {getattr(fault, 'strerror', None) or fault}") from fault
    if not text.strip():
        raise DrafterError(f"{name}: is empty; there is nothing to check")
    # A text may begin with an unfilled slot, "{name}"; JSON goes on with a quote or ends at once.
    if source.endswith(".json") or (source == "-" and re.match(r"\s*\{\s*[\"}]", text)):
        return _from_json(text, name, subject), None
    above = 0
    first, _, rest = text.partition("\n")
    if subject is None and first.lower().startswith("subject:"):
        subject, text, above = first.partition(":")[2].strip(), rest, 1
    body_line = above + len(text) - len(text.lstrip("\n")) + 1
    return _draft({"subject": subject, "body": text.strip("\n")}, name), body_line


def _from_json(text: str, name: str, subject: str | None) -> Draft:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as fault:
        raise DrafterError(
            f"{name}: line {fault.lineno}, column {fault.colno}: is not valid JSON: {fault.msg}"
        ) from fault
    except (RecursionError, ValueError) as fault:
        raise DrafterError(f"{name}: is nested too deep or holds too long a number; it is no draft") from fault
    if isinstance(data, dict) and isinstance(data.get("message"), dict):
        data = data["message"]  # what `drafter draft --json` prints
    if isinstance(data, dict) and subject is not None:
        data["subject"] = subject
    return _draft(data, name)


def _draft(data: Any, name: str) -> Draft:
    try:
        return Draft.model_validate(data)
    except ValidationError as fault:
        error = fault.errors()[0]
        place = ".".join(str(step) for step in error["loc"]) or "the whole"
        raise DrafterError(f"{name}: {place}: {error['msg']}; a draft has subject and body") from fault
