"""Kinds for what a draft must keep to itself: secrets in any wording, sensitive topics, too much about the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from drafter.disclosure import telling_words
from drafter.guardrails.disguise import unveiled
from drafter.guardrails.kinds import Case, Hit, Rule, compiled, kind
from drafter.guardrails.reading import Sentence, lower, normalise
from drafter.guardrails.reasons import told
from drafter.request import Share

_CLAUSE = re.compile(r"[,;:]| - |\band (?=i\b)|\bso\b|\btherefore\b")


@kind("secret")
def secret(rule: Rule, case: Case) -> Iterator[Hit]:
    """Words of a private entry, or of a reason that is not to be told, in any sentence, also in disguise or in other
    words of the same group in `synonyms`.
    """
    groups = _groups(str(rule.parameters["synonyms"]))
    open_words = _grouped(case.allowed, groups) | _grouped(_names(case), groups)
    secrets = [
        (hidden, hidden & _grouped(" ".join(_NAMED.findall(text)), groups))
        for text in _secrets(case)
        if (hidden := _grouped(text, groups) - open_words)
    ]
    if not secrets:
        return
    for reading in case.readings:
        for sentence in reading.sentences:
            seen = _grouped(sentence.masked, groups)
            if any(_gives_away(seen & hidden, hidden, named) for hidden, named in secrets):
                yield Hit(reading, sentence.start, sentence.end)
        veiled = _grouped(" ".join(unveiled(reading.original)), groups)
        if any(_gives_away(veiled & hidden, hidden, named) for hidden, named in secrets):
            yield Hit(reading, 0, len(reading.text), "Disguised words give away something that was to stay private.")


def _secrets(case: Case) -> list[str]:
    reason = case.request.reason
    unshared = [reason.detail] if reason.detail and reason.share is not Share.DETAIL else []
    return [normalise(text)[0] for text in (*case.request.private, *unshared)]


_NAMED = re.compile(r"(?<=[^.!?]\s)[A-Z]\w+")
"""Names in a secret: words with a capital that open no sentence. One of them is enough to give it away."""


def _names(case: Case) -> str:
    request = case.request
    return " ".join((request.sender, request.company, request.role, request.recipient or ""))


@lru_cache(maxsize=16)
def _groups(synonyms: str) -> dict[str, str]:
    """Each word of a group, by its stem, and the word that stands for the group."""
    groups: dict[str, str] = {}
    for line in synonyms.strip().splitlines():
        first = line.split()[0]
        for word in line.split():
            groups |= dict.fromkeys(telling_words(word), f"={first}")
    return groups


def _grouped(text: str, groups: dict[str, str]) -> frozenset[str]:
    """The telling words of a text, words of one group as one; figures without their separators."""
    figures = re.sub(r"(?<=\d)[,. ](?=\d{3}\b)", "", text)
    return frozenset(groups.get(word, word) for word in telling_words(figures))


def _gives_away(shared: frozenset[str], hidden: frozenset[str], named: frozenset[str]) -> bool:
    """Whether what a sentence shares with a secret gives it away: two words, or one that is telling by itself (a name,
    a figure, a word for a sensitive topic, or half of what the secret says).
    """
    alone = any(word in named or word[0] == "=" or word.isdigit() for word in shared)
    return bool(shared) and (len(shared) > 1 or alone or len(hidden) <= 2)


@kind("topic")
def topic(rule: Rule, case: Case) -> Iterator[Hit]:
    """A topic of `topics` that the request's allowed words do not bring up themselves."""
    for name, patterns in rule.parameters["topics"].items():
        pattern = compiled(patterns)
        if pattern.search(case.allowed):
            continue
        for reading in case.readings:
            for sentence in reading.sentences:
                if sentence.place == "salutation":
                    continue
                if found := pattern.search(sentence.masked):
                    message = f"This brings up {_SAID.get(name, name)}, and nothing in the request allows it."
                    yield Hit(reading, sentence.start + found.start(), sentence.start + found.end(), message)
            if any(pattern.search(text) for text in unveiled(reading.original)):
                yield Hit(reading, 0, len(reading.text), f"Behind disguised words stands {_SAID.get(name, name)}.")


_SAID = {
    "money": "money or pay",
    "legal": "legal trouble",
    "present_job": "trouble at the present job",
    "family": "family matters",
    "immigration": "immigration status",
}


@kind("excess")
def excess(rule: Rule, case: Case) -> Iterator[Hit]:
    """A run of sentences about the reason with more than `sentences` sentences or `words` words."""
    run: list[Sentence] = []
    for sentence in (*case.body.sentences, None):
        if sentence is not None:
            goes_on = bool(run) and "\n\n" not in case.body.text[run[-1].end : sentence.start]
            turns = compiled(rule.parameters["else"]).search(sentence.masked) is not None
            if _about_reason(sentence, case) or (goes_on and not turns and _is_about_self(sentence)):
                run.append(sentence)
                continue
        words = sum(_reason_words(one) for one in run)
        if len(run) > rule.parameters["sentences"] or words > rule.parameters["words"]:
            yield Hit(case.body, run[0].start, run[-1].end)
        run = []


def _about_reason(sentence: Sentence, case: Case) -> bool:
    """Whether a sentence tells a reason, or repeats the detail that may be told."""
    if sentence.place != "body" or sentence.moves & _COURTESIES:
        return False
    detail = case.request.reason.shared_detail
    retold = telling_words(sentence.masked) & telling_words(lower(detail)) if detail else frozenset()
    return bool(told(sentence, case.language)) or len(retold) > 1


def _is_about_self(sentence: Sentence) -> bool:
    """Whether a sentence that follows a reason goes on about the sender, neither to nor about the readers."""
    own = re.search(r"\b(?:i|my|me|we|our|it|that|this|there|they)\b", sentence.masked)
    return sentence.place == "body" and bool(own) and not sentence.moves & (_COURTESIES | {"withdraw"})


_COURTESIES = frozenset({"thank", "door_open", "wish_well", "apologise"})


def _reason_words(sentence: Sentence) -> int:
    """Words of a sentence, without the clause that withdraws."""
    clauses = _CLAUSE.split(sentence.masked)
    kept = [clause for clause in clauses if len(clauses) == 1 or not re.search(r"withdr|candida|\b[ʀᴄ]+\b", clause)]
    return sum(len(clause.split()) for clause in kept)
