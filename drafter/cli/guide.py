"""`drafter guide`: the ten principles, and advice for a request."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import Annotated

import typer

from drafter.cli import app, examples, render
from drafter.guide import PRINCIPLES, advise


@app.command(epilog=examples("drafter guide", "drafter guide request.toml", "drafter guide request.toml --json"))
def guide(
    request: Annotated[
        str | None, typer.Argument(metavar="REQUEST", help='A request to advise on; "-" reads standard input.')
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Print the ten principles of a graceful withdrawal, or the advice for a request."""
    if request is None:
        principles = [principle._asdict() for principle in PRINCIPLES]
        typer.echo(render.as_json(principles) if as_json else _principles())
        return
    from drafter.intake import load_request

    given = advise(load_request(request), now=datetime.now())
    if as_json:
        typer.echo(render.as_json(given.model_dump(mode="json")))
    else:
        render.advice(given, stderr=False)


def _principles() -> str:
    blocks = []
    for number, title, text in PRINCIPLES:
        body = textwrap.fill(text, 76, initial_indent="    ", subsequent_indent="    ")
        blocks.append(f"{number:>2}. {title}\n{body}")
    return "\n".join(blocks)
