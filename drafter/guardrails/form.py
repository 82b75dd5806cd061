"""The form of a draft: unfilled slots, markup, talk about the task, several versions (`form/...`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from drafter.guardrails import naming, titles, tongue
from drafter.guardrails.asked import of_request
from drafter.guardrails.kinds import Case, Hit, Rule, allowed, compiled, kind, slots_filled
from drafter.guardrails.needs import DIGIT, Piece, alternatives, needs
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.plain import lower, normalise
from drafter.guardrails.reading import BLANKS
from drafter.guide import channel_for
from drafter.request import Channel, Request

FURTHER_KINDS = (naming, titles, tongue)
"""The modules whose kinds belong to this family too."""

_GAP = re.compile(r"\s+")


@lru_cache(maxsize=256)
def _by_line(patterns: Sequence[str]) -> Phrases:
    """Phrases in which ^ and $ stand for the ends of a line."""
    return Phrases([slots_filled(pattern) for pattern in patterns], re.MULTILINE)


@lru_cache(maxsize=8)
def _needed(patterns: Sequence[str]) -> frozenset[str]:
    """Letters of which a text must hold some for any of the patterns to match."""
    clauses = [needs(one)[:1] or ((Piece(""),),) for pattern in patterns for one in alternatives(slots_filled(pattern))]
    return frozenset("" if piece.letters == DIGIT else piece.letters for (clause,) in clauses for piece in clause)


@of_request
def _said(request: Request) -> str:
    """What the request itself says, in the form of `masked` but with its names: no sign in it is an unfilled slot."""
    names = (request.company, request.role, request.sender, request.recipient or "")
    return _GAP.sub(" ", " . ".join([*(lower(normalise(name)[0]) for name in names), allowed(request)]))


@kind("slot")
def slot(rule: Rule, case: Case) -> Iterator[Hit]:
    """Any of `patterns` in small letters, or of `cased` in the letters as given, that the request does not hold."""
    for reading in case.readings:
        found = [*reading.whole.finditer(_by_line(tuple(rule.parameters["patterns"])))]
        cased = tuple(rule.parameters.get("cased", ()))
        if any(letters in reading.cased for letters in _needed(cased)):
            found += _by_line(cased).whole.finditer(reading.cased)
        for start, end in (match.span() for match in found):
            if _GAP.sub(" ", lower(reading.text[start:end]).strip()) not in _said(case.request):
                yield Hit(reading, start, end)


@kind("markup")
def markup(rule: Rule, case: Case) -> Iterator[Hit]:
    """Any of `patterns`, line by line, or two lines that begin as `listed` has it."""
    listed = _by_line((rule.parameters["listed"],))
    for reading in case.readings:
        for found in reading.whole.finditer(_by_line(tuple(rule.parameters["patterns"]))):
            if lower(reading.text[found.start() : found.end()]).strip() not in _said(case.request):
                yield Hit(reading, *found.span())
        if len(points := reading.whole.finditer(listed)) >= 2:
            yield Hit(reading, *points[0].span())


def openings(case: Case, pattern: Phrases) -> list[tuple[int, int]]:
    """The greetings at the starts of the body's lines."""
    return [found.span() for found in case.body.whole.finditer(pattern)]


@kind("versions")
def versions(rule: Rule, case: Case) -> Iterator[Hit]:
    """A second greeting: two letters in one. In a call, somebody may be asked for first and greeted then."""
    if channel_for(case.request)[0] is Channel.PHONE:
        return
    greeted = openings(case, _by_line(tuple(rule.parameters["patterns"])))
    if len(greeted) >= 2:
        yield Hit(case.body, *greeted[1])


@kind("outside")
def outside(rule: Rule, case: Case) -> Iterator[Hit]:
    """Any of `patterns` in a sentence before the greeting or behind the signature, where only chatter would say it."""
    wanted = compiled(rule.parameters["patterns"])
    body = case.body
    greeted = openings(case, _by_line(tuple(rule.parameters["greeting"])))
    first = greeted[0][0] if greeted else 0
    half = len(body.text) // 2  # a caller says the name at the start; that is no signature
    signatures = [one.end for one in body.sentences if one.start >= half and BLANKS["sender"] in one.masked]
    signed = max(signatures, default=len(body.text))
    for one in body.sentences:
        before, behind = one.end <= first, one.start >= signed
        if (before or behind) and (found := one.wording.search(wanted)):
            yield Hit(body, one.start + found.start(), one.start + found.end())
