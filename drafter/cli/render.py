"""How messages, findings and advice look in a terminal, and as plain text when they are piped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from drafter.cli.screen import Part, console, is_styled, put, width, wrapped
from drafter.message import Advice, Draft, Finding, Report, Result, RuleStatus, Severity, Span, Status

if TYPE_CHECKING:
    from rich.table import Table

__all__ = [
    "advice", "as_json", "as_text", "command", "console", "heading", "line", "note", "printable", "quoted", "report",
    "report_data", "result_data", "say", "table",
]  # fmt: skip

AROUND = 40
"""Characters of a draft that are shown on either side of a fault in it."""
ALIKE = 3
"""Findings of one rule that are shown in full."""


def as_text(message: Draft) -> str:
    """A message ready to be piped: for an e-mail its subject, a blank line and the body; else the body."""
    return message.body if message.subject is None else f"Subject: {message.subject}\n\n{message.body}"


def as_json(data: Any) -> str:
    """Data as JSON for machines, readable by people too."""
    return json.dumps(data, ensure_ascii=False, indent=2)


def result_data(result: Result) -> dict[str, Any]:
    """A result as plain data, with whether its message is acceptable said outright."""
    return {
        "acceptable": result.report.acceptable,
        **result.model_dump(mode="json"),
        "usage": result.usage.model_dump(mode="json"),
        "cost_usd": result.cost_usd,
        "calls": result.calls,
    }


def report_data(given: Report) -> dict[str, Any]:
    """A report as plain data, with whether the draft is acceptable said outright."""
    return {"acceptable": given.acceptable, **given.model_dump(mode="json")}


def note(text: str, *, label: str = "") -> None:
    """Tells the person something on stderr, wrapped, with a label that is bold in a terminal."""
    _put_labelled(label, text, stderr=True)


def say(text: str = "", *, style: str = "", indent: int = 0) -> None:
    """A paragraph on stdout, wrapped; control characters are written out."""
    for piece in wrapped(printable(text), width(stderr=False) - indent):
        put(" " * indent, (piece, style))


def command(*words: str, stderr: bool = False) -> None:
    """A command of drafter to type, alone on its line and never wrapped."""
    from drafter.cli.called import called

    put(f"  {printable(called(*words))}", stderr=stderr)


def heading(text: str) -> None:
    """A line above what belongs to it, on stdout."""
    say(text, style="bold underline")


def line(label: str, text: str) -> None:
    """One labelled line on stdout, wrapped beside its label."""
    _put_labelled(f"{label:>13}", text, stderr=False)


def _put_labelled(label: str, text: str, *, stderr: bool) -> None:
    head = f"{label}  " if label else ""
    pieces = wrapped(text, width(stderr=stderr) - len(head))
    put((head, "bold"), ("\n" + " " * len(head)).join(pieces), stderr=stderr)


def table(first: str, *columns: str) -> Table:
    """An empty table of figures, which a narrow terminal does not break."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    made.add_column(first)
    for column in columns:
        made.add_column(column, no_wrap=True)
    return made


def advice(given: Advice, *, stderr: bool = True) -> None:
    """The guide's advice, one labelled line each."""
    for label, text in _advice(given):
        _put_labelled(label, text, stderr=stderr)


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


def report(given: Report, draft: Draft, *, stderr: bool = False, listed: bool = True) -> None:
    """The findings, a paragraph each unless they are `listed` elsewhere, and a line that sums up."""
    in_context = is_styled(stderr=stderr)
    blocks = list(_findings(given.findings, draft, in_context=in_context)) if listed else []
    broken = [one for one in given.rules if one.status in {Status.ERROR, Status.NOT_RUN}]
    blocks += [_status("not judged", one) for one in broken]
    blocks += [_status("waived", one) for one in given.rules if one.status is Status.WAIVED]
    for block in blocks:
        put(*block, stderr=stderr, end="\n\n")
    put((_summary(given, len(broken)), "bold green" if given.acceptable else "bold red"), stderr=stderr)


def _findings(findings: Sequence[Finding], draft: Draft, *, in_context: bool) -> Iterator[list[Part]]:
    """A paragraph for each finding; of many by one rule the first few, and how many more there are."""
    of_rule: dict[str, list[Finding]] = {}
    for one in findings:
        of_rule.setdefault(one.rule, []).append(one)
    shown = {rule: alike[:ALIKE] for rule, alike in of_rule.items()}
    for one in findings:
        if not any(one is each for each in shown[one.rule]):
            continue
        block = _finding(one, draft, in_context=in_context)
        more = len(of_rule[one.rule]) - ALIKE
        if more > 0 and one is shown[one.rule][-1]:
            block.append(f"\n  ... and {more:,} more like {'it' if more == 1 else 'these'}")
        yield block


def _status(word: str, one: RuleStatus) -> list[Part]:
    return [(word, "yellow"), f"  {one.rule}\n  {one.note}"]


_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}


def _finding(one: Finding, draft: Draft, *, in_context: bool) -> list[Part]:
    block: list[Part] = [(one.severity, _COLOURS[one.severity]), "  ", (one.rule, "bold")]
    if one.span is not None:
        text = (draft.subject or "") if one.span.part == "subject" else draft.body
        begins = text.rfind("\n", 0, one.span.start) + 1
        line, column = text.count("\n", 0, begins) + 1, one.span.start - begins + 1
        block.append(f"  {one.span.part} line {line}, column {column}\n  > ")
        block += _in_context(one.span, text) if in_context else [quoted(one.evidence)]
    return [*block, f"\n  {one.message}\n  {one.advice}"]


def _in_context(span: Span, text: str) -> list[Part]:
    """The evidence underlined, with some of the words around it."""
    before, after = text[: span.start].rpartition("\n")[2], text[span.end :].partition("\n")[0]
    left = printable(before if len(before) <= AROUND else f"...{before[-AROUND:]}")
    right = printable(after if len(after) <= AROUND else f"{after[:AROUND]}...")
    return [(left, "dim"), (_short(text[span.start : span.end]), "underline red"), (right, "dim")]


def quoted(evidence: str) -> str:
    """Evidence in one line, in quotation marks."""
    return f'"{_short(evidence)}"'


def _short(evidence: str) -> str:
    shown = printable(" ".join(evidence.split()))
    return shown if len(shown) <= 120 else f"{shown[:117]}..."


def printable(text: str) -> str:
    """Text whose control characters are written out, since a terminal would obey them."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


def _summary(given: Report, broken: int) -> str:
    if given.acceptable:
        warnings = sum(one.severity is Severity.WARNING for one in given.findings)
        tail = f", {warnings} to look at" if warnings else ""
        return f"Acceptable: {given.words} words{tail}."
    count = len(given.errors)
    findings = f"{count} finding{'' if count == 1 else 's'}"
    unjudged = f", {broken} rule{'' if broken == 1 else 's'} not judged" if broken else ""
    return f"Not acceptable: {findings}{unjudged}; {given.words} words."
