"""Which reasons a sentence tells, by kind, and which of them a request allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from drafter.disclosure import telling_words
from drafter.guardrails.asked import of_request
from drafter.guardrails.kinds import Case, Hit, Rule, allowed, kind
from drafter.guardrails.marks import reason_words
from drafter.guardrails.reading import Reading, Sentence
from drafter.guardrails.tagged import spoken
from drafter.guardrails.tagger import bars, does, scores, tagger, weighed
from drafter.guardrails.wording import Wording, kept
from drafter.request import ReasonKind, Request, Share


class Told(NamedTuple):
    """A reason that a sentence tells: its kind, and where in the sentence of which text."""

    kind: str
    reading: Reading
    start: int
    end: int


_WORD = re.compile(r"[^\W\d_]{5,}")
VAGUE = frozenset({"personal", "career_goals"})
"""Kinds so general that they only lead up to a true reason that stands in the same sentence."""


def told(case: Case) -> dict[Sentence, list[Told]]:
    """The reasons that each sentence that says something tells; worked out once for a draft."""
    if "told" not in case.found:
        case.found["told"] = {
            one: [Told(name, reading, start, end) for name, start, end in _told(one, case.language)]
            for reading, one in spoken(case)
        }
    known: dict[Sentence, list[Told]] = case.found["told"]
    return known


def _told(sentence: Sentence, language: str) -> tuple[tuple[str, int, int], ...]:
    gives = tagger(language) is not None and does("reason", sentence, language)
    return _heard(sentence.wording, sentence.moves, language, gives)


@kept
def _heard(said: Wording, moves: frozenset[str], language: str, gives: bool) -> tuple[tuple[str, int, int], ...]:
    """The kinds that the tagger hears, where a pattern has them in its words, and else in the whole sentence.

    `gives`: the sentence gives a reason, so that a kind that no request has counts by its pattern.
    """
    score, found = weighed(said, moves, language), []
    above = bars(language)["reason_kind"].above if score else 0
    for name, entry in reason_words(language).items():
        kind_heard = score.get(f"r:{name}")
        if score and not (gives if kind_heard is None else kind_heard > above):
            continue
        if match := said.search(entry.pattern):
            found.append((name, *match.span()))
        elif kind_heard is not None:
            found.append((name, 0, len(said.masked)))
    return tuple(found)


@of_request
def allowed_kinds(request: Request) -> frozenset[str]:
    """The kinds of reason that a draft may tell: what stands for the true one, and what the person lets be said."""
    true = request.reason.kind
    entries = reason_words(request.primary_language)
    may = {name for name, entry in entries.items() if true in entry.told_for}
    if true is not ReasonKind.UNDISCLOSED:
        may.add(str(true))
    may |= {name for name, entry in entries.items() if entry.pattern.search(allowed(request))}
    return frozenset(may)


@kind("reason", tagged=True)
def reason(rule: Rule, case: Case) -> Iterator[Hit]:
    """A reason told: with `wanted` "false" one that the request does not bear out, with "any" any that is told at all
    where nothing is to be shared.
    """
    may = allowed_kinds(case.request)
    if rule.parameters["wanted"] == "any" and case.request.reason.share is not Share.NOTHING:
        return
    for sentence, reasons in told(case).items():
        for one in reasons:
            fits = one.kind in may or (_is_weak(one, sentence, case) and any(other.kind in may for other in reasons))
            if not _is_allowed(sentence, one, case) and fits == (rule.parameters["wanted"] == "any"):
                yield Hit(one.reading, sentence.start + one.start, sentence.start + one.end)


def _is_weak(one: Told, sentence: Sentence, case: Case) -> bool:
    """Whether a kind is heard so faintly, or is so general, that a true reason beside it is what is meant."""
    score = scores(sentence, case.language).get(f"r:{one.kind}")
    return one.kind in VAGUE or (score is not None and score <= bars(case.language)["sure_reason"].above)


def _is_allowed(sentence: Sentence, one: Told, case: Case) -> bool:
    """Whether a word of some length that tells the reason stands in what the person lets be said, or, where a pattern
    has found the very words that tell it, in a name.
    """
    span = sentence.masked[one.start : one.end]
    named = telling_words(f"{case.request.company} {case.request.role}") if len(span) < len(sentence.masked) else set()
    given = _given(case.allowed)
    return not telling_words(span).isdisjoint(named) or any(word in given for word in _WORD.findall(span))


@lru_cache(maxsize=256)
def _given(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
