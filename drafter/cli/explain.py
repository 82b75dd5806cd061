"""How an explained message looks: every sentence with what it does, what it rests on and which principle it serves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from drafter.cli import render
from drafter.cli.look import look
from drafter.explanation import Explained, explain
from drafter.message import Claim, Draft, Finding, Part, Report, Result, Severity
from drafter.request import Request


def explain_result(result: Result, request: Request) -> None:
    """Explains a message that was just written, on standard error; one that was changed by hand by its words."""
    known = result.attempts and result.attempts[-1].draft == result.message
    explained(result.message, request, result.report, result.claims if known else None, stderr=True)


def explained(
    draft: Draft, request: Request, report: Report, claims: Iterable[Claim] | None = None, *, stderr: bool = False
) -> None:
    """Prints each sentence with its explanation; words at fault are underlined, and said again below."""
    screen, plain = render.console(stderr=stderr), look.plain
    sentences = explain(draft, request, report, claims)
    if stderr:
        screen.print()
    if draft.subject is not None:
        subject = [one for one in report.findings if one.span and one.span.part is Part.SUBJECT]
        _put(screen, "Subject", _marked(draft.subject, 0, subject, plain=plain))
        _advise(screen, subject)
    for number, one in enumerate(sentences, 1):
        head = f"Sentence {number}" if plain else f"{number:>2}"
        _put(
            screen, head, _marked(draft.body[one.span.start : one.span.end], one.span.start, one.findings, plain=plain)
        )
        for label, text in _lines(one):
            _put(screen, f"    {label}", Text(text))
        _advise(screen, one.findings)
    whole = [one for one in report.findings if one.span is None]
    if whole:
        _put(screen, "The whole", Text())
        _advise(screen, whole)


def _lines(one: Explained) -> list[tuple[str, str]]:
    if one.rests_on is not None:
        rests = one.rests_on if one.sure else f"{one.rests_on} (by its words)"
    else:
        rests = "no fact of the request, by its words" if one.is_open else "nothing that it claims: a courtesy"
    return [("does:", " and ".join(one.moves)), ("rests on:", rests), ("serves:", one.serves)]


def _marked(text: str, start: int, findings: Sequence[Finding], *, plain: bool) -> Text:
    """A sentence with the words of its findings underlined; a screen reader is told in words instead."""
    made = Text(render.printable(text))
    if not plain and len(made) == len(text):
        for one in findings:
            assert one.span is not None  # noqa: S101 -- only findings with a place get here
            made.stylize("underline bold", max(0, one.span.start - start), max(0, one.span.end - start))
    return Text(" ").join(part for part in made.split("\n"))


def _advise(screen: Console, findings: Sequence[Finding]) -> None:
    for one in findings:
        mark = "ERROR" if one.severity is Severity.ERROR else "WARNING"
        place = f"{render.quoted(one.evidence)}: " if one.evidence else ""
        _put(screen, f"    {mark} {one.rule}", Text())
        _put(screen, "       ", Text(f"{place}{one.message} {one.advice}"))


def _put(screen: Console, label: str, text: Text) -> None:
    head = f"{label}  "
    wrapped = text.wrap(screen, max(20, screen.width - len(head)))
    lines = Text("\n" + " " * len(head)).join(wrapped)
    screen.print(Text.assemble((head, "bold"), lines), soft_wrap=True)
