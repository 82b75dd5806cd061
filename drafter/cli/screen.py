"""What goes to the terminal: styled by rich where somebody looks at it, and else as it stands, without loading rich."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, TextIO

import typer

from drafter.cli.look import look

if TYPE_CHECKING:
    from rich.console import Console

Part = str | tuple[str, str]
"""A piece of text, or one with its style in rich's words ("bold red")."""

WIDTH = 96
"""Columns at most, since longer lines are hard to read."""


def put(*parts: Part, stderr: bool = False, end: str = "\n") -> None:
    """Prints pieces of text, one after the other."""
    if not is_styled(stderr=stderr):
        typer.echo("".join(part if isinstance(part, str) else part[0] for part in parts) + end, err=stderr, nl=False)
        return
    from rich.text import Text

    console(stderr=stderr).print(Text.assemble(*parts), end=end, soft_wrap=True)


def is_styled(*, stderr: bool) -> bool:
    """Whether colours and underlines can be seen and are wanted."""
    return not look.plain and (_stream(stderr).isatty() or bool(os.environ.get("FORCE_COLOR")))


def width(*, stderr: bool) -> int:
    """Columns of a line: the terminal's, as far as that reads well."""
    return min(WIDTH, shutil.get_terminal_size().columns) if _stream(stderr).isatty() else WIDTH


def wrapped(text: str, columns: int) -> list[str]:
    """The lines of a text in so many columns; its own line ends stay."""
    lines = [textwrap.wrap(line, max(20, columns), break_on_hyphens=False) or [""] for line in text.split("\n")]
    return [piece for pieces in lines for piece in pieces]


def console(*, stderr: bool) -> Console:
    """Rich's console in a readable width; it writes no colour into a pipe, nor where NO_COLOR asks for none."""
    from rich.console import Console

    plainly = False if look.plain else None
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False, force_terminal=plainly)
    made.width = width(stderr=stderr)
    return made


def _stream(stderr: bool) -> TextIO:
    return sys.stderr if stderr else sys.stdout
