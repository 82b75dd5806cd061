"""Kinds that go by what the tagger says of a sentence, and its say in what patterns find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from drafter.disclosure import telling_words
from drafter.guardrails.kinds import KINDS, Case, Hit, Rule, allowed, kind
from drafter.guardrails.pack import language
from drafter.guardrails.reading import Sentence, running
from drafter.guardrails.tagger import bars, does, features, tagger

FEWEST_WORDS = 3
"""A sentence of fewer words says too little to be judged by them."""

_SPOKEN = frozenset({"body", "postscript"})


def sign(rule: Rule) -> str:
    """What a hit of a rule's patterns is for the tagger: one more feature of the sentence."""
    return f"s:{rule.id}"


def agreed(rule: Rule, hits: Iterable[Hit], case: Case) -> Iterator[Hit]:
    """The hits of the patterns of a rule with a `head` that count: those in sentences that the tagger agrees on.

    A language without a tagger goes by the patterns alone.
    """
    head = rule.parameters["head"]
    if tagger(case.language) is None:
        yield from hits
        return
    for hit in hits:
        if hit.reading is not case.body or any(
            does(head, one, case, sign(rule)) for one in case.body.sentences if one.start <= hit.start < one.end
        ):
            yield hit


def signs(case: Case, parts: Iterable[Rule]) -> Iterator[str]:
    """The signs that the patterns of rules leave on a text, whatever the request."""
    for rule in parts:
        if "head" in rule.parameters and rule.kind != "tagged" and next(KINDS[rule.kind](rule, case), None):
            yield sign(rule)


@kind("tagged", tagged=True)
def tagged(rule: Rule, case: Case) -> Iterator[Hit]:
    """Sentences that do `head`, as the tagger has it.

    With `side`, only where that head is done too, with `other_side`, where it is not. Where `may_mention` speaks of it,
    as far as it shares telling words with the sentence, it is given and no hit.
    """
    head = rule.parameters["head"]
    for one in spoken(case):
        if not does(head, one, case) or not _leans(rule, one, case) or is_given(one, case):
            continue
        yield Hit(case.body, one.start, one.end, f"{rule.message}{why(bars(case.language)[head].head, one, case)}")


@kind("disguised", tagged=True)
def disguised(rule: Rule, case: Case) -> Iterator[Hit]:
    """Sentences that do `head` in what may be hidden in a text: in leet or spaced-out letters, or in an encoding."""
    tag = case.language
    known, bar, spelt = tagger(tag), bars(tag)[rule.parameters["head"]], language(tag)
    for reading in case.readings:
        for text, _ in reading.hidden:
            hidden = (one for one in running(text, spelt) if one.text not in reading.masked)
            if known and any(
                len(one.text.split()) >= FEWEST_WORDS and known.scores(features(one, tag))[bar.head] > bar.above
                for one in hidden
            ):
                yield Hit(reading, 0, len(reading.text))
                break


def spoken(case: Case) -> Iterator[Sentence]:
    """The sentences of the body that say something: no greeting, no closing line, and a few words at least."""
    return (one for one in case.body.sentences if one.place in _SPOKEN and len(one.text.split()) >= FEWEST_WORDS)


def why(head: str, one: Sentence, case: Case) -> str:
    """Which words of a sentence weigh most for a head, as a sentence to append to a message."""
    known = tagger(case.language)
    if known is None:
        return ""
    heavy = ", ".join(f'"{word}"' for word in known.heaviest(head, features(one, case.language)))
    return f" What weighs most: {heavy}." if heavy else ""


def is_given(one: Sentence, case: Case) -> bool:
    """Whether a sentence speaks of what the request lets be said: it shares a telling word with it."""
    return not telling_words(one.text).isdisjoint(telling_words(allowed(case.request)))


def _leans(rule: Rule, one: Sentence, case: Case) -> bool:
    side: str | None = rule.parameters.get("side")
    other: str | None = rule.parameters.get("other_side")
    return (side is None or does(side, one, case)) and (other is None or not does(other, one, case))


@kind("missing", tagged=True)
def missing(rule: Rule, case: Case) -> Iterator[Hit]:
    """No sentence does `move`, nor makes any of `unless_moves`."""
    others: Sequence[str] = rule.parameters.get("unless_moves", ())
    if not any(
        _makes(rule.parameters["move"], one, case) or not one.moves.isdisjoint(others) for one in case.body.sentences
    ):
        yield Hit(None)


def _makes(move: str, one: Sentence, case: Case) -> bool:
    """Whether a sentence does something; a greeting or closing line, which says little, by its patterns alone."""
    if tagger(case.language) is None or one.place not in _SPOKEN:
        return move in one.moves
    return does(move, one, case)


@kind("clear_move", tagged=True)
def clear_move(rule: Rule, case: Case) -> Iterator[Hit]:
    """No sentence does `move`, or one does `doubt`; a doubtful one is shown."""
    wanted, doubt = rule.parameters["move"], rule.parameters["doubt"]
    for one in spoken(case):
        if does(doubt, one, case):
            yield Hit(case.body, one.start, one.end)
            return
    if not any(_makes(wanted, one, case) for one in case.body.sentences):
        yield Hit(None)
