"""The command line: the only place that prints, exits or formats an error."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from drafter.errors import DrafterError

EXTRAS = {
    **dict.fromkeys(("filelock", "numpy", "pyarrow", "scipy", "vcr", "zstandard"), "eval"),
    **dict.fromkeys(("dask", "distributed"), "cluster"),
}
"""Which extra brings a package that a command may miss."""

STOPPED, PIPE_CLOSED = 130, 141  # as shells report SIGINT and SIGPIPE


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
    """The console entry.

    Exits 0 when done, 1 on findings, 2 when a command could not run, 130 on Ctrl-C, 141 when the output was closed.
    """
    from drafter.cli import check, comparisons, doctor, draft, evaluate, guide, reply, revise, rules, runs  # noqa: F401 -- importing a module adds its command

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
        _stop(f"drafter: this needs {fault.name}; run: pip install 'graceful-drafter[{extra}]'", 2)
    except Exception as fault:
        show = getattr(fault, "show", None)  # typer's own errors about options show themselves
        if show is None:
            raise
        show()
        sys.exit(2)
    if code == STOPPED:  # typer hands Ctrl-C on as this code, and says nothing
        _stop("Stopped.", code)
    sys.exit(code)


def _stop(text: str, code: int) -> NoReturn:
    print(text, file=sys.stderr)  # noqa: T201 -- the command line prints
    sys.exit(code)
