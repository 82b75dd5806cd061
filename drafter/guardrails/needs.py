r"""What a pattern can't do without: read off its syntax tree, so that it is tried only where that stands.

`\b(?:un)?fair(?:ly)? (?:pay|wage)` can't match where no word begins with "pay" or "wage"; `\bon the day\b` needs "on"
and "the" side by side. Each stretch of a pattern makes a clause of its own, and a text has to meet all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from re import _constants as ops  # type: ignore[attr-defined]  # no public name, the same since Python 3.11
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from drafter.content import list_files, read_text, read_toml

TOKEN = re.compile(r"[^\W\d_]+|\d|[^\w\s.,'-]|_")
"""What is looked up of a text: runs of letters, digits one by one, and signs that are rare enough in letters."""

DIGIT = r"\d"
"""The letters of the piece that any digit meets."""


class Piece(NamedTuple):
    """A run of letters or a sign that a text must hold, and whether a word has to begin and to end with it.

    `after` is the word right before it, where two whole words have to stand side by side.
    """

    letters: str
    begins: bool = True
    ends: bool = True
    after: str = ""


Clause = frozenset[Piece]
"""Pieces of which a text must hold one."""

INDEX = "guardrails/index.json"
"""What each pattern of the packs needs, read off beforehand (`make index`), since that takes a second or two."""

_SYNTAX = re.compile(r"[^\\\[()|]+|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_WHOLE = re.compile(r"\((?!\?(?:[:=!]|<[=!]))|\\[1-9]")
"""What a pattern is not cut for: groups that are asked for by name or number, flags within."""
_WRAPPED = re.compile(r"((?:\\b|\^|\(\?<?[!=](?:\\.|[^()\[\\])*\))*)\(\?:")
"""A group that all of a pattern may stand in, and what takes up no letter before it."""
_TAILS = (r")\b", ")")


@lru_cache(maxsize=4_000)
def alternatives(pattern: str) -> tuple[str, ...]:
    r"""The patterns that a pattern is made of side by side: "a|b" is "a", and else "b"; so is r"\b(?:a|b)\b"."""
    if "|" not in pattern or _WHOLE.search(pattern):
        return (pattern,)
    branches = _branches(pattern)
    if len(branches) > 1:
        return tuple(one for branch in branches for one in alternatives(branch))
    if (head := _WRAPPED.match(pattern)) and pattern.endswith(_TAILS):
        tail = next(tail for tail in _TAILS if pattern.endswith(tail))
        inner = pattern[head.end() : -len(tail)]
        if len(within := _branches(inner)) > 1 and all(within):
            return tuple(one for branch in within for one in alternatives(f"{head[1]}{branch}{tail[1:]}"))
    return (pattern,)


def _branches(pattern: str) -> list[str]:
    """What stands between the bars of a pattern; the pattern itself, where its brackets don't match."""
    found, depth, start = [], 0, 0
    for sign in _SYNTAX.finditer(pattern):
        if sign[0] == "(":
            depth += 1
        elif sign[0] == ")":
            depth -= 1
            if depth < 0:
                return [pattern]
        elif sign[0] == "|" and depth == 0:
            found.append(pattern[start : sign.start()])
            start = sign.end()
    return [*found, pattern[start:]]


@lru_cache(maxsize=20_000)
def needs(pattern: str) -> tuple[Clause, ...]:
    """The clauses that a text must meet for a pattern to match, the one that is met most seldom first.

    Raises re.error for a pattern that is broken.
    """
    known = _index().get(signature(pattern))
    return read_off(pattern) if known is None else tuple(frozenset(map(_decoded, clause)) for clause in known)


@lru_cache(maxsize=1)
def _index() -> dict[str, list[list[str]]]:
    return json.loads(read_text(INDEX)) if INDEX in list_files("guardrails", ".json") else {}


def signature(pattern: str) -> str:
    """What the index knows a pattern by."""
    return sha256(pattern.encode()).hexdigest()[:16]


def encoded(clauses: Iterable[Clause]) -> list[list[str]]:
    """Clauses as the index holds them: "^" for a piece that begins a word, "$" for one that ends it, "a b" for two."""
    return [
        sorted(
            f"{one.after} {one.letters}" if one.after else f"{'^' * one.begins}{one.letters}{'$' * one.ends}"
            for one in clause
        )
        for clause in clauses
    ]


@lru_cache(maxsize=20_000)
def _decoded(entry: str) -> Piece:
    after, between, letters = entry.partition(" ")
    if between:
        return Piece(letters, after=after)
    begins, ends = len(entry) > 1 and entry[0] == "^", len(entry) > 1 and entry[-1] == "$"
    return Piece(entry[begins : len(entry) - ends], begins, ends)


def read_off(pattern: str) -> tuple[Clause, ...]:
    """What `needs` says, from the pattern's syntax tree."""
    found = _clauses(list(parser.parse(pattern)), apart=False)
    return tuple(dict.fromkeys(sorted(found, key=lambda clause: (_price(clause), sorted(clause)))))


_MOST = 2_000
"""Strings of which a stretch of a pattern may be one, at most, before it is cut in two."""
_EDGE = " "
"""Stands for a word boundary in the strings that a pattern may match."""
_EDGES = (ops.AT_BOUNDARY, ops.AT_BEGINNING, ops.AT_BEGINNING_STRING, ops.AT_END, ops.AT_END_STRING)
Nodes = Sequence[tuple[Any, Any]]


def _clauses(nodes: Nodes, *, apart: bool) -> list[Clause]:
    """The clauses that a sequence makes, stretch by stretch; `apart`: a word can't run into it."""
    found: list[Clause] = []
    strings = {_EDGE if apart else ""}
    for node, value in nodes:
        more = _strings(node, value)
        if more is None or len(strings) * len(more) > _MOST:
            found += _rarest(strings)
            apart = all(string and not string[-1].isalpha() for string in strings)
            if more is None:
                found += _inside(node, value, apart=apart)
                strings = {""}
            else:
                strings = {(_EDGE if apart else "") + string for string in more}
        else:
            strings = {string + further for string in strings for further in more}
    return [*found, *_rarest(strings)]


def _strings(node: Any, value: Any) -> set[str] | None:
    """All strings that a node may match, where they are few; look-arounds match none of the text."""
    if node is ops.LITERAL:
        return {chr(value)}
    if node is ops.AT:
        return {_EDGE if value in _EDGES else ""}
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


def _inside(node: Any, value: Any, *, apart: bool) -> list[Clause]:
    """What a node needs that may match endlessly many strings."""
    if node is ops.SUBPATTERN:
        return _clauses(list(value[-1]), apart=apart)
    if node in {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}:
        return _clauses(list(value[2]), apart=apart and value[1] == 1) if value[0] else []
    if node is ops.BRANCH:
        branches = [_clauses(list(branch), apart=apart) for branch in value[1]]
        return [Clause().union(*(min(one, key=_price) for one in branches))] if all(branches) else []
    if node is ops.IN and value in ([(ops.CATEGORY, ops.CATEGORY_DIGIT)], [(ops.RANGE, (ord("0"), ord("9")))]):
        return [Clause({Piece(DIGIT)})]
    return []


def _rarest(strings: set[str]) -> Iterator[Clause]:
    """The clause of a stretch that is one of these strings: what is rarest in each. None where one of them is bare."""
    best = [min(_pieces(string), key=_cost, default=None) for string in strings]
    if None not in best:
        yield Clause(piece for piece in best if piece)


def _pieces(string: str) -> Iterator[Piece]:
    before = ""
    for token in TOKEN.finditer(string):
        word = token[0].isalpha()
        piece = Piece(token[0], not word or token.start() > 0, not word or token.end() < len(string))
        yield piece
        if before and piece.ends:
            yield Piece(token[0], after=before)
        before = token[0] if piece.begins else ""


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(str(read_toml("guardrails/everyday.toml")["words"]).split())


def _price(clause: Clause) -> float:
    return sum(map(_cost, clause))


@lru_cache(maxsize=20_000)
def _cost(piece: Piece) -> float:
    """How often a piece will be met in vain: short and everyday words often, long ones, signs and pairs seldom."""
    if piece.after:
        costs = sorted((_cost(Piece(piece.after)), _cost(Piece(piece.letters))))
        return (costs[0] + costs[1] / 4) / 10
    if not piece.letters.isalpha():
        return 2.0
    common = 20 * (piece.letters in _common())
    return 30 / len(piece.letters) ** 2 + common + 10 * (not piece.begins) / len(piece.letters)
