"""`drafter draft`: a request in, a checked message out."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from drafter.cli import app, examples, render
from drafter.cli.fields import request_from
from drafter.errors import DrafterError
from drafter.message import Result

WITHOUT_MODEL = (
    "No language model is set up, so the built-in phrasebook wrote this. "
    "To have a model write: set OPENAI_API_KEY, or OPENAI_BASE_URL for a local server, and --model NAME."
)


@app.command(
    epilog=examples(
        "drafter draft request.toml",
        "drafter draft request.toml --model gpt-5-mini --out message.txt",
        "drafter draft - --json < request.json",
        "drafter draft --sender 'Ana Ruiz' --company Larkfield --role 'Copy Editor' --reason staying",
    )
)
def draft(
    request: Annotated[
        str | None, typer.Argument(metavar="REQUEST", help='A TOML, YAML or JSON file; "-" reads standard input.')
    ] = None,
    sender: Annotated[str | None, typer.Option(help="Your name, as you sign.")] = None,
    company: Annotated[str | None, typer.Option(help="The company.")] = None,
    role: Annotated[str | None, typer.Option(help="The position you withdraw from.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Whom you write to; left out: the hiring team.")] = None,
    stage: Annotated[
        str | None, typer.Option(help="How far it got: applied, invited, screened, interviewed, final_round.")
    ] = None,
    next_interview: Annotated[
        str | None, typer.Option(metavar="DATE", help="The interview this cancels: 2026-03-05 or 2026-03-05T10:30.")
    ] = None,
    contact: Annotated[str | None, typer.Option(help="How you were in touch: email, phone, in_person.")] = None,
    channel: Annotated[
        str | None, typer.Option(help="email, phone, text or linkedin; left out: the one the guide recommends.")
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(
            help="The true reason: other_offer, staying, career_goals, role_fit, compensation, company, schedule, "
            "relocation, personal, health, family, undisclosed."
        ),
    ] = None,
    detail: Annotated[
        str | None, typer.Option(help="The reason in your own words; told only with --share detail.")
    ] = None,
    share: Annotated[str | None, typer.Option(help="How much of it may be told: nothing, general, detail.")] = None,
    private: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Must never appear, in any wording. Repeatable.")
    ] = None,
    appreciated: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What you honestly valued. Repeatable.")
    ] = None,
    may_mention: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="More that may be said. Repeatable.")
    ] = None,
    keep_in_touch: Annotated[
        bool | None, typer.Option("--keep-in-touch/--no-keep-in-touch", help="Whether to leave the door open.")
    ] = None,
    tone: Annotated[str | None, typer.Option(help="warm, neutral or formal.")] = None,
    language: Annotated[str | None, typer.Option(help="The language of the message: en.")] = None,
    max_words: Annotated[int | None, typer.Option(help="Your own limit for the body, in words.")] = None,
    model: Annotated[
        str | None, typer.Option(help='A model such as gpt-5-mini or anthropic:NAME; "phrasebook" for none.')
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL", help='The model for a second opinion; left out: the one that writes. "none": none.'
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number, another wording.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the message to this file instead of printing it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --out replace a file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the message: no notes, no advice.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as one JSON object.")] = False,
) -> None:
    """Write a message and check it. The message goes to standard output, everything else to standard error."""
    _can_save(out, force)
    fields: dict[str, Any] = {
        "sender": sender,
        "company": company,
        "role": role,
        "recipient": recipient,
        "stage": stage,
        "next_interview": next_interview,
        "contact": contact,
        "channel": channel,
        "reason.kind": reason,
        "reason.detail": detail,
        "reason.share": share,
        "private": private,
        "appreciated": appreciated,
        "may_mention": may_mention,
        "keep_in_touch": keep_in_touch,
        "tone": tone,
        "language": language,
        "max_words": max_words,
    }
    wanted = request_from(request, fields)
    from drafter.pipeline import draft as write

    result = write(wanted, model=model, judge=False if judge == "none" else judge, seed=seed)
    text = render.as_json(render.result_data(result)) if as_json else render.as_text(result.message)
    if out is None:
        typer.echo(text)
    else:
        _save(out, text + "\n")
    if not quiet:
        _tell(result, model_named=model is not None, saved=out)


def _tell(result: Result, *, model_named: bool, saved: Path | None) -> None:
    """What the person should know, on standard error."""
    typer.echo(err=True)
    if saved is not None:
        render.note(f"The message is in {saved}.")
    if not model_named and {attempt.writer for attempt in result.attempts} == {"phrasebook"}:
        render.note(WITHOUT_MODEL)
    for note in result.notes:
        render.note(note)
    read_by = result.attempts[-1].judge
    second = (
        f", and {'it' if read_by == result.source else read_by} found nothing on a second reading" if read_by else ""
    )
    render.note(
        f"Written by {result.source}, {result.report.words} words; all {len(result.report.rules)} guardrails "
        f"passed{second}."
    )
    typer.echo(err=True)
    render.advice(result.advice)


def _can_save(path: Path | None, force: bool) -> None:
    """Refuses a place that can't take the message before a model is paid for it."""
    if path is None:
        return
    if path.is_dir() or not path.parent.is_dir():
        fault = "is a folder" if path.is_dir() else f"can't be made: there is no folder {path.parent}"
        raise typer.BadParameter(f"{path} {fault}; name a file in a folder that exists", param_hint="--out")
    if path.exists() and not force:
        raise typer.BadParameter(f"{path} exists already; add --force to replace it", param_hint="--out")


def _save(path: Path, text: str) -> None:
    """Writes a file whole or not at all: beside it first, then in its place."""
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(beside).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(beside).unlink()
            raise
    except OSError as fault:
        raise DrafterError(f"{path}: can't be written: {fault.strerror or fault}") from fault
