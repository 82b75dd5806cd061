"""Kinds for length and repetition (`brevity/...`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from drafter.disclosure import telling_words
from drafter.guardrails.kinds import Case, Hit, Rule, kind
from drafter.guardrails.plain import words_of
from drafter.guardrails.reading import Sentence
from drafter.guardrails.tagger import does
from drafter.guardrails.wording import Wording, kept
from drafter.guide import word_limit

_LOOP_WORDS = 8  # the longest phrase that is looked for again and again
_GENITIVE = re.compile(r"'s\b")
_SIGN = re.compile(r"[^\w ]|_")
_BACK = 40  # sentences that one is compared with; no letter within its limit has more


@kind("limit")
def limit(_: Rule, case: Case) -> Iterator[Hit]:
    """More words in the body, greeting and sign-off included, than the person's own limit or the channel's."""
    most, words = word_limit(case.request), case.body.words
    if words > most:
        yield Hit(
            None,
            message=f"The body has {words} words; the limit is {most}.",
            advice=f"Cut at least {words - most} words: what is said twice first, then what is not needed.",
        )


@kind("twice")
def twice(rule: Rule, case: Case) -> Iterator[Hit]:
    """A sentence that says again, in nearly the same words, what another one said.

    `shared` is the part of the shorter one's telling words that both have. A short thanks may stand at both ends.
    """
    said: list[tuple[str, frozenset[str]]] = []
    for sentence in _told(case):
        plain, words = _plain(sentence.wording), _telling(sentence.wording)
        short_thanks = "thank" in sentence.moves and len(plain.split()) <= 3
        for index, (before, known) in enumerate(said[-_BACK:], start=max(0, len(said) - _BACK)):
            shorter = min(len(words), len(known))
            alike = shorter >= 3 and len(words & known) >= rule.parameters["shared"] * shorter
            same = plain == before and len(plain) >= 8 and not (short_thanks and index < len(said) - 1)
            if alike or same:
                yield Hit(case.body, sentence.start, sentence.end)
                break
        said.append((plain, words))


def _told(case: Case) -> list[Sentence]:
    return [sentence for sentence in case.body.sentences if sentence.place == "body"]


@kept
def _plain(said: Wording) -> str:
    return _SIGN.sub("", said.masked).strip()


@kept
def _telling(said: Wording) -> frozenset[str]:
    return telling_words(said.masked)


@kind("loop")
def loop(rule: Rule, case: Case) -> Iterator[Hit]:
    """A phrase that is said `most` times or more in a row, or a single word two times more than that."""
    for sentence in case.body.sentences:
        if _loops(sentence.wording, rule.parameters["most"]):
            yield Hit(case.body, sentence.start, sentence.end)


@kept
def _loops(said: Wording, most: int) -> bool:
    words = words_of(said.masked)
    again = len(words) - len(set(words))
    for size in range(1, _LOOP_WORDS + 1):
        times = most + 2 * (size == 1)
        if again >= size * (times - 1) and _runs(words, size, times):
            return True
    return False


def _runs(words: list[str], size: int, times: int) -> bool:
    """Whether `size` words stand `times` times in a row: then so many words equal the one `size` places before."""
    row = 0
    for index in range(size, len(words)):
        row = row + 1 if words[index] == words[index - size] else 0
        if row >= size * (times - 1):
            return True
    return False


@kind("again")
def again(rule: Rule, case: Case) -> Iterator[Hit]:
    """More than `most` sentences that say one thing: the first one too many.

    They say it when they make the move `move`, where one is named, hold any of `patterns`, or are over the tagger's bar
    `does`. Sentences with any of `unless`, and those that make a move of `alone`, which say something else besides, do
    not count.
    """
    wanted, unless = rule.phrases("patterns"), rule.phrases("unless")
    others = set(rule.parameters.get("alone", ()))
    move, bar = rule.parameters.get("move"), rule.parameters.get("does")
    if wanted and not case.body.calls(wanted):
        wanted = None
    if not (move or wanted or bar):
        return
    made = [
        one
        for one in _told(case)
        if (move in one.moves or (wanted and one.wording.search(wanted)) or (bar and does(bar, one, case.language)))
        and not one.moves & others
        and not (unless and one.wording.search(unless))
    ]
    if len(made) > rule.parameters["most"]:
        extra = made[rule.parameters["most"]]
        yield Hit(case.body, extra.start, extra.end)


@kind("echo")
def echo(rule: Rule, case: Case) -> Iterator[Hit]:
    """A sentence that says what another said in words that mean the same, by the lists of `means`.

    Two sentences side by side that make one move need `near` meanings in common, any others `far`; and both have most
    of their meanings in common. Thanks may stand at both ends.
    """
    far, near, shared = (rule.parameters[name] for name in ("far", "near", "shared"))
    told = [(one, _meant(one.wording, rule)) for one in _told(case)]
    for index, (one, meant) in enumerate(told):
        for place, (other, known) in enumerate(told[max(0, index - _BACK) : index], start=max(0, index - _BACK)):
            common = len(meant & known)
            if common < min(near, far) or common < shared * len(meant | known):
                continue
            moves = one.moves & other.moves
            beside = place == index - 1
            if "thank" in moves and not beside:
                continue
            if common >= (near if beside and moves else far):
                yield Hit(case.body, one.start, one.end)
                break


@lru_cache(maxsize=4)
def _meanings(rule: Rule) -> Mapping[str, str]:
    return {word: meaning for meaning, listed in sorted(rule.parameters["means"].items()) for word in listed.split()}


@kept
def _meant(said: Wording, rule: Rule) -> frozenset[str]:
    """What a sentence speaks of: the meanings of its words, and those telling words that no list has."""
    table, plain = _meanings(rule), _GENITIVE.sub("", said.masked)
    words = words_of(plain)
    return frozenset(table[word] for word in words if word in table) | {
        word for word in telling_words(plain) if word not in table
    }
