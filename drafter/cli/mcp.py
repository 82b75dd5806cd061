"""`drafter mcp`: the server for agents."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from drafter.cli import app, examples


@app.command(
    name="mcp",
    epilog=examples("drafter mcp", "drafter mcp --model phrasebook", "drafter mcp --http --port 8765"),
)
def serve(
    http: Annotated[
        bool,
        typer.Option("--http", help="Serve streamable HTTP, to this machine alone, in place of stdin and stdout."),
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port for --http; 0 takes a free one.")] = 8765,
    model: Annotated[
        str | None, typer.Option(help='Who writes, such as gpt-5-mini; "phrasebook" for no model.')
    ] = None,
    judge: Annotated[
        str | None, typer.Option(metavar="MODEL", help='The model for a second opinion; "none": none.')
    ] = None,
) -> None:
    """Offer draft, check, advise and the guide to agents over MCP. Needs the extra "mcp"."""
    if not http and sys.stdin.isatty():
        raise typer.BadParameter(
            "speaks to a program on standard input, not to a person; the agent's host starts it, or add --http",
            param_hint="mcp",
        )
    from drafter.integrations import mcp

    made = mcp.server(model, judge)
    if not http:
        made.run("stdio")
        return
    opened = mcp.listening(port)
    from drafter.cli import render

    render.note(f"Serving on http://{mcp.HOST}:{opened.getsockname()[1]}{mcp.PATH}; Ctrl-C ends it.")
    mcp.serve_http(made, opened)
