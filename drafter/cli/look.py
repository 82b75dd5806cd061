"""How the output of this run is meant to look."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated

import typer


@dataclass
class Look:
    """`plain`: no colours, no underlines, no menus and nothing that moves, for screen readers and simple terminals."""

    plain: bool = False

    def reset(self) -> None:
        """As the terminal suggests."""
        self.plain = os.environ.get("TERM") == "dumb"


look = Look()
"""The look of this run; `main` resets it."""


def _plain(wanted: bool) -> None:
    look.plain = look.plain or wanted


Plain = Annotated[
    bool,
    typer.Option(
        "--plain", callback=_plain, is_eager=True, help="For screen readers: plain lines, no menus, no colour."
    ),
]
"""The option, for every command that has it."""
