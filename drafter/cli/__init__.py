"""The command line: the only place that prints, exits or formats an error."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from drafter.errors import DrafterError


def examples(*lines: str) -> str:
    """The end of a help page: one example a line, kept apart as they stand."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


app = typer.Typer(
    name="drafter",
    help="Writes the message that withdraws you from a job-interview process, and checks it before you see it.",
    epilog=examples(
        "drafter draft --sender 'Maya Lindqvist' --company Northwind --role 'Data Engineer'",
        "drafter draft request.toml | drafter check - --request request.toml",
        "drafter guide request.toml",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from drafter import __version__

        typer.echo(f"drafter {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Options that come before a command."""


def main() -> None:
    """The console entry. Exits 0 when done, 1 on findings, 2 when a command could not run, 130 on Ctrl-C."""
    from drafter.cli import check, draft, guide  # noqa: F401 -- importing a module adds its command

    try:
        sys.exit(app(standalone_mode=False) or 0)
    except (typer.Abort, KeyboardInterrupt):
        _stop("Stopped; nothing was written.", 130)
    except DrafterError as fault:
        _stop(f"drafter: {fault}", 2)
    except BrokenPipeError:
        # Whoever read our output has closed it, as `head` does: no fault, and nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except UnicodeEncodeError as fault:
        _stop(f"drafter: standard output can't hold {fault.object[fault.start]!a}; set PYTHONIOENCODING=utf-8", 2)
    except Exception as fault:
        show = getattr(fault, "show", None)  # typer's own errors about options show themselves
        if show is None:
            raise
        show()
        sys.exit(2)


def _stop(text: str, code: int) -> None:
    print(text, file=sys.stderr)  # noqa: T201 -- the command line prints
    sys.exit(code)
