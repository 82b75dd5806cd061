"""Phrases: patterns of the packs, each tried only on a text that has all that it can't do without (`needs`).

A pack holds thousands of patterns, and a draft meets few of them. Which ones is looked up by its words and by pairs of
neighbours, once for a text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, reduce
from itertools import pairwise
from operator import or_
from threading import Lock
from typing import NamedTuple

from drafter.guardrails.needs import DIGIT, TOKEN, Clause, Piece, alternatives, needs


class Phrases:
    """Any of several patterns, for lower-case text; alike in what it finds to their alternation.

    `called` is what the words of the text call for (`called_by`), where the caller knows it already.
    """

    def __init__(self, patterns: Sequence[str], flags: int = 0) -> None:
        self._patterns, self._flags = tuple(patterns), flags
        with _lookup.lock:
            first = len(_lookup.alternatives)
            for pattern in patterns:
                for one in alternatives(pattern):
                    _lookup.add(self, one, flags)
            self.numbers = frozenset(range(first, len(_lookup.alternatives)))
            self.key = _lookup.renewed()

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """All patterns as one."""
        return re.compile("|".join(f"(?:{pattern})" for pattern in self._patterns), self._flags)

    def search(self, text: str, called: Called | None = None) -> re.Match[str] | None:
        """The first match in a text."""
        tried = self._tried(text, called)
        return _first(tried, text, 0) if tried else None

    def finditer(self, text: str, called: Called | None = None) -> Iterator[re.Match[str]]:
        """All matches in a text, none within another."""
        tried = self._tried(text, called)
        return _all(tried, text) if tried else iter(())

    def _tried(self, text: str, called: Called | None) -> Sequence[re.Pattern[str]]:
        # Phrases that were made after a text was read are not among those that its words were looked up for.
        if called is None or self.key >= called.known:
            called = _remembered(text, _lookup.phrases)
        return [one.compiled for one in called[self]] if self in called else ()

    def match(self, text: str) -> re.Match[str] | None:
        """A match at the start of a text."""
        return self.whole.match(text)


def _first(patterns: Sequence[re.Pattern[str]], text: str, start: int) -> re.Match[str] | None:
    """The match that begins first; of those that begin at one place, the one whose pattern is listed first."""
    if len(patterns) == 1:
        return patterns[0].search(text, start)
    best: re.Match[str] | None = None
    for pattern in patterns:
        found = pattern.search(text, start)
        if found and (best is None or found.start() < best.start()):
            best = found
    return best


def _all(patterns: Sequence[re.Pattern[str]], text: str) -> Iterator[re.Match[str]]:
    # Each pattern's next match is kept until another one overlaps it, so that none is looked for twice.
    waiting = [(found, pattern) for pattern in patterns if (found := pattern.search(text))]
    while waiting:
        first = min(waiting, key=lambda one: one[0].start())[0]
        yield first
        start = first.end() + (first.end() == first.start())
        waiting = [
            (found, pattern)
            for last, pattern in waiting
            if (found := last if last.start() >= start else pattern.search(text, start))
        ]


class _Alternative:
    """One of the patterns that phrases are made of, compiled when it is first tried. `further` has a bit for each
    clause that a text must meet, but for the first, which calls for it.
    """

    def __init__(self, phrases: Phrases, pattern: str, flags: int, bits: Sequence[int]) -> None:
        self.phrases, self.pattern, self.flags = phrases, pattern, flags
        self.further = sum(bits[1:])

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)


class Called(dict["Phrases", "Sequence[_Alternative]"]):
    """What the words of a text call for: phrases, each with those of its alternatives that are left. Only phrases with
    a key below `known` had been made.

    `meets` are the clauses that the text meets, as bits; `numbers` the alternatives whose first clause is among them;
    `edges` its first and last word.
    """

    def __init__(self, meets: int, numbers: frozenset[int], known: int, edges: tuple[str, str]) -> None:
        super().__init__()
        self.meets, self.numbers, self.known, self.edges = meets, numbers, known, edges
        for one in self.met(numbers):
            self[one.phrases] = [*self.get(one.phrases, ()), one]

    def met(self, numbers: Iterable[int]) -> list[_Alternative]:
        """Those of some alternatives whose clauses the text meets all."""
        lacks, known = ~self.meets, _lookup.alternatives
        return [one for number in sorted(numbers) if not (one := known[number]).further & lacks]


class Joined(Called):
    """What a text calls for that is put together of others; few phrases are asked for in it, so none is looked up
    before.
    """

    def __init__(self, meets: int, numbers: frozenset[int], known: int) -> None:
        super().__init__(meets, frozenset(), known, ("", ""))
        self.numbers = numbers

    def __contains__(self, phrases: object) -> bool:
        return isinstance(phrases, Phrases) and bool(self[phrases])

    def __missing__(self, phrases: Phrases) -> Sequence[_Alternative]:
        found = self[phrases] = self.met(self.numbers & phrases.numbers)
        return found


def called_by(text: str) -> Called:
    """The phrases that a lower-case text may match, going by its words."""
    known, words = _lookup.phrases, TOKEN.findall(text)
    rows = _lookup.rows(words)
    meets = reduce(or_, [row.meets for row in rows], 0)
    numbers = _lookup.always.union(*[row.calls for row in rows])
    return Called(meets, numbers, known, (words[0], words[-1]) if words else ("", ""))


def joined(parts: Sequence[Called]) -> Called:
    """The same for a text of several parts, none of which ends within a word."""
    edges = [part.edges for part in parts if part.edges[0]]
    pairs = _lookup.pairs((one[1], other[0]) for one, other in pairwise(edges))
    meets = reduce(or_, [part.meets for part in parts] + [row.meets for row in pairs], 0)
    numbers = _lookup.always.union(*[part.numbers for part in parts], *[row.calls for row in pairs])
    return Joined(meets, numbers, min((part.known for part in parts), default=_lookup.phrases))


@lru_cache(maxsize=16)
def _remembered(text: str, _phrases: int) -> Called:
    """`called_by`, for a text that many phrases are looked for in one after the other, while there are no new ones."""
    return called_by(text)


def made() -> int:
    """How many phrases have been made."""
    return _lookup.phrases


def made_patterns() -> set[str]:
    """Every pattern that phrases have been made of."""
    return {one.pattern for one in _lookup.alternatives}


class _Row(NamedTuple):
    """What is looked up by a word, or by two side by side: the clauses that it meets, as bits, and the alternatives
    (by number) whose most telling clause is among them.
    """

    meets: int
    calls: frozenset[int]


_NOTHING = _Row(0, frozenset())
_LONGEST = 64
"""Letters of a word that is looked up as a whole; what is longer is no word, and is looked up in pieces."""
_MOST_WORDS = 20_000
"""Words that are remembered at most."""


class _Words(dict[str, _Row]):
    """The rows of words, each made when it is first asked for: of all the pieces that stand in the word."""

    def __init__(self, pieces: Mapping[str, list[tuple[Piece, Clause]]], row: Callable[[Iterable[Clause]], _Row]):
        super().__init__()
        self._pieces, self._row = pieces, row

    def __missing__(self, word: str) -> _Row:
        row = self[word] = self._row(self._met(word))
        return row

    def _met(self, word: str) -> Iterator[Clause]:
        if len(word) > _LONGEST:
            for start in range(0, len(word), _LONGEST // 2):
                yield from self._met(word[start : start + _LONGEST])
            return
        if word.isdecimal():
            yield from (clause for _, clause in self._pieces.get(DIGIT, ()))
        for start in range(len(word)):
            for end in range(start + 1, len(word) + 1):
                for piece, clause in self._pieces.get(word[start:end], ()):
                    if (start == 0 or not piece.begins) and (end == len(word) or not piece.ends):
                        yield clause


class _Lookup:
    """All alternatives of all phrases, and what finds them by the words of a text."""

    def __init__(self) -> None:
        self.alternatives: list[_Alternative] = []
        self.always: frozenset[int] = frozenset()
        self.phrases = 0
        self.lock = Lock()
        """Held by whoever adds something; readers need none."""
        self._bits: dict[Clause, int] = {}
        self._callers: defaultdict[Clause, set[int]] = defaultdict(set)
        self._pieces: defaultdict[str, list[tuple[Piece, Clause]]] = defaultdict(list)
        self._pairs: dict[tuple[str, str], _Row] = {}
        self._words = _Words(self._pieces, self._row)

    def rows(self, words: Sequence[str]) -> list[_Row]:
        """The rows of the words of a text, and of those of its pairs of neighbours that any pattern asks for."""
        if len(self._words) > _MOST_WORDS:
            self._words = _Words(self._pieces, self._row)
        return [*map(self._words.__getitem__, set(words)), *self.pairs(pairwise(words))]

    def pairs(self, neighbours: Iterable[tuple[str, str]]) -> list[_Row]:
        """The rows of those pairs of neighbours that any pattern asks for."""
        return [*filter(None, map(self._pairs.get, neighbours))]

    def add(self, phrases: Phrases, pattern: str, flags: int) -> None:
        """Makes one of the patterns of phrases known."""
        clauses, number = needs(pattern), len(self.alternatives)
        for clause in clauses:
            if clause not in self._bits:
                self._meet(clause)
        self.alternatives.append(_Alternative(phrases, pattern, flags, [self._bits[clause] for clause in clauses]))
        if not clauses:
            self.always |= {number}
            return
        self._callers[clauses[0]].add(number)
        for pair in (piece for piece in clauses[0] if piece.after):
            known = self._pairs[pair.after, pair.letters]
            self._pairs[pair.after, pair.letters] = _Row(known.meets, known.calls | {number})

    def _meet(self, clause: Clause) -> None:
        """Makes known what meets a clause."""
        self._bits[clause] = bit = 1 << len(self._bits)
        for piece in clause:
            if piece.after:
                known = self._pairs.get((piece.after, piece.letters), _NOTHING)
                self._pairs[piece.after, piece.letters] = _Row(known.meets | bit, known.calls)
            else:
                self._pieces[piece.letters].append((piece, clause))

    def _row(self, clauses: Iterable[Clause]) -> _Row:
        met = set(clauses)
        calls = frozenset[int]().union(*(self._callers[clause] for clause in met if clause in self._callers))
        return _Row(reduce(or_, (self._bits[clause] for clause in met), 0), calls)

    def renewed(self) -> int:
        """Forgets the words that were looked up before something was added; the key of the phrases that did it."""
        self._words = _Words(self._pieces, self._row)
        self.phrases += 1
        return self.phrases - 1


_lookup = _Lookup()
