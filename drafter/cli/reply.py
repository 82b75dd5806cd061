"""`drafter reply`: an answer to what came back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drafter.cli import app, examples
from drafter.cli.drafts import read_text
from drafter.cli.outcome import Place, deliver, tell
from drafter.cli.progress import progress
from drafter.intake import load_request


@app.command(
    epilog=examples(
        "drafter reply their-mail.txt --request request.toml",
        "pbpaste | drafter reply - -r request.toml --model gpt-5-mini --out answer.txt",
    )
)
def reply(
    incoming: Annotated[str, typer.Argument(metavar="INCOMING", help='Their message, a text file; "-" is stdin.')],
    request: Annotated[str, typer.Option("--request", "-r", help="The request that your message came from.")],
    model: Annotated[
        str | None, typer.Option(help='A model such as gpt-5-mini or anthropic:NAME; "phrasebook" for none.')
    ] = None,
    judge: Annotated[
        str | None, typer.Option(metavar="MODEL", help='The model for a second opinion; "none": none.')
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number, another wording.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the answer to this file instead of printing it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --out replace a file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the answer: no notes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as one JSON object.")] = False,
) -> None:
    """Answer what they wrote back: they ask why, offer more, propose another date, or want to stay in touch."""
    if incoming == request == "-":
        raise typer.BadParameter("only one of INCOMING and --request can be standard input", param_hint="INCOMING")
    place = Place(out, force)
    place.check()
    sent = load_request(request)
    theirs = read_text(incoming, "there is nothing to answer")
    from drafter.drafting import Drafter

    with progress() as listener:
        result = Drafter(model, judge=judge, on_event=listener).reply(theirs, sent, seed=seed)
    deliver(result, place, as_json=as_json)
    if not quiet:
        from drafter.cli.omitted import cut_names

        tell(result, place, model_named=model is not None, advise=False, further=cut_names(sent))
