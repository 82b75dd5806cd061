"""What a command that writes a message does with it: print or save it, and tell the person what they should know."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import typer

from drafter.cli import render
from drafter.content import PACKED
from drafter.errors import DrafterError
from drafter.message import Attempt, Draft, Result
from drafter.request import Channel, Request

WITHOUT_MODEL = (
    "No language model is set up, so the built-in phrasebook wrote this. "
    "To have a model write: set OPENAI_API_KEY, or OPENAI_BASE_URL for a local server, and --model NAME."
)


@dataclass(frozen=True)
class Place:
    """Where a message goes: a file, or standard output."""

    out: Path | None
    force: bool = False

    def check(self, option: str = "--out") -> None:
        """Refuses a place that can't take the message before a model is paid for it."""
        path = self.out
        if path is None or _standard(path) is not None:
            return
        behind = Path(os.path.realpath(path)) if path.is_symlink() else path  # the file that is written
        if path.is_dir() or not behind.parent.is_dir():
            fault = "is a folder" if path.is_dir() else f"can't be made: there is no folder {behind.parent}"
            raise typer.BadParameter(f"{path} {fault}; name a file in a folder that exists", param_hint=option)
        if packed := {path.suffix, behind.suffix} & PACKED:
            told = f"{path} would hold plain text under an archive's name; leave out {min(packed)}, and pack it later"
            raise typer.BadParameter(told, param_hint=option)
        if path.is_file() and not self.force:
            raise typer.BadParameter(f"{path} exists already; add --force to replace it", param_hint=option)

    def put(self, text: str) -> None:
        """Prints a text, or saves it."""
        if self.out is None:
            typer.echo(text)
        else:
            save(self.out, text + "\n")


def deliver(result: Result, place: Place, *, as_json: bool, script_for: Request | None = None) -> None:
    """The message, or everything as JSON, to its place. Further candidates follow the first, each under a line.

    With the request in `script_for`, the message is a script for a call.
    """
    if as_json:
        place.put(render.as_json(render.result_data(result)))
        return
    others = (f"--- {number} ---\n{render.as_text(other.message)}" for number, other in enumerate(result.others, 2))
    if script_for is None:
        first = render.as_text(result.message)
    else:
        from drafter.cli.outlets import script

        first = script(result.message, script_for)
    place.put("\n\n".join((first, *others)))


def tell(result: Result, place: Place, *, model_named: bool, advise: bool = True, further: Iterable[str] = ()) -> None:
    """What the person should know, on standard error; `further` stands behind the notes of the result."""
    typer.echo(err=True)
    if place.out is not None:
        render.note(f"The message is in {place.out}.")
    if not model_named and {attempt.writer for attempt in result.attempts} == {"phrasebook"}:
        render.note(WITHOUT_MODEL)
    for note in (*result.notes, *further):
        render.note(note)
    render.note(_account(result))
    if length := length_note(result.message, result.advice.channel):
        render.note(length)
    if advise:
        typer.echo(err=True)
        render.advice(result.advice)


def _account(result: Result) -> str:
    """Who wrote the message, what was checked, and what it took."""
    read_by = result.attempts[-1].judge
    second = f", and {'it' if read_by == result.source else read_by} found nothing on a second reading"
    said = (
        f"Written by {result.source}, {result.report.words} words; all {len(result.report.rules)} guardrails "
        f"passed{second if read_by else ''}."
    )
    if result.others:
        said += f" {len(result.others)} more to choose from, each checked in the same way; the best is first."
    return said + _cost(result) + _mended(result.attempts)


def _cost(result: Result) -> str:
    if not result.calls or result.cost_usd is None:
        return ""
    calls = f"{result.calls} call{'' if result.calls == 1 else 's'}"
    return f" {calls}, {result.usage.total:,} tokens, about ${result.cost_usd:.4f}."


def _mended(attempts: tuple[Attempt, ...]) -> str:
    """Which rules the guardrails had mended on the way."""
    fixed = [rule for attempt in attempts if attempt.progress for rule in attempt.progress.fixed]
    return f" Mended on the way: {', '.join(dict.fromkeys(fixed))}." if fixed else ""


def length_note(message: Draft, channel: Channel) -> str | None:
    """How long a message is where its service counts characters."""
    if channel not in {Channel.TEXT, Channel.LINKEDIN}:
        return None
    from drafter.delivery import linkedin_length, text_length

    return (text_length if channel is Channel.TEXT else linkedin_length)(message.body).said


def save(path: Path, held: str | bytes) -> None:
    """Writes a file whole or not at all: beside it first, then in its place.

    A link stays, and the file behind it is written; devices, pipes and the standard streams stay and are written to.
    """
    raw = held.encode("utf-8") if isinstance(held, str) else held
    if (stderr := _standard(path)) is not None:
        typer.echo(raw, nl=False, err=stderr)
        return
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(raw)
        else:
            _put_in_place(Path(os.path.realpath(path)), raw)
    except OSError as fault:
        raise DrafterError(f"{path}: can't be written: {fault.strerror or fault}") from fault


def _put_in_place(path: Path, raw: bytes) -> None:
    import shutil
    import tempfile

    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
        if path.exists():
            shutil.copymode(path, beside)
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise


def _standard(path: Path) -> bool | None:
    """Whether a path is standard error or, with False, standard output, as /dev/stdout is; None where it is neither.

    To write beside such a path would lose what is printed, where it leads to a file.
    """
    for number, stderr in ((1, False), (2, True)):
        with contextlib.suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(number)):
                return stderr
    return None
