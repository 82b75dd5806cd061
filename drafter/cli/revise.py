"""`drafter revise`: a message changed as the person asks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drafter.cli import app, examples
from drafter.cli.drafts import read_draft
from drafter.cli.outcome import Place, deliver, tell
from drafter.cli.progress import progress
from drafter.intake import load_request


@app.command(
    epilog=examples(
        "drafter revise message.txt --request request.toml --ask 'shorter, and mention the tour'",
        "drafter draft request.toml -q | drafter revise - -r request.toml --ask 'less formal' --out message.txt",
    )
)
def revise(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help='The message, as for `drafter check`; "-" is stdin.')],
    request: Annotated[str, typer.Option("--request", "-r", help="The request that the message answers.")],
    ask: Annotated[str, typer.Option(metavar="TEXT", help="What to change, in your own words.")],
    model: Annotated[str | None, typer.Option(help="A model such as gpt-5-mini or anthropic:NAME.")] = None,
    judge: Annotated[
        str | None, typer.Option(metavar="MODEL", help='The model for a second opinion; "none": none.')
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number, another wording.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the message to this file instead of printing it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --out replace a file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the message: no notes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as one JSON object.")] = False,
) -> None:
    """Change a message as you ask, under the same guardrails. Your draft stays as it is."""
    if draft == request == "-":
        raise typer.BadParameter("only one of DRAFT and --request can be standard input", param_hint="DRAFT")
    if not ask.strip():
        raise typer.BadParameter("is empty; say what to change", param_hint="--ask")
    place = Place(out, force)
    place.check()
    answered = load_request(request)
    message, _ = read_draft(draft)
    from drafter.drafting import Drafter

    with progress() as listener:
        result = Drafter(model, judge=judge, on_event=listener).revise(message, answered, ask, seed=seed)
    deliver(result, place, as_json=as_json)
    if not quiet:
        tell(result, place, model_named=model is not None, advise=False)
