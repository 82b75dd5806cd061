"""Marks: what the patterns of the packs see in a sentence, of its moves, its reasons and its topics.

A mark alone decides nothing: the tagger weighs it with the words around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from drafter.content import list_files, read_toml
from drafter.disclosure import telling_words
from drafter.guardrails.kinds import compiled
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.reading import BLANKED
from drafter.guardrails.topics import found_in
from drafter.guardrails.wording import Wording, kept

MOST_TELLING = 6
"""Telling words of a sentence that are counted: what has more of them tells something for certain."""


class ReasonWords(NamedTuple):
    """How a reason of one kind is told, and the true kinds that it may stand for."""

    pattern: Phrases
    told_for: frozenset[str]


@cache
def reason_words(language: str) -> dict[str, ReasonWords]:
    """The contract's kinds of reason, and those that a language adds, with its patterns for them (reasons.toml)."""
    tables = dict(read_toml("guardrails/any/reasons.toml"))
    path = f"guardrails/{language}/reasons.toml"
    if path in list_files(f"guardrails/{language}", ".toml"):
        tables = {name: {**tables.get(name, {}), **table} for name, table in {**tables, **read_toml(path)}.items()}
    return {
        name: ReasonWords(compiled(table.get("patterns", ())), frozenset(table["told_for"]))
        for name, table in tables.items()
    }


def marks(said: Wording, moves: frozenset[str], language: str) -> Iterator[str]:
    """The marks of a sentence, as the tagger's features have them: "m:thank", "r:staying", "t:health"; and "n:3" where
    it has three telling words or more, of which courtesies have few.
    """
    yield from (f"m:{move}" for move in moves)
    yield from (f"r:{name}" for name, words in said.called_among(_reasons(language)) if said.search(words))
    yield from (f"t:{topic.name}" for topic in found_in(said, language))
    yield from (f"n:{count}" for count in range(1, min(len(telling(said)), MOST_TELLING) + 1))


@kept
def telling(said: Wording) -> frozenset[str]:
    """The telling words of a sentence but for names."""
    return telling_words(BLANKED.sub(" ", said.masked))


@cache
def _reasons(language: str) -> Mapping[Phrases, tuple[str, Phrases]]:
    return {entry.pattern: (name, entry.pattern) for name, entry in reason_words(language).items()}
