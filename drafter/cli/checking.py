"""Many drafts in one run: each with its request, all in one process, once or whenever a file is saved."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import typer

from drafter.cli.drafts import read_draft
from drafter.cli.formats import Format, Judged, Source, formatted
from drafter.errors import DrafterError, Problem, RequestError
from drafter.intake import load_request

if TYPE_CHECKING:
    from drafter.request import Request

WATCHED_EVERY = 0.4
"""Seconds between two looks at the files."""


class Named(NamedTuple):
    """What was named on the command line: the drafts, their request and their subject, where there is one for all."""

    drafts: Sequence[str]
    request: str | None = None
    subject: str | None = None


@dataclass
class Checking:
    """Judges what was named, and prints it in a format."""

    named: Named
    waived: Mapping[str, str]
    judge: str | None
    form: Format
    explain: bool

    def run(self) -> int:
        """0 when every draft is acceptable, 1 when one is not, 2 when one could not be judged.

        What can't be read is said on standard error, and the others are judged all the same.
        """
        judged, requests, broken = [], dict[str, "Request"](), False
        for file in self.named.drafts:
            try:
                judged.append(self._judged(file, requests))
            except DrafterError as fault:
                if len(self.named.drafts) == 1:
                    raise
                broken = True
                print(f"drafter: {fault}", file=sys.stderr)  # noqa: T201 -- the command line prints
        self._show(judged)
        return 2 if broken else 0 if all(one.report.acceptable for one in judged) else 1

    def _judged(self, file: str, requests: dict[str, Request]) -> Judged:
        from drafter import judge

        if file != "-" and not Path(file).exists():
            raise DrafterError(f"{file}: can't be read: no such file")
        where = self.named.request or _nearest(file)
        if where not in requests:
            requests[where] = load_request(where)
        draft, body_line = read_draft(file, self.named.subject)
        report = judge.check(draft, requests[where], waive=self.waived, judge=self.judge)
        return Judged(Source("draft" if file == "-" else file, body_line), draft, report, requests[where])

    def _show(self, judged: Sequence[Judged]) -> None:
        if self.form is not Format.TEXT:
            if said := formatted(judged, self.form):
                typer.echo(said)
            return
        from drafter.cli import render

        several = len(self.named.drafts) > 1
        for one in judged:
            clean = one.report.acceptable and not one.report.findings
            if several and clean and not self.explain:
                continue
            if several:
                render.heading(one.source.file)
            if self.explain:
                from drafter.cli.explain import explained

                explained(one.draft, one.request, one.report)
            render.report(one.report, one.draft, listed=not self.explain)
        if several:
            good = sum(one.report.acceptable for one in judged)
            render.say(f"{good} of {len(judged)} drafts acceptable.")

    def watch(self) -> NoReturn:
        """Judges now and whenever a draft or a request is saved, until Ctrl-C."""
        from drafter.cli import render

        for _ in self._changes():
            render.console(stderr=False).clear()
            try:
                self.run()
            except DrafterError as fault:
                print(f"drafter: {fault}", file=sys.stderr)  # noqa: T201 -- the command line prints
            render.note("Watching; Ctrl-C ends it.")
        raise AssertionError("files change for ever")

    def _changes(self) -> Iterator[None]:
        seen: object = None
        while True:
            now = [(path, _stamp(path)) for path in self._watched()]
            if now != seen:
                yield
                seen = now
            time.sleep(WATCHED_EVERY)

    def _watched(self) -> Iterator[str]:
        for file in self.named.drafts:
            yield file
            with suppress(RequestError):
                yield self.named.request or _nearest(file)


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _nearest(draft: str) -> str:
    """The request beside a draft. Raises RequestError that says where it was looked for."""
    folder = Path() if draft == "-" else Path(draft).parent
    names = ("request.toml",) if draft == "-" else (f"{Path(draft).stem}.request.toml", "request.toml")
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        name = "standard input" if draft == "-" else draft
        what = f"no request is named, and there is no {' or '.join(names)} in {folder.resolve().name or folder}"
        raise RequestError(name, [Problem("", what, allowed="--request FILE")])
    return str(found)
