"""The wordings: read from prompts/<language>/phrasebook/*.toml, and chosen by what a brief asks for."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from drafter.content import list_files, read_toml
from drafter.disclosure import Brief
from drafter.request import Channel, Stage, Tone

_MET = frozenset({Stage.SCREENED, Stage.INTERVIEWED, Stage.FINAL_ROUND})
_SPOKEN = frozenset({Channel.PHONE, Channel.TEXT})
# "I have" is an auxiliary before a participle only: "I have accepted", but "I have to" and "I have some news".
_PERFECT = re.compile(r"\bI have(?= (?:\w+ed|taken|chosen|come|found|given)\b)")


@cache
def book(language: str) -> dict[str, Any]:
    """A language's phrasebook: every move with its groups of wordings, and the tables beside them."""
    moves: dict[str, Any] = {}
    for path in list_files(f"prompts/{language}/phrasebook", ".toml"):
        moves |= read_toml(path)
    return moves


def language_of(brief: Brief) -> str:
    """The language without region or script."""
    return brief.language.split("-")[0].lower()


@cache
def ordinary(language: str) -> frozenset[str]:
    """Words that may come more than once in a message without anybody noticing."""
    return frozenset(str(book(language)["ordinary"]).split())


@cache
def kin(language: str) -> tuple[frozenset[str], ...]:
    """Groups of words that say the same, so that one move of a message may use them."""
    return tuple(frozenset(str(group).split()) for group in book(language)["kin"])


def wordings(move: str, brief: Brief) -> tuple[str, ...]:
    """The wordings of a move that suit a brief's tone, channel and stage, in its register."""
    return _wordings(move, language_of(brief), brief.tone, brief.channel, met=brief.stage in _MET)


@cache
def _wordings(move: str, language: str, tone: Tone, channel: Channel, *, met: bool) -> tuple[str, ...]:
    texts = (
        text
        for group in book(language)[move]
        if tone in group["tones"] and channel in group.get("channels", (channel,)) and (met or not group.get("met"))
        for text in group["texts"]
    )
    return tuple(dict.fromkeys(_in_register(text, book(language)["full"], tone, channel) for text in texts))


def _in_register(text: str, full: dict[str, str], tone: Tone, channel: Channel) -> str:
    """A wording with or without contractions: a warm message and neutral speech have them, a formal one has none."""
    if tone is Tone.FORMAL or (tone is Tone.NEUTRAL and channel not in _SPOKEN):
        return _replaced(text, full)
    if tone is Tone.NEUTRAL:
        # Those with "not" first: "it is not" is "it isn't", as in most speech.
        short = {long: word for word, long in full.items() if word != "I've"}
        text = _replaced(text, {long: short[long] for long in sorted(short, key=lambda long: "not" not in long)})
        return _PERFECT.sub("I've", text)
    return text


def _replaced(text: str, table: dict[str, str]) -> str:
    for word, other in table.items():
        text = re.sub(rf"\b{word}\b", other, text)
        if word[0].islower():
            text = re.sub(rf"\b{word.capitalize()}\b", other[:1].upper() + other[1:], text)
    return text
