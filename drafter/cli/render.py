"""How messages, findings and advice look in a terminal, and as plain text when they are piped."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from drafter.message import Advice, Draft, Finding, Report, Result, Severity, Status

WIDTH = 96


def as_text(message: Draft) -> str:
    """A message ready to be piped: for an e-mail its subject, a blank line and the body; else the body."""
    return message.body if message.subject is None else f"Subject: {message.subject}\n\n{message.body}"


def as_json(data: Any) -> str:
    """Data as JSON for machines, readable by people too."""
    return json.dumps(data, ensure_ascii=False, indent=2)


def result_data(result: Result) -> dict[str, Any]:
    """A result as plain data, with whether its message is acceptable said outright."""
    return {"acceptable": result.report.acceptable, **result.model_dump(mode="json")}


def report_data(report: Report) -> dict[str, Any]:
    """A report as plain data, with whether the draft is acceptable said outright."""
    return {"acceptable": report.acceptable, **report.model_dump(mode="json")}


def note(text: str, *, label: str = "") -> None:
    """Tells the person something on stderr, wrapped, with a label that is bold in a terminal."""
    wrapped = _labelled(text, label)
    if label and _is_coloured():
        wrapped = f"\x1b[1m{label}\x1b[0m{wrapped[len(label) :]}"
    print(wrapped, file=sys.stderr)  # noqa: T201 -- the command line prints


def _labelled(text: str, label: str) -> str:
    head = f"{label}  " if label else ""
    width = min(WIDTH, _columns())
    return textwrap.fill(text, width, initial_indent=head, subsequent_indent=" " * len(head), break_long_words=False)


def _columns() -> int:
    try:
        return max(40, os.get_terminal_size(sys.stderr.fileno()).columns)
    except (OSError, ValueError):  # no terminal, or a stream without a file behind it
        return WIDTH


def _is_coloured() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def advice(given: Advice) -> None:
    """The guide's advice on stderr, one labelled line each."""
    for label, text in _advice(given):
        note(text, label=label)


def advice_text(given: Advice) -> str:
    """The guide's advice as text."""
    return "\n".join(_labelled(text, label) for label, text in _advice(given))


def _advice(given: Advice) -> Iterator[tuple[str, str]]:
    lines = [
        ("Send it by", f"{_CHANNEL[given.channel]}. {given.channel_why}"),
        ("When", given.when),
        ("To whom", given.whom),
        ("First", given.wait),
        ("Afterwards", given.follow_up),
        ("Be ready", " ".join(given.expect)),
    ]
    return ((f"{label:>10}", text) for label, text in lines if text)


_CHANNEL = {"email": "e-mail", "phone": "phone", "text": "text message", "linkedin": "LinkedIn message"}


def report_lines(report: Report, draft: Draft) -> str:
    """The findings as text, a paragraph each, and a line that sums up."""
    blocks = [_finding(one, draft) for one in report.findings]
    broken = [one for one in report.rules if one.status in {Status.ERROR, Status.NOT_RUN}]
    blocks += [f"not judged  {one.rule}\n  {one.note}" for one in broken]
    blocks += [f"waived  {one.rule}\n  {one.note}" for one in report.rules if one.status is Status.WAIVED]
    return "\n\n".join([*blocks, _summary(report, len(broken))])


def _finding(one: Finding, draft: Draft) -> str:
    head = f"{one.severity}  {one.rule}"
    if one.span is not None:
        text = (draft.subject or "") if one.span.part == "subject" else draft.body
        line = text.count("\n", 0, one.span.start) + 1
        column = one.span.start - (text.rfind("\n", 0, one.span.start) + 1) + 1
        shown = _printable(" ".join(one.evidence.split()))
        quoted = shown if len(shown) <= 120 else f"{shown[:117]}..."
        head += f'  {one.span.part} line {line}, column {column}\n  > "{quoted}"'
    return f"{head}\n  {one.message}\n  {one.advice}"


def _printable(text: str) -> str:
    """Text whose control characters are written out, since a terminal would obey them."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


def _summary(report: Report, broken: int) -> str:
    if report.acceptable:
        warnings = sum(one.severity is Severity.WARNING for one in report.findings)
        tail = f", {warnings} to look at" if warnings else ""
        return f"Acceptable: {report.words} words{tail}."
    count = len(report.errors)
    findings = f"{count} finding{'' if count == 1 else 's'}"
    unjudged = f", {broken} rule{'' if broken == 1 else 's'} not judged" if broken else ""
    return f"Not acceptable: {findings}{unjudged}; {report.words} words."
