"""Recorded exchanges with a model, behind vcrpy: a file an exchange, named by the hash of the canonical request.

So a request is found in one step however many there are, and never matched with the answer to another. What a service
says of itself, of its account and of the time is not written; a file that holds a secret is refused.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

from drafter.errors import EvalDataError, Problem
from drafter.evals.records import canonical, digest

SECRETS = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        ("sk-", r"\bsk-[A-Za-z0-9_-]*(?:[A-Za-z0-9_-]{16}|\*{3,})"),
        ("pk-", r"\bpk-[A-Za-z0-9_-]{16,}"),
        ("bearer", r"(?i)\bbearer\s+[a-z0-9._-]{16,}"),
        *((f"gh{kind}_", r"\bgh[pousr]_[A-Za-z0-9]{20,}") for kind in "pousr"),  # "gh" alone is in every text
        ("akia", r"\bAKIA[0-9A-Z]{16}\b"),
        ("aiza", r"\bAIza[A-Za-z0-9_-]{30,}"),
        ("xox", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
        ("-----begin", r"-----BEGIN [A-Z ]*PRIVATE KEY"),
        ("eyj", r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\."),
        ("authorization", r"(?i)\"authorization\"\s*:"),
        ("api", r"(?i)\"(?:x-)?api[-_]?key\"\s*:"),
        ("cookie", r"(?i)\"(?:set-)?cookie\"\s*:"),
    )
)
"""What no recording may hold: keys and tokens of the usual services, and the headers that carry them; each with a sign
that is quickly looked for."""

KEPT = ("choices", "model", "object", "usage", "error")
"""What of a response's body is written: not its id, the time, the machine or the account."""
KEPT_OF_CHOICE = ("index", "message", "finish_reason")
SHOWN = 2
"""Misses that are shown with what differs from the nearest recorded prompt."""


def key_of(method: str, url: str, body: Any) -> str:
    """The name of an exchange: the hash of method, the end of the path, and the body in canonical form."""
    return digest(method, "/".join(urlsplit(url).path.split("/")[-2:]), canonical(body)) + ".json"


class Tape:
    """A folder of exchanges; `missed` are the names of those that were asked for and are not there.

    `wrong` is the first error, which whoever plays the tape has to raise: the client that asked takes every exception
    for a fault of the network.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.missed: list[str] = []
        self.wrong: EvalDataError | None = None
        self._shown: list[str] = []
        self._played: set[str] = set()

    def exchange(self, name: str) -> dict[str, Any] | None:
        """A recorded exchange, or None. Raises EvalDataError for a file that is none, or that holds a secret."""
        try:
            text = (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as fault:
            self.wrong = EvalDataError(str(self.folder / name), [Problem("", f"can't be read: {fault}")])
            raise self.wrong from None
        self._played.add(name)
        self._refuse_secrets(text, name)
        try:
            found: dict[str, Any] = json.loads(text)
            found["request"]["body"], found["response"]["status"], found["response"]["body"]
        except (ValueError, KeyError, TypeError) as fault:
            self.wrong = EvalDataError(str(self.folder / name), [Problem("", f"is no recorded exchange: {fault!r}")])
            raise self.wrong from None
        return found

    def keep(self, name: str, exchange: dict[str, Any]) -> None:
        """Writes an exchange, whole or not at all. Raises EvalDataError where it holds a secret."""
        text = json.dumps(exchange, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        self._refuse_secrets(text, name)
        self.folder.mkdir(parents=True, exist_ok=True)
        # A name of its own: two samples may ask the same at one time.
        with NamedTemporaryFile("w", encoding="utf-8", dir=self.folder, prefix=f".{name}.", delete=False) as unnamed:
            unnamed.write(text)
        Path(unnamed.name).replace(self.folder / name)
        self._played.add(name)

    def _refuse_secrets(self, text: str, name: str) -> None:
        try:
            refuse_secrets(text, str(self.folder / name))
        except EvalDataError as fault:
            self.wrong = fault
            raise

    def miss(self, name: str, body: Any) -> None:
        """Notes what was asked for in vain, and what differs from the nearest prompt that is there."""
        self.missed.append(name)
        if len(self._shown) < SHOWN:
            self._shown.append(f"{name} is not recorded. {self._difference(prompt(body))}")

    def notes(self) -> list[str]:
        """What a person should know: what was missed, which files nobody asked for, which are not what they say."""
        notes = list(self._shown)
        if len(self.missed) > len(self._shown):
            notes.append(f"{len(self.missed)} exchanges in all are not recorded.")
        if unused := sorted(self._names - self._played):
            stale = [name for name in unused if self._is_stale(name)]
            notes.append(f"{len(unused)} recorded exchanges were not asked for: {_some(unused)}.")
            if stale:
                notes.append(f"{len(stale)} of them are not the request that they are named by: {_some(stale)}.")
        return notes

    @property
    def _names(self) -> set[str]:
        return {path.name for path in self.folder.glob("*.json")}

    def _is_stale(self, name: str) -> bool:
        found = self.exchange(name)
        asked = (found or {}).get("request", {})
        return bool(key_of(asked.get("method", ""), asked.get("path", ""), asked.get("body")) != name)

    @cached_property
    def _prompts(self) -> dict[str, list[str]]:
        played = set(self._played)
        found = {name: prompt((self.exchange(name) or {})["request"]["body"]) for name in sorted(self._names)}
        self._played = played  # looking is not playing
        return found

    def _difference(self, wanted: list[str]) -> str:
        if not self._prompts:
            return "Nothing is recorded yet."
        lines = set(wanted)
        nearest = max(self._prompts, key=lambda name: len(lines.intersection(self._prompts[name])))
        diff = difflib.unified_diff(self._prompts[nearest], wanted, nearest, "asked", n=1, lineterm="")
        return "The nearest prompt differs in\n" + "\n".join(list(diff)[:40])


def prompt(body: Any) -> list[str]:
    """What is asked, line by line: the messages, and then everything else."""
    lines = []
    for message in body.get("messages", ()):
        lines += [f"[{message.get('role')}]", *str(message.get("content")).splitlines()]
    others = {name: value for name, value in body.items() if name != "messages"}
    return lines + [f"{name}: {canonical(value)}" for name, value in sorted(others.items())]


def refuse_secrets(text: str, where: str) -> None:
    """Raises EvalDataError where a text holds what looks like a key or a token, which is not repeated."""
    lowered = text.lower()
    for sign, pattern in SECRETS:
        if sign in lowered and (found := pattern.search(text)):
            line = text.count("\n", 0, found.start()) + 1
            raise EvalDataError(where, [Problem(f"line {line}", "holds what looks like a key or token; take it out")])


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


@contextmanager
def opened(folder: Path, *, recording: bool = False) -> Iterator[Tape]:
    """Has every client of this process play from a folder; `recording` sends on what is not there, and keeps it."""
    from drafter.evals.cassette import FolderCassette

    tape = Tape(folder)
    with FolderCassette.use(path=str(folder), tape=tape, recording=recording):
        yield tape
