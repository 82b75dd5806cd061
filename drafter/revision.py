"""Surgical revising: which lines of a letter may change, the letter with those changed and no others, and what came of
the findings.

A model is never asked for the whole letter again. It answers with changes to lines, and a change to a line that no
finding is about is dropped, so that what was good stays word for word as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from drafter.letter import Letter, Line, Paragraph, Sentence
from drafter.message import Draft, Finding, Part, Progress, Span
from drafter.names import Names
from drafter.request import Contracted

SUBJECT, GREETING, SIGN_OFF = "subject", "greeting", "sign_off"
"""The labels of the lines that are no sentences; sentences are labelled "1", "2" and so on."""


class Change(Contracted):
    """A line's new text, empty where the line goes; with `added`, a new sentence behind the line."""

    line: str
    added: bool
    text: Line
    fact: int


class Revision(Contracted):
    """What a model answers when it is asked to mend a letter."""

    changes: tuple[Change, ...]


REVISION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["changes"],
    "properties": {
        "changes": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["line", "added", "text", "fact"],
                "properties": {
                    "line": {"type": "string"},
                    "added": {"type": "boolean"},
                    "text": {"type": "string"},
                    "fact": {"type": "integer"},
                },
            },
        }
    },
}
"""The strict JSON schema of `Revision`, in the subset that providers take: every field required."""


def lines(letter: Letter) -> dict[str, str]:
    """The lines of a letter by label, in the order in which they are read."""
    found = {} if letter.subject is None else {SUBJECT: letter.subject}
    found[GREETING] = letter.greeting
    found |= {str(number): one.text for number, one in enumerate(letter.sentences, start=1)}
    return {**found, SIGN_OFF: letter.sign_off}


def places(letter: Letter, draft: Draft, names: Names) -> dict[str, Span]:
    """Where the lines of a letter stand in the draft that it makes; what can't be found is left out."""
    found: dict[str, Span] = {}
    behind = 0
    for label, line in lines(letter).items():
        text = names.fill(line.strip())
        if label == SUBJECT:
            found[label] = Span(Part.SUBJECT, 0, len(draft.subject or ""))
            continue
        # Composing takes the capital of a line that runs on, and the stop of one that ends with two.
        core = text[1:].rstrip(".") or text
        start = draft.body.find(core, behind) - (core != text) if text else -1
        if start >= 0:
            behind = min(len(draft.body), start + len(text))
            found[label] = Span(Part.BODY, start, behind)
    return found


def line_of(finding: Finding, where: Mapping[str, Span]) -> str | None:
    """The line that a finding is about; None where it is about the whole, or about several lines."""
    span = finding.span
    if span is None:
        return None
    touched = [
        label
        for label, place in where.items()
        if place.part is span.part and place.start < span.end and span.start < place.end
    ]
    return touched[0] if len(touched) == 1 else None


class Revised(NamedTuple):
    """A letter after a revision, and for each of its lines the label that it had before; added lines had none."""

    letter: Letter
    origins: Mapping[str, str]


def revised(letter: Letter, revision: Revision, open_lines: Iterable[str] | None) -> Revised:
    """A letter with the changes to its open lines; None opens all of them, and lets sentences be added."""
    known = lines(letter).keys()
    allowed = known if open_lines is None else known & set(open_lines)
    anew = {one.line: one for one in revision.changes if not one.added and one.line in allowed}
    added = [one for one in revision.changes if one.added and open_lines is None and one.text.strip()]
    paragraphs = [kept for kept in _paragraphs(letter, anew, added) if kept]
    made = Letter(
        subject=(anew[SUBJECT].text or None) if SUBJECT in anew else letter.subject,
        greeting=anew[GREETING].text if GREETING in anew else letter.greeting,
        paragraphs=tuple(Paragraph(sentences=tuple(sentence for _, sentence in kept)) for kept in paragraphs),
        sign_off=anew[SIGN_OFF].text if SIGN_OFF in anew else letter.sign_off,
    )
    old = [label for kept in paragraphs for label, _ in kept]
    origins = {str(number): label for number, label in enumerate(old, start=1) if label is not None}
    return Revised(made, {SUBJECT: SUBJECT, GREETING: GREETING, SIGN_OFF: SIGN_OFF, **origins})


_Placed = tuple[str | None, Sentence]
"""A sentence, and the label that it had before."""


def _paragraphs(letter: Letter, anew: Mapping[str, Change], added: list[Change]) -> Iterator[list[_Placed]]:
    number, last = 0, len(letter.sentences)
    for place, paragraph in enumerate(letter.paragraphs):
        kept = _behind({SUBJECT, GREETING, "0"}, added) if place == 0 else []
        for sentence in paragraph.sentences:
            number += 1
            change = anew.get(str(number))
            now = sentence if change is None else Sentence(text=change.text, fact=change.fact)
            if now.text.strip():
                kept.append((str(number), now))
            kept += _behind({str(number), *({SIGN_OFF} if number == last else ())}, added)
        yield kept
    if not last:
        yield _behind({SUBJECT, GREETING, "0", SIGN_OFF}, added)


def _behind(labels: set[str], added: list[Change]) -> list[_Placed]:
    return [(None, Sentence(text=one.text, fact=one.fact)) for one in added if one.line in labels]


def progress(before: Iterable[tuple[str, str | None]], after: Iterable[tuple[str, str | None]]) -> Progress:
    """What became of the findings of one attempt in the next, each given by its rule and line."""
    old, new = list(dict.fromkeys(before)), list(dict.fromkeys(after))
    return Progress(
        fixed=tuple(rule for rule, line in old if (rule, line) not in new),
        persisting=tuple(rule for rule, line in new if (rule, line) in old),
        introduced=tuple(rule for rule, line in new if (rule, line) not in old),
    )
