"""Which reasons a sentence tells, by kind, and which of them a request allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from drafter.content import list_files, read_toml
from drafter.guardrails.kinds import Case, Hit, Rule, allowed, compiled, kind
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.reading import Sentence
from drafter.request import ReasonKind, Request, Share


class Told(NamedTuple):
    """A reason that a sentence tells: its kind, and where in the sentence."""

    kind: str
    start: int
    end: int


class _Kind(NamedTuple):
    pattern: Phrases
    told_for: frozenset[str]


VAGUE = frozenset({"personal", "career_goals"})
"""Kinds so general that they only lead up to a true reason that stands in the same sentence."""


@cache
def _kinds(language: str) -> dict[str, _Kind]:
    path = f"guardrails/{language}/reasons.toml"
    if path not in list_files(f"guardrails/{language}", ".toml"):
        return {}
    return {
        name: _Kind(compiled(table["patterns"]), frozenset(table["told_for"]))
        for name, table in read_toml(path).items()
    }


def told(case: Case) -> dict[Sentence, list[Told]]:
    """The reasons that each sentence of the body tells; worked out once for a draft."""
    if "told" not in case.found:
        case.found["told"] = {sentence: _told(sentence, case.language) for sentence in case.body.sentences}
    known: dict[Sentence, list[Told]] = case.found["told"]
    return known


def _told(sentence: Sentence, language: str) -> list[Told]:
    """The reasons that a sentence tells. A sentence of courtesy alone (thanks, wishes, an open door) tells none."""
    if sentence.place in {"salutation", "sign_off"} or _is_courtesy(sentence):
        return []
    found = []
    for name, entry in _kinds(language).items():
        if match := sentence.search(entry.pattern):
            found.append(Told(name, match.start(), match.end()))
    return found


def _is_courtesy(sentence: Sentence) -> bool:
    courteous = sentence.moves & {"door_open", "wish_well", "thank"}
    return bool(courteous) and not re.search(
        r"\b(?:as|because|since|so|reasons?|due|decided|accepted)\b", sentence.masked
    )


@lru_cache(maxsize=256)
def allowed_kinds(request: Request) -> frozenset[str]:
    """The kinds of reason that a draft may tell: what stands for the true one, and what the person lets be said."""
    true = request.reason.kind
    entries = _kinds(request.primary_language)
    may = {name for name, entry in entries.items() if true in entry.told_for}
    if true is not ReasonKind.UNDISCLOSED:
        may.add(str(true))
    may |= {name for name, entry in entries.items() if entry.pattern.search(allowed(request))}
    return frozenset(may)


@kind("reason")
def reason(rule: Rule, case: Case) -> Iterator[Hit]:
    """A reason told: with `wanted` "false" one that the request does not bear out, with "any" any that is told at all
    where nothing is to be shared.
    """
    may = allowed_kinds(case.request)
    if rule.parameters["wanted"] == "any" and case.request.reason.share is not Share.NOTHING:
        return
    for sentence, reasons in told(case).items():
        for one in reasons:
            fits = one.kind in may or (one.kind in VAGUE and any(other.kind in may for other in reasons))
            if not _is_allowed(sentence, one, case) and fits == (rule.parameters["wanted"] == "any"):
                yield Hit(case.body, sentence.start + one.start, sentence.start + one.end)


def _is_allowed(sentence: Sentence, one: Told, case: Case) -> bool:
    """Whether a word of some length that tells the reason stands in what the person lets be said."""
    given = set(re.findall(r"[a-z]{5,}", case.allowed))
    return any(word in given for word in re.findall(r"[a-z]{5,}", sentence.masked[one.start : one.end]))
