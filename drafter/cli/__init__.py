"""The command line: the only place that prints, exits or formats an error."""

from __future__ import annotations

import gc
import sys
from typing import Annotated, Any, NoReturn

import typer

from drafter.cli.commands import Commands
from drafter.cli.look import Plain, look
from drafter.errors import DrafterError

EXTRAS = {
    **dict.fromkeys(("filelock", "numpy", "pyarrow", "scipy", "vcr", "zstandard"), "eval"),
    **dict.fromkeys(("dask", "distributed"), "cluster"),
    **dict.fromkeys(("mcp", "mcp_types", "uvicorn"), "mcp"),
}
"""The extra that brings each package."""

STOPPED, PIPE_CLOSED = 130, 141  # as shells report SIGINT and SIGPIPE


def examples(*lines: str) -> str:
    """The end of a help page: one example a line, kept apart as they stand."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


app = typer.Typer(
    name="drafter",
    help="Writes the message that withdraws you from a job-interview process, and checks it before you see it.",
    epilog=examples(
        "drafter",
        "drafter draft --sender 'Maya Lindqvist' --company Northwind --role 'Data Engineer'",
        "drafter draft request.toml | drafter check - --request request.toml",
        "drafter guide request.toml",
    ),
    cls=Commands,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from drafter import __version__

        typer.echo(f"drafter {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    plain: Plain = False,  # noqa: ARG001 -- its callback acts on it
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Options that come before a command. Without one, the interview: where nobody can answer, the help."""
    if context.invoked_subcommand is not None:
        return
    from drafter.cli.resume import on_terminal, start

    if not on_terminal():
        from drafter.cli.called import called

        print(context.get_help(), file=sys.stderr)  # noqa: T201 -- the command line prints
        start_with = called("draft", "--help")
        print(f"\ndrafter alone asks questions, so it needs a terminal; without one: {start_with}", file=sys.stderr)  # noqa: T201 -- as above
        raise typer.Exit(2)
    start()


def main() -> None:
    """The console entry.

    Exits 0 when done, 1 on findings, 2 when a command could not run, 130 on Ctrl-C, 141 when the output was closed;
    `eval compare` says by 3, 4 and 5 what it found.
    """
    gc.set_threshold(100_000)  # a command makes many objects that stay; looking through them took a fifth of its time
    look.reset()
    try:
        code = app(standalone_mode=False) or 0
    except (typer.Abort, KeyboardInterrupt):
        code = STOPPED
    except SystemExit as ended:
        # Whoever read the output has closed it, as `head` does. typer's own code for that, 1, would mean findings.
        sys.exit(PIPE_CLOSED if isinstance(ended.__context__, BrokenPipeError) else ended.code)
    except DrafterError as fault:
        _stop(f"drafter: {fault}", 2)
    except UnicodeEncodeError as fault:
        _stop(f"drafter: standard output can't hold {fault.object[fault.start]!a}; set PYTHONIOENCODING=utf-8", 2)
    except ModuleNotFoundError as fault:
        extra = EXTRAS.get((fault.name or "").partition(".")[0])
        if extra is None:
            raise
        from drafter.cli.called import install

        _stop(f"drafter: this needs {fault.name}; run: {install(extra)}", 2)
    except Exception as fault:
        _refuse(fault)
    if code == STOPPED:  # typer hands Ctrl-C on as this code, and says nothing
        _stop("Stopped.", code)
    sys.exit(code)


_SAID_OF_IT = ("is for ", "asks ", "watches ")
"""How what is wrong with an option begins where it goes on from the option's name."""


def _refuse(fault: Any) -> NoReturn:
    """Ends with what is wrong with the options: in typer's words, or in this project's own as a sentence."""
    if getattr(fault, "show", None) is None:
        raise fault
    hint, what = getattr(fault, "param_hint", None), getattr(fault, "message", "")
    if isinstance(hint, str) and what.startswith(_SAID_OF_IT):
        _stop(f"drafter: {hint} {what}", 2)
    fault.show()
    sys.exit(2)


def _stop(text: str, code: int) -> NoReturn:
    print(text, file=sys.stderr)  # noqa: T201 -- the command line prints
    sys.exit(code)
