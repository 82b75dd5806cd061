"""What a text brings up, by topic, and which topics a request opens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from drafter.content import list_files, read_toml
from drafter.guardrails.asked import of_request
from drafter.guardrails.kinds import allowed, compiled
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.plain import lower, normalise
from drafter.guardrails.wording import Wording, kept, worded
from drafter.names import parted
from drafter.request import Request, Share

_ONES_OWN = re.compile(r"\b(?:i'm|i am|my|our|we're|we are|me)\b")


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """A topic of topics.toml: how it is brought up, and by which reasons it is opened."""

    name: str
    said: str
    sensitive: bool
    kinds: frozenset[str]
    general: frozenset[str]
    trade: frozenset[str]
    signs: frozenset[str]
    own: Phrases | None
    words: Phrases
    unless: Phrases | None
    theirs: Phrases

    def found(self, said: Wording, *, own_only: bool = False) -> tuple[int, int] | None:
        """Where a text brings the topic up; with `own_only`, as the sender's own affair."""
        return _found(said, self, own_only) if said.calls(self.words) else None


@kept
def _found(said: Wording, topic: Topic, own_only: bool) -> tuple[int, int] | None:
    if own_only and not topic.own and not _ONES_OWN.search(said.masked):
        return None
    for match in said.finditer((topic.own or topic.words) if own_only else topic.words):
        harmless = (topic.unless, topic.theirs)
        if not any(_overlap(match, other) for one in harmless if one for other in said.finditer(one)):
            return match.span()
    return None


@lru_cache(maxsize=20_000)
def of_word(word: str, language: str) -> frozenset[str]:
    """The names of the topics that a word by itself brings up."""
    return frozenset(one.name for one in found_in(Wording(word), language))


def found_in(said: Wording, language: str) -> list[Topic]:
    """The topics that a text brings up."""
    return [one for one in said.called_among(by_words(language)) if one.found(said)]


@cache
def by_words(language: str) -> Mapping[Phrases, Topic]:
    """The topics of a language by their words."""
    return {one.words: one for one in topics(language)}


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


NAMED_IN = "guardrails/en/topics.toml"
"""Where the topics have their names, and the reasons that open them."""


def _without_words(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name not in {"own", "words", "unless", "trade", "signs"}}


@cache
def topics(language: str) -> tuple[Topic, ...]:
    """All topics, with the words that a language has for them; one that has none is left to the tagger."""
    path = f"guardrails/{language}/topics.toml"
    if path in list_files(f"guardrails/{language}", ".toml"):
        tables = dict(read_toml(path))
    else:
        known = {name: table for name, table in read_toml(NAMED_IN).items() if name != "theirs"}
        tables = {name: {**_without_words(table), "words": ()} for name, table in known.items()} | {"theirs": ()}
    theirs = compiled(tables.pop("theirs"))
    return tuple(
        Topic(
            theirs=theirs,
            name=name,
            said=table["said"],
            sensitive=table["sensitive"],
            kinds=frozenset(table.get("kinds", ())),
            general=frozenset(table.get("general", ())),
            trade=frozenset(str(table.get("trade", "")).split()),
            signs=frozenset(table.get("signs", "")) - {"\u200d"},
            own=compiled(table["own"]) if "own" in table else None,
            words=compiled([*table.get("own", ()), *table["words"]]),
            unless=compiled(table["unless"]) if "unless" in table else None,
        )
        for name, table in tables.items()
    )


@of_request
def opened(request: Request) -> frozenset[str]:
    """The topics that the request opens: its shared detail, `may_mention` and `appreciated` speak of them, or the kind
    of reason that may be told is one of theirs.
    """
    reason = request.reason
    return frozenset(
        topic.name
        for topic in topics(request.primary_language)
        if topic.found(worded(allowed(request)))
        or (reason.shared_detail and reason.kind in topic.kinds)
        or (reason.share is not Share.NOTHING and reason.kind in topic.general)
    )


@of_request
def of_names(request: Request) -> frozenset[str]:
    """The topics that are the trade of the company or the role, as their names have it."""
    said = lower(normalise(" . ".join(parted(name)[0] for name in (request.company, request.role)))[0])
    words = set(re.findall(r"\w+", said))
    return frozenset(
        topic.name for topic in topics(request.primary_language) if topic.trade & words or topic.found(worded(said))
    )
