"""What the person appreciated, in their own words, as a phrase that a sentence of thanks can be built on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WORD_LIMIT = 22
"""Words above which an entry is not woven into a sentence: it would carry the whole message."""

_ARTICLES = r"(?:the|a|an|your|their|its|his|her|our|this|that|these|those|such|all|every|each|some|both)"
_CLAUSE = re.compile(r"(?:how|that|what|the way|the fact that)\b", re.IGNORECASE)
_GERUND = re.compile(
    r"(?:(?!(?:morning|evening|training|meeting|building|engineering|marketing|string|spring|interesting|amazing|"
    r"exciting|inspiring|welcoming|caring|charming|outstanding|everything|something|nothing|king)\b)[a-z]{2,}ing"
    r"|meeting (?:the|you|your|everyone|everybody|all|with|so|such|people|some))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:i|we|you|they|he|she|it|everyone|everybody|there)\b|.*\b(?:was|were|is|are|has|have|had|did|made|gave)\b",
    re.IGNORECASE,
)
_ENJOYED = re.compile(
    r"i (?:really |very much |truly |honestly |greatly |so )?(?:enjoyed|liked|loved|appreciated|valued|admired) "
    r"(?P<what>.+)",
    re.IGNORECASE,
)
_ODD = re.compile(r"[\n:;?!<>|\\{}\[\]]|https?|\S@\S")


@dataclass(frozen=True)
class Praise:
    """Which wordings of the thanks fit, and what fills them."""

    move: str
    values: Mapping[str, str]


def woven(entries: Sequence[str]) -> Praise | None:
    """The person's first entry, or first two where both are nouns, as a phrase; None where none can be woven in."""
    phrases = [phrase for entry in entries if (phrase := _phrase(entry))]
    if not phrases:
        return None
    move, text = phrases[0]
    if move != "np":
        capital = text[:1].upper() + text[1:]
        return Praise(move, {f"{{{move}}}": text, f"{{{move.capitalize()}}}": capital})
    second = next((other for kind, other in phrases[1:] if kind == "np"), None)
    if second and len(text.split()) + len(second.split()) <= WORD_LIMIT:
        return Praise("np_plural", {"{np}": f"{text} and {second}"})
    plural = " and " in text or re.search(r"[^s'’]s\b(?! of\b)", text.split(" of ")[0].split()[-1])
    return Praise("np_plural" if plural else "np", {"{np}": text})


def _phrase(entry: str) -> tuple[str, str] | None:
    """The kind of phrase that an entry is ("np", "clause", "gerund"), and the phrase; None where it is none of them."""
    text = _to_them(entry.strip().rstrip(".,!… "))
    if not text or len(text.split()) > WORD_LIMIT or _ODD.search(re.sub(r"\{\w+\}", "", text)):
        return None
    if found := _ENJOYED.fullmatch(text):
        text = found["what"]
    if re.search(r"[.!?]\s", re.sub(r"\b(?:Dr|Mr|Mrs|Ms|Prof|St)\.", "", text)):
        return None
    if _CLAUSE.match(text):
        return "clause", _uncapped(text)
    if _GERUND.match(text):
        return "gerund", _uncapped(text)
    if re.match(rf"{_ARTICLES}\b|\{{", text, re.IGNORECASE):
        return ("np", _uncapped(text)) if _is_noun_phrase(text) else None
    if _SENTENCE.match(text):
        return None
    if re.match(r"(?:[A-Z]\S*|\S+['’]s)\s", text) and re.match(r"\S+['’]s\s", text):
        return "np", text
    return "np", f"the {_uncapped(text)}"


def _is_noun_phrase(text: str) -> bool:
    """Whether a phrase with an article goes on without a verb of its own: "the team was kind" is a sentence."""
    before_clause = re.split(r"\b(?:that|which|who|how|where|when|with|of|in|at|about|from|for|to)\b|,", text)[0]
    return not re.search(r"\b(?:was|were|is|are|has|have|had|did|made|gave|felt|seemed|took)\b", before_clause)


def _to_them(text: str) -> str:
    """The entry as said to the people themselves: "their honesty" is "your honesty"."""
    return re.sub(r"^(The)?[Tt]heir\b", "your", text)


def _uncapped(text: str) -> str:
    """A small first letter, unless the first word is a name, an abbreviation or "I"."""
    first = text.split()[0]
    if first == "I" or first.startswith("I'") or not first[1:].islower():
        return text if len(first) > 1 or first == "I" else text[:1].lower() + text[1:]
    known = re.match(rf"(?:{_ARTICLES}|how|that|what|[a-z]+ing)$", first, re.IGNORECASE)
    return text[:1].lower() + text[1:] if known or first.islower() or " " in text else text
