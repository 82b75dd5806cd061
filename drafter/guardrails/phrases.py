r"""Phrases: patterns of the packs, each tried only on a text that has the words which it can't do without.

A pack holds hundreds of patterns, and a draft meets few of them. Every pattern needs some word, or part of one, from a
set that can be read off its syntax tree: `\b(?:un)?fair(?:ly)? (?:pay|wage)` can't match where no word begins with
"pay" or "wage". What the words of a text call for is looked up by word, so that the rest is never tried.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from re import _constants as ops  # type: ignore[attr-defined]  # no public name, the same since Python 3.11
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from drafter.content import list_files, read_text, read_toml

WORD = re.compile(r"[^\W\d_]+")
"""What counts as one word here: a run of letters."""
_SIGN = re.compile(r"[^\w\s.,'-]")
"""A sign that is rare enough in letters to be looked up as a word is."""


class Piece(NamedTuple):
    """A run of letters that a pattern needs, and whether a word has to begin and to end with it."""

    letters: str
    begins: bool
    ends: bool


class Called(NamedTuple):
    """What the words of a text call for: keys of phrases and of their patterns, out of the first `known` keys."""

    keys: frozenset[int]
    known: int


class Phrases:
    """Any of several patterns, for lower-case text; alike in what it finds to their alternation.

    `called` is what the words of the text call for (`called_by`), where the caller knows it already.
    """

    def __init__(self, patterns: Sequence[str], flags: int = 0) -> None:
        self._patterns, self._flags = tuple(patterns), flags
        self._key = _new_key()
        self._keys = tuple(map(_new_key, patterns))
        for key, pattern in zip(self._keys, patterns, strict=True):
            for piece in needs(pattern) or (_ANYTHING,):
                _callers[piece.letters].append((piece, frozenset((self._key, key))))
        _calls.cache_clear()

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """All patterns as one."""
        return re.compile("|".join(f"(?:{pattern})" for pattern in self._patterns), self._flags)

    @cached_property
    def _each(self) -> list[re.Pattern[str] | None]:
        return [None for _ in self._patterns]

    def is_called(self, called: Called) -> bool:
        """Whether a text may have a match, going by its words alone."""
        return self._key in called.keys or self._key >= called.known

    def search(self, text: str, called: Called | None = None) -> re.Match[str] | None:
        """The first match in a text."""
        return _first(self._tried(text, called), text, 0)

    def finditer(self, text: str, called: Called | None = None) -> Iterator[re.Match[str]]:
        """All matches in a text, none within another."""
        tried, start = self._tried(text, called), 0
        while tried and (found := _first(tried, text, start)):
            yield found
            start = found.end() + (found.end() == found.start())

    def _tried(self, text: str, called: Called | None) -> list[re.Pattern[str]]:
        # Phrases that were made after a text was read are not among those that its words were looked up for.
        known = called is not None and self._key < called.known
        keys = called.keys if called is not None and known else called_by(text).keys
        if self._key not in keys:
            return []
        return [self._compiled(index) for index, key in enumerate(self._keys) if key in keys]

    def _compiled(self, index: int) -> re.Pattern[str]:
        """One pattern, compiled when it is first called for: of a pack's hundreds, a draft calls for a few."""
        known = self._each[index]
        if known is None:
            known = self._each[index] = re.compile(self._patterns[index], self._flags)
        return known

    def match(self, text: str) -> re.Match[str] | None:
        """A match at the start of a text."""
        return self.whole.match(text)


def _first(patterns: list[re.Pattern[str]], text: str, start: int) -> re.Match[str] | None:
    """The match that begins first; of those that begin at one place, the one whose pattern is listed first."""
    best: re.Match[str] | None = None
    for pattern in patterns:
        found = pattern.search(text, start)
        if found and (best is None or found.start() < best.start()):
            best = found
    return best


_ANYTHING = Piece("", begins=False, ends=False)
_LONGEST = 64
"""Letters of a word that is looked up as a whole; what is longer is no word, and is not kept."""
_callers: defaultdict[str, list[tuple[Piece, frozenset[int]]]] = defaultdict(list)
_taken: list[str] = []


def _new_key(pattern: str = "") -> int:
    _taken.append(pattern)
    return len(_taken) - 1


def made_patterns() -> set[str]:
    """Every pattern that phrases have been made of."""
    return {pattern for pattern in _taken if pattern}


def called_by(text: str) -> Called:
    """The phrases, and their patterns, that a lower-case text may match."""
    words = {*WORD.findall(text), *_SIGN.findall(text)}
    return Called(_calls("").union(*map(_calls, words)), len(_taken))


@lru_cache(maxsize=20_000)
def _calls(word: str) -> frozenset[int]:
    """The keys that one word calls for: those whose needed piece stands in it."""
    if len(word) > _LONGEST:
        pieces = (word[start : start + _LONGEST] for start in range(0, len(word), _LONGEST // 2))
        return frozenset[int]().union(*map(_calls, pieces))
    found: set[int] = set()
    for start in range(len(word) + 1):
        for end in range(start, len(word) + 1):
            for piece, keys in _callers.get(word[start:end], ()):
                if (start == 0 or not piece.begins) and (end == len(word) or not piece.ends):
                    found |= keys
    return frozenset(found)


INDEX = "guardrails/index.json"
"""What each pattern of the packs needs, read off beforehand (`make index`), since that takes a second or two."""


def needs(pattern: str) -> frozenset[Piece] | None:
    """Pieces of which a text must hold at least one for a pattern to match; None where none can be read off.

    Raises re.error for a pattern that is broken.
    """
    known = _index().get(signature(pattern))
    if known is None:
        return read_off(pattern)
    return frozenset(map(_decoded, known)) or None


@lru_cache(maxsize=1)
def _index() -> dict[str, list[str]]:
    known: dict[str, list[str]] = json.loads(read_text(INDEX)) if INDEX in list_files("guardrails", ".json") else {}
    return known


def signature(pattern: str) -> str:
    """What the index knows a pattern by."""
    return sha256(pattern.encode()).hexdigest()[:16]


def encoded(pieces: Iterable[Piece]) -> list[str]:
    """Pieces as the index holds them: "^" for one that begins a word, "$" for one that ends it."""
    return sorted(f"{'^' * piece.begins}{piece.letters}{'$' * piece.ends}" for piece in pieces)


def _decoded(entry: str) -> Piece:
    begins, ends = entry.startswith("^"), entry.endswith("$")
    return Piece(entry[begins : len(entry) - ends], begins, ends)


def read_off(pattern: str) -> frozenset[Piece] | None:
    """What `needs` says, from the pattern's syntax tree."""
    return _needed(list(parser.parse(pattern)), apart=False)


_MOST = 2_000
"""Strings of which a stretch of a pattern may be one, at most, before it is cut in two."""
_EDGE = "\0"
"""Stands for a word boundary in the strings that a pattern may match."""
Nodes = Sequence[tuple[Any, Any]]


def _needed(nodes: Nodes, *, apart: bool) -> frozenset[Piece] | None:
    """The cheapest of the requirements that a sequence makes, stretch by stretch; `apart`: a word can't run into it."""
    found: list[frozenset[Piece] | None] = []
    strings = {_EDGE if apart else ""}
    for node, value in nodes:
        more = _strings(node, value)
        if more is None or len(strings) * len(more) > _MOST:
            found.append(_best(strings))
            apart = all(string and not WORD.fullmatch(string[-1]) for string in strings)
            if more is None:
                found.append(_inside(node, value, apart=apart))
                strings = {""}
            else:
                strings = {(_EDGE if apart else "") + string for string in more}
        else:
            strings = {string + further for string in strings for further in more}
    found.append(_best(strings))
    return min((one for one in found if one is not None), key=_cost, default=None)


def _strings(node: Any, value: Any) -> set[str] | None:
    """All strings that a node may match, where they are few; look-arounds match none of the text."""
    if node is ops.LITERAL:
        return {chr(value)}
    if node is ops.AT:
        return {_EDGE} if value is ops.AT_BOUNDARY else {""}
    if node in {ops.ASSERT, ops.ASSERT_NOT}:
        return {""}
    if node is ops.IN:
        return {chr(sign) for _, sign in value} if all(kind is ops.LITERAL for kind, _ in value) else None
    if node is ops.SUBPATTERN:
        return _all_strings(list(value[-1]))
    if node is ops.BRANCH:
        branches = [_all_strings(list(branch)) for branch in value[1]]
        return None if None in branches else set().union(*(one for one in branches if one))
    if node in {ops.MAX_REPEAT, ops.MIN_REPEAT} and value[1] == 1:
        once = _all_strings(list(value[2]))
        return None if once is None else once | {""} if value[0] == 0 else once
    return None


def _all_strings(nodes: Nodes) -> set[str] | None:
    strings = {""}
    for node, value in nodes:
        more = _strings(node, value)
        if more is None or len(strings) * len(more) > _MOST:
            return None
        strings = {string + further for string in strings for further in more}
    return strings


def _inside(node: Any, value: Any, *, apart: bool) -> frozenset[Piece] | None:
    """What a node needs that may match endlessly many strings."""
    if node is ops.SUBPATTERN:
        return _needed(list(value[-1]), apart=apart)
    if node in {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}:
        return _needed(list(value[2]), apart=apart) if value[0] else None
    if node is ops.BRANCH:
        branches = [_needed(list(branch), apart=apart) for branch in value[1]]
        return None if None in branches else frozenset[Piece]().union(*(one for one in branches if one))
    return None


def _best(strings: set[str]) -> frozenset[Piece] | None:
    """The rarest word, or part of one, of each of the strings."""
    best = set()
    for string in strings:
        pieces = [Piece(word[0], word.start() > 0, word.end() < len(string)) for word in WORD.finditer(string)]
        pieces += [Piece(sign, begins=True, ends=True) for sign in _SIGN.findall(string) if sign != _EDGE]
        if not pieces:
            return None
        best.add(min(pieces, key=lambda piece: _cost((piece,))))
    return frozenset(best)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(str(read_toml("guardrails/everyday.toml")["words"]).split())


def _cost(pieces: Iterable[Piece]) -> float:
    """How often the pieces will be met in vain: short ones and everyday words often, long ones and signs seldom."""
    return sum(
        2.0
        if _SIGN.fullmatch(piece.letters)
        else 30 / len(piece.letters) ** 2
        + 20 * (piece.letters in _common())
        + 10 * (not piece.begins) / len(piece.letters)
        for piece in pieces
    )
