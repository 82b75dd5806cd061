"""What a sentence says by its words alone, worked out once however often it is met.

The same sentence stands in many drafts: a revision leaves most of a letter as it was, a phrasebook has so many
sentences, and a run is scored more than once. With the names blanked out, what the rules see in a sentence depends on
nothing but its words; so it is kept for the sentences that were read last, and for each of them only what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache, wraps
from operator import attrgetter
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from drafter.guardrails.phrases import Called, Phrases, called_by, made

P = ParamSpec("P")
T = TypeVar("T")

MOST_KEPT = 4_096
"""Sentences that are kept: some 60 MB of them."""

_KEY = attrgetter("key")

LONGEST_KEPT = 400
"""Characters of a sentence that is kept; hardly anybody writes a longer one, let alone twice."""


class Wording:
    """A text in lower case with its names blanked out, and what phrases and `kept` functions have seen in it."""

    __slots__ = ("_found", "called", "kept", "masked")

    def __init__(self, masked: str, called: Called | None = None) -> None:
        self.masked = masked
        self.called = called_by(masked) if called is None else called
        self.kept: dict[Hashable, Any] = {}
        self._found: dict[Phrases, re.Match[str] | None] = {}

    def calls(self, phrases: Phrases) -> bool:
        """Whether phrases may have a match, going by the words alone."""
        called = self.called
        if phrases.key >= called.known:
            self.called = called = called_by(self.masked)
        return phrases in called

    def called_among(self, group: Mapping[Phrases, T]) -> list[T]:
        """What stands in a group for the phrases that may have a match."""
        called = self.called
        if called.known < made():
            self.called = called = called_by(self.masked)
        return [group[phrases] for phrases in sorted(called.keys() & group.keys(), key=_KEY)]

    def search(self, phrases: Phrases) -> re.Match[str] | None:
        """The first match of phrases."""
        if not self.calls(phrases):
            return None
        if phrases not in self._found:
            self._found[phrases] = phrases.search(self.masked, self.called)
        return self._found[phrases]

    def finditer(self, phrases: Phrases) -> tuple[re.Match[str], ...]:
        """All matches of phrases."""
        return _all_matches(self, phrases) if self.search(phrases) else ()


def kept(function: Callable[Concatenate[Wording, P], T]) -> Callable[Concatenate[Wording, P], T]:
    """Makes a function of a wording, and of what else can be hashed, one that is worked out once for each wording."""

    @wraps(function)
    def known(wording: Wording, *args: Any) -> T:
        key = (function, *args)
        if key not in wording.kept:
            wording.kept[key] = function(wording, *args)  # type: ignore[call-arg]
        found: T = wording.kept[key]
        return found

    return cast("Callable[Concatenate[Wording, P], T]", known)


@kept
def _all_matches(wording: Wording, phrases: Phrases) -> tuple[re.Match[str], ...]:
    return tuple(phrases.finditer(wording.masked, wording.called))


def worded(masked: str) -> Wording:
    """The wording of a text in lower case with its names blanked out."""
    return _worded(masked) if len(masked) <= LONGEST_KEPT else Wording(masked)


_worded = lru_cache(maxsize=MOST_KEPT)(Wording)
