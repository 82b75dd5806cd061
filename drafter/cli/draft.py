"""`drafter draft`: a request in, a checked message out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from drafter.cli import app, examples
from drafter.cli.fields import request_from
from drafter.cli.look import Plain
from drafter.cli.outcome import Place, deliver, tell


@app.command(
    epilog=examples(
        "drafter draft request.toml",
        "drafter draft request.toml --model gpt-5-mini --out message.txt",
        "drafter draft request.toml --candidates 3 --edit",
        "drafter draft request.toml --explain",
        "drafter draft request.toml --eml message.eml --to tom@example.com",
        "drafter draft request.toml --channel phone --script",
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
        str | None,
        typer.Option(metavar="DATE", help="The interview this cancels: 2026-03-05 10:30, 5 March, tomorrow."),
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
    candidates: Annotated[
        int, typer.Option(min=1, max=10, metavar="N", help="So many messages to choose from, the best first.")
    ] = 1,
    edit: Annotated[
        bool, typer.Option("--edit", help="Open the message in your editor, and check what you saved.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of every sentence what it does and what it rests on.")
    ] = False,
    copy: Annotated[bool, typer.Option("--copy", help="Put the message on the clipboard, too.")] = False,
    eml: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save a mail file that your mail program opens as a draft.")
    ] = None,
    mailto: Annotated[bool, typer.Option("--mailto", help="Have your mail program open the message.")] = False,
    to: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Whose address --eml and --mailto fill in.")] = None,
    sender_address: Annotated[
        str | None, typer.Option("--from", metavar="ADDRESS", help="Your own address, for --eml.")
    ] = None,
    script: Annotated[
        bool, typer.Option("--script", help="For a call: with pauses, and what to tell a voicemail.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the message to this file instead of printing it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --out replace a file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the message: no notes, no advice.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as one JSON object.")] = False,
    plain: Plain = False,  # noqa: ARG001 -- its callback acts on it
) -> None:
    """Write a message and check it. The message goes to standard output, everything else to standard error."""
    place = Place(out, force)
    place.check()
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
    from drafter.cli.outlets import Outlets
    from drafter.cli.progress import progress
    from drafter.drafting import Drafter
    from drafter.guide import channel_for

    outlets = Outlets(copy, eml, mailto, script, to, sender_address, force)
    outlets.check(channel_for(wanted)[0])

    with progress() as listener:
        result = Drafter(model, judge=judge, on_event=listener).draft(wanted, seed=seed, candidates=candidates)
    if edit:
        from drafter.cli.editing import edited

        message, report = edited(result.message, wanted)
        result = result.model_copy(update={"message": message, "report": report, "others": ()})
    deliver(result, place, as_json=as_json, script_for=wanted if script else None)
    outlets.use(result.message, wanted, quiet=quiet)
    if explain:
        from drafter.cli.explain import explain_result

        explain_result(result, wanted)
    if not quiet:
        from drafter.cli.omitted import STAGE_ASSUMED, omitted

        assumed = () if "stage" in wanted.model_fields_set else (STAGE_ASSUMED,)
        tell(result, place, model_named=model is not None, further=(*omitted(result, wanted), *assumed))
