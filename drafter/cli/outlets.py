"""Where a finished message can go: the clipboard, a mail file, the mail program, a script to read aloud.

Nothing is ever sent: the person does that.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from drafter.cli import render
from drafter.cli.outcome import Place, save
from drafter.errors import DrafterError
from drafter.message import Draft
from drafter.request import Channel, Request, Share

VOICEMAIL_WORDS = 60
"""Words that are spoken in about half a minute."""


@dataclass(frozen=True)
class Outlets:
    """What the person asked for beside printing. `to` and `sender` are mail addresses."""

    copy: bool = False
    eml: Path | None = None
    mailto: bool = False
    script: bool = False
    to: str | None = None
    sender: str | None = None
    force: bool = False

    def check(self, channel: Channel) -> None:
        """Refuses what can't be done before a model is paid for the message."""
        if self.eml is not None:
            Place(self.eml, self.force).check("--eml")
        if channel is not Channel.EMAIL and (self.eml or self.mailto):
            option = "--eml" if self.eml else "--mailto"
            raise typer.BadParameter(
                f"is for an e-mail, and this message goes by {channel}; add --channel email", param_hint=option
            )
        if channel is not Channel.PHONE and self.script:
            raise typer.BadParameter("is for a call; add --channel phone", param_hint="--script")

    def use(self, message: Draft, request: Request, *, quiet: bool = False) -> None:
        """Does what was asked for, and says on standard error what was done."""
        said, link = [], None
        if self.eml is not None:
            save_eml(self.eml, message, request, to=self.to, sender=self.sender)
            said.append(f"{self.eml} opens in your mail program as a message that you can still change.")
        if self.mailto:
            link = open_mail(message, self.to)
            said.append(OPENED if link is None else f"{NO_PROGRAM} This link opens the message in one:")
        if self.copy:
            said.append(copy(render.as_text(message)))
        for note in () if quiet else said:
            render.note(note)
        if link is not None:
            typer.echo(link, err=True)  # whole and alone on its line, so that it can be copied or piped


def save_eml(path: Path, message: Draft, request: Request, *, to: str | None, sender: str | None) -> None:
    """Saves a message as a mail file. Raises DrafterError."""
    from drafter.delivery import Mailbox, as_eml

    save(
        path,
        as_eml(
            message,
            now=datetime.now(),
            to=Mailbox(request.recipient or "", to) if to else None,
            sender=Mailbox(request.sender, sender) if sender else None,
        ),
    )


OPENED = "Your mail program was asked to open it. If nothing opens, save it as a mail file (.eml) instead."
NO_PROGRAM = "There is no mail program here that can be asked."


def open_mail(message: Draft, to: str | None = None) -> str | None:
    """Has the mail program open a message; gives the link that opens it where there is none that can be asked."""
    from drafter.delivery import as_mailto

    link = as_mailto(message, to)
    return None if _opened(link) else link


def _opened(link: str) -> bool:
    import subprocess

    try:
        if sys.platform == "win32":
            os.startfile(link)  # noqa: S606 -- the person's own mail program
            return True
        opener = "open" if sys.platform == "darwin" else "xdg-email"
        done = subprocess.run(  # noqa: S603 -- the person's own mail program
            [opener, link], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def copy(text: str) -> str:
    """Puts a text on the clipboard; gives what to tell the person. Raises DrafterError where there is no way."""
    import pyperclip

    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException:
        return _copied_by_terminal(text)
    return "It is on your clipboard."


def _copied_by_terminal(text: str) -> str:
    """Asks the terminal itself (OSC 52), which also works from a machine far away."""
    from base64 import b64encode

    raw = text.encode("utf-8")
    try:
        with Path("/dev/tty").open("wb", buffering=0) as terminal:
            terminal.write(b"\x1b]52;c;" + b64encode(raw) + b"\x07")
    except OSError:
        raise DrafterError(
            "no clipboard can be reached from here; install wl-clipboard, xclip or xsel, or use --out FILE"
        ) from None
    return "Your terminal was asked to put it on the clipboard. If pasting gives nothing, select the text instead."


def voicemail(request: Request) -> Draft | None:
    """What to tell a voicemail: the phrasebook's shortest, checked like any message; None where there is none."""
    from drafter.drafting import Drafter
    from drafter.guardrails import check

    quiet = request.model_copy(
        update={
            "channel": Channel.PHONE,
            "appreciated": (),
            "may_mention": (),
            "max_words": VOICEMAIL_WORDS,
            "next_interview": None,
            "reason": request.reason.model_copy(update={"share": Share.NOTHING}),
        }
    )
    try:
        said = Drafter("phrasebook").draft(quiet).message
    except DrafterError:
        return None
    return said if check(said, request).acceptable else None


def script(message: Draft, request: Request) -> str:
    """A phone message as a script, with what to tell a voicemail."""
    from drafter.delivery import as_script

    return as_script(message, voicemail(request))
