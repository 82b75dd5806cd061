"""Kinds for length and repetition."""

from __future__ import annotations

from collections.abc import Iterator

from drafter.disclosure import telling_words
from drafter.guardrails.kinds import Case, Hit, Rule, kind
from drafter.guardrails.reading import Sentence
from drafter.guide import word_limit


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

    `shared` is the part of the shorter one's telling words that both have.
    """
    said: list[tuple[str, frozenset[str]]] = []
    for sentence in case.body.sentences:
        if sentence.place != "body":
            continue
        plain, words = _plain(sentence), telling_words(sentence.masked)
        for before, known in said:
            shorter = min(len(words), len(known))
            alike = shorter >= 3 and len(words & known) >= rule.parameters["shared"] * shorter
            if alike or (plain == before and len(plain.split()) > 1):
                yield Hit(case.body, sentence.start, sentence.end)
                break
        said.append((plain, words))


def _plain(sentence: Sentence) -> str:
    return "".join(letter for letter in sentence.masked if letter.isalnum() or letter == " ").strip()


@kind("again")
def again(rule: Rule, case: Case) -> Iterator[Hit]:
    """The move `move` made in more than `most` sentences: the first one too many. `alone` counts only sentences that
    make none of the moves that it lists besides.
    """
    made = [
        sentence
        for sentence in case.body.sentences
        if rule.parameters["move"] in sentence.moves
        and sentence.place == "body"
        and not sentence.moves & set(rule.parameters.get("alone", ()))
    ]
    if len(made) > rule.parameters["most"]:
        extra = made[rule.parameters["most"]]
        yield Hit(case.body, extra.start, extra.end)
