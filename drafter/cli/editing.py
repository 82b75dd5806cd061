"""The person's own hand: a message opened in their editor, and what they saved checked like anything else."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import typer

from drafter.cli import render
from drafter.cli.drafts import parse_draft
from drafter.cli.outcome import save
from drafter.errors import DrafterError
from drafter.message import Draft, Report
from drafter.request import Request


def edited(message: Draft, request: Request) -> tuple[Draft, Report]:
    """The message as the person saved it, once it is acceptable.

    Where it is not, they see why and can go on; whoever leaves it at that finds the text in a file, and the command
    exits 1. A text that was not changed is the message as it was.
    """
    from drafter.guardrails import check

    text = render.as_text(message)
    while True:
        text = _by_hand(text)
        if not text.strip():
            raise DrafterError("your editor saved an empty text; the message was not changed")
        mine, _ = parse_draft(text.strip("\n"), "your text")
        report = check(mine, request)
        if report.acceptable:
            return mine, report
        render.report(report, mine, stderr=True)
        if not (sys.stdin.isatty() and typer.confirm("Go on editing?", default=True, err=True)):
            kept = Path(tempfile.mkstemp(prefix="drafter-", suffix=".txt")[1])
            save(kept, text)
            render.note(f"What you wrote is kept in {kept}.")
            raise typer.Exit(1)


def _by_hand(text: str) -> str:
    """A text as it was saved in the person's editor. Raises DrafterError where there is no such editor."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    with tempfile.TemporaryDirectory(prefix="drafter-") as folder:
        file = Path(folder) / "message.txt"
        file.write_text(text + "\n", encoding="utf-8")
        try:
            done = subprocess.run([*shlex.split(named), str(file)])  # noqa: S603 -- the person's own editor
        except (OSError, ValueError) as fault:
            raise DrafterError(f"the editor {named!r} can't be started; set EDITOR to one that is installed") from fault
        if done.returncode:
            raise DrafterError(f"the editor {named!r} ended with status {done.returncode}; nothing was changed")
        return file.read_text(encoding="utf-8")
