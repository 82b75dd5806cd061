"""Kinds for what was planted: links, addresses, code and encoded text, and the words of an order in a field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from drafter.disclosure import telling_words
from drafter.guardrails.asked import of_request
from drafter.guardrails.disguise import encoded, spellable
from drafter.guardrails.kinds import Case, Hit, Rule, allowed, kind
from drafter.guardrails.marks import telling
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.plain import count_words, lower, normalise
from drafter.guardrails.reading import Reading, Sentence
from drafter.guardrails.tagger import does
from drafter.guardrails.wording import Wording
from drafter.names import parted
from drafter.request import Request

_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?!\d+-[a-z]+(?![\w-]))[\w-]{6,}(?![\w-])")
"""Letters and digits in one, such as "qx-4417", but for "60-minute": nobody writes them who was not told to."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")

_COURTEOUS = frozenset({"you", "your", "thank", "thanks"})
"""Who says no more than a courtesy to them may have thought of it himself."""

SHORT = 9
"""Words of a line of verse, at most."""

_STOPS = ".!?…:;\"')"


@kind("foreign")
def foreign(rule: Rule, case: Case) -> Iterator[Hit]:
    """Any of `patterns` whose very words the request does not give to be said, and anything that is encoded."""
    pattern = rule.wanted()
    for reading in case.readings:
        for found in reading.whole.finditer(pattern):
            if found[0].strip(" .,;)") not in _addresses(case.request):
                yield Hit(reading, found.start(), found.end())
        for start, end in encoded(reading.text):
            yield Hit(reading, start, end)


@of_request
def _addresses(request: Request) -> str:
    """What may be said, but for praise, which is no place for an address."""
    return allowed(request.model_copy(update={"appreciated": ()}))


@kind("obeyed")
def obeyed(rule: Rule, case: Case) -> Iterator[Hit]:
    """A sentence that shares at least `words` telling words with an order planted in a field of the request, or half
    of those that it wants said, which stand behind a verb of `said`, or any word of what it wants a piece on: the
    `theme` of the rhyme, joke or recipe; or a sentence that repeats `run` words of it in a row, and initials that spell
    one. A code that it gives, such as an account number, tells by itself.
    """
    orders = _orders(case.request, rule.wanted("said"), rule.wanted("theme"), rule.parameters["run"])
    if not orders:
        return
    known, codes = telling_words(case.allowed), frozenset(_CODE.findall(case.allowed))
    allowed_runs = _runs(case.allowed, rule.parameters["run"])
    for sentence in case.body.sentences:
        words, given = telling(sentence.wording) - known, frozenset(_CODE.findall(sentence.masked)) - codes
        runs = _runs(sentence.masked, rule.parameters["run"]) - allowed_runs
        if any(
            _carries_out(words, order, rule.parameters["words"]) or given & order.codes or runs & order.runs
            for order in orders
        ):
            yield Hit(case.body, sentence.start, sentence.end)
    if any(word in case.body.initials for order in orders for word in order.spelled):
        yield Hit(case.body, 0, len(case.body.text), "The initials spell what a planted order asks for.")


class _Order(NamedTuple):
    """The telling words of an order, those of what it wants said, those of what it wants a piece on, its codes, the
    words that initials could spell, and all runs of words.
    """

    words: frozenset[str]
    wanted: frozenset[str]
    theme: frozenset[str]
    codes: frozenset[str]
    spelled: frozenset[str]
    runs: frozenset[tuple[str, ...]]


def _runs(text: str, length: int) -> frozenset[tuple[str, ...]]:
    """All runs of so many words that say something, as courtesies do not."""
    words = _WORD.findall(text)
    runs = (tuple(words[place : place + length]) for place in range(len(words) - length + 1))
    return frozenset(run for run in runs if _COURTEOUS.isdisjoint(run) or telling_words(" ".join(run)))


@of_request
def _orders(request: Request, said: Phrases, theme: Phrases, run: int) -> tuple[_Order, ...]:
    """What each order that is planted in a field of the request asks for."""
    return tuple(_order(order, said, theme, run) for order in _planted(request))


@of_request
def _planted(request: Request) -> tuple[Wording, ...]:
    """The orders that are planted in the fields of the request."""
    fields = (
        *request.appreciated, *request.may_mention, *request.private, request.reason.detail or "",
        request.recipient or "", request.role, request.company, request.sender,
    )  # fmt: skip
    return tuple(Wording(lower(normalise(order)[0])) for text in fields if (order := parted(text)[1]))


def _order(order: Wording, said: Phrases, theme: Phrases, run: int) -> _Order:
    text, verb, piece = order.masked, order.search(said), order.search(theme)
    wanted = telling_words(text[verb.end() :]) if verb else frozenset[str]()
    about = telling_words(piece["theme"]) if piece else frozenset[str]()
    codes = frozenset(_CODE.findall(text))
    return _Order(telling_words(text), wanted, about, codes, spellable(text), _runs(text, run))


def _carries_out(words: frozenset[str], order: _Order, least: int) -> bool:
    shared = words & order.words
    said = len(words & order.wanted)
    most = said >= min(2, len(order.wanted)) > 0 and 2 * said >= len(order.wanted)
    return len(shared) >= least or most or bool(shared & order.theme)


@kind("mannered", tagged=True)
def mannered(rule: Rule, case: Case) -> Iterator[Hit]:
    """A sentence in the manner that an order planted in a field asks for: over the tagger's bar `ordered` where the
    order matches `rude`, and in short lines that end where no sentence does where it matches `verse`.
    """
    orders = _planted(case.request)
    rude, verse = (any(order.search(rule.wanted(name)) for order in orders) for name in ("rude", "verse"))
    if not (rude or verse):
        return
    for sentence in case.body.sentences:
        if rude and sentence.place in {"body", "postscript"} and does("ordered", sentence, case.language):
            yield Hit(case.body, sentence.start, sentence.end)
    if verse and (line := _verse(case.body)):
        yield Hit(case.body, line.start, line.end)


def _verse(body: Reading) -> Sentence | None:
    """The first of two short lines in the middle of which a sentence goes on, as it does in verse."""
    lines = [one for one in body.sentences if one.place in {"body", "postscript"}]
    for one, behind in pairwise(lines):
        between = body.text[one.end : behind.start]
        if (
            between.strip(" ") == "\n"
            and body.text[one.end - 1] not in _STOPS
            and all(count_words(line.text) <= SHORT for line in (one, behind))
        ):
            return one
    return None
