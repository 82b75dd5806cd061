"""Amounts in a text, in figures or in words: "90,000", "90k" and "ninety thousand" are one and the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from drafter.content import list_files, read_toml

_TOKEN = re.compile(r"\d{1,3}(?:[,. ']\d{3})+(?!\d)|\d+(?:[.,]\d+)?|[^\W\d_]+|%")


class _Words(NamedTuple):
    units: dict[str, float]
    scales: dict[str, float]
    shares: dict[str, float]
    joining: frozenset[str]
    percent: frozenset[str]


@cache
def _words(language: str) -> _Words:
    path = f"guardrails/{language}/amounts.toml"
    if path not in list_files(f"guardrails/{language}", ".toml"):
        return _Words({}, {}, {}, frozenset(), frozenset({"%"}))
    data = read_toml(path)
    units = {word: float(value) for value, word in enumerate(data["small"].split())}
    units |= {word: 20.0 + 10 * index for index, word in enumerate(data["tens"].split())}
    return _Words(
        units,
        data["scales"],
        data["shares"],
        frozenset(data["joining"].split()),
        frozenset(data["percent"]["signs"].split()),
    )


def amounts(text: str, language: str) -> frozenset[str]:
    """The amounts of a lower-case text that are telling by themselves: those above a dozen, and all percentages."""
    return frozenset(_amounts(text.replace("per cent", "percent"), _words(language)))


def _amounts(text: str, words: _Words) -> Iterator[str]:
    tokens = _TOKEN.findall(text)
    total, group, open_ = 0.0, 0.0, False
    for index, token in enumerate([*tokens, ""]):
        value = _figure(token) if token[:1].isdecimal() else words.units.get(token)
        if token in words.shares:
            yield f"{words.shares[token]:g}%"
        if value is not None:
            if open_ and token[:1].isdecimal():
                yield from _told(total + group, percent=False)
                total = group = 0.0
            group, open_ = group + value, True
        elif open_ and token in words.scales:
            scale = words.scales[token]
            if scale == 100:
                group *= scale
            else:
                total, group = total + group * scale, 0.0
        elif open_ and not (token in words.joining and tokens[index + 1 : index + 2]):
            yield from _told(total + group, percent=token in words.percent)
            total, group, open_ = 0.0, 0.0, False


def _told(value: float, *, percent: bool) -> Iterator[str]:
    if percent:
        yield f"{value:.12g}%"
    elif value > 12:
        yield f"{value:.12g}"


def _figure(token: str) -> float:
    """A figure without the marks between its thousands."""
    if re.fullmatch(r"\d{1,3}(?:[,. ']\d{3})+", token):
        return float(re.sub(r"\D", "", token))
    return float(token.replace(",", "."))
