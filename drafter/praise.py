"""What the person appreciated, in their own words, as a phrase that a sentence of thanks can be built on.

Entries are told apart by their grammar. What is not plainly one of the known forms is left out: a sound message is
better than a broken one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WORD_LIMIT = 22
"""Words above which an entry is not woven into a sentence: it would carry the whole message."""

_DETERMINER = r"(?:the|a|an|your|our|my|this|that|these|those|such|all|every|each|some|both)"
_VERB = (
    r"(?:was|were|is|are|has|have|had|did|made|makes|gave|felt|feels|seemed|seems|took|explained|showed|listened|"
    r"answered|treated|welcomed|helped|shared|asked|talked|spoke|told|let|came|went|kept|knew|understood|replied|"
    r"responded|called|cared|tried|introduced|prepared|looked|sounded|put|learned|learnt|met|got|saw|heard|found|"
    r"could|would|can|will|do|does|inspired|impressed|taught)"
)
_ENJOYED = re.compile(
    r"(?:i )?(?:really |very much |truly |honestly |greatly |so |absolutely |particularly |especially )?"
    r"(?:enjoy(?:ed)?|(?:like|love|appreciate|value|admire)d?) (?P<what>.+)"
    r"|(?:i am |i'm |i was |i feel )?(?:\w+ly |so |very )?(?:grateful|thankful|thank you|thanks)"
    r"(?: so much| very much)? for (?P<thanked>.+)",
    re.IGNORECASE,
)
_GERUND = re.compile(
    r"(?:(?!(?:morning|evening|training|meeting|building|engineering|marketing|string|spring|interesting|amazing|"
    r"exciting|inspiring|welcoming|caring|charming|outstanding|everything|something|nothing|anything|encouraging|"
    r"engaging|challenging|refreshing|stimulating|understanding|onboarding|timing|king|thing)\b)[a-z]{2,}ing"
    r"|meeting (?:the|you|your|everyone|everybody|all|with|so|such|people|some))\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"(?:i|we|you|everyone|everybody|all of you|(?:the|your|each|every|all) (?:[\w'’{{}}-]+ ){{1,4}}?)\b\s*"
    rf"(?:\w+ly |always |all |both |really )?{_VERB}\b",
    re.IGNORECASE,
)
_QUALITY = re.compile(  # what people are thanked for as theirs: "your patience"
    r"(?:[\w-]+,? (?:and )?)??(?:kindness|honesty|patience|openness|warmth|hospitality|feedback|transparency|"
    r"flexibility|support|help|advice|enthusiasm|trust|generosity|humou?r|professionalism|encouragement|candou?r|"
    r"attention|frankness|courtesy|friendliness|thoughtfulness|guidance|passion|curiosity|time|interest)\b",
    re.IGNORECASE,
)
_NO_NOUN_FIRST = re.compile(
    rf"(?:so|too|not|no|never|always|just|only|super|to|when|where|why|if|because|as|for|with|at|by|in|on|from|and|but|"
    rf"or|he|she|it|they|his|her|him|its|them|there|who|which|nothing|something|everything|anything|loved|liked|enjoyed|"
    rf"appreciated|{_VERB})\b",
    re.IGNORECASE,
)
_NO_NOUN_LAST = re.compile(
    r"\w+(?:ful|ive|ous|able|ible|ly|less|ing)$|\b(?:nice|kind|friendly|open|great|good|easy|clear|quick|fast|fair|honest|"
    r"patient|polite|professional|warm|calm|relaxed|organi[sz]ed|prepared|personal|human|helpful|excellent|fun|cool|"
    r"smart|modern|real|frank|generous|transparent|approachable|attentive|it|this|that|me|us|everything|one)$",
    re.IGNORECASE,
)
_NOUNS_IN_ING = re.compile(
    r"(?:meeting|training|building|engineering|briefing|onboarding|planning|feeling|greeting)$", re.I
)
_ODD = re.compile(r"[\n:;?!<>|\\{}\[\]()\"“”]|https?|\S@\S|\b(?:but|although|though|however)\b", re.IGNORECASE)
_OPENER = r"(?:that|which|who|whom|how|what|where|when|you|i|we|they|everyone|everybody)(?!['’])"
_CLAUSE_BREAK = re.compile(rf"\b(?:{_OPENER}|with|of|in|at|about|from|for|to|by|around|on)\b|,", re.IGNORECASE)


@dataclass(frozen=True)
class Praise:
    """Which wordings of the thanks fit, what fills them, and which entry of the person's it comes from."""

    move: str
    values: Mapping[str, str]
    entry: str


def woven(entries: Sequence[str]) -> Praise | None:
    """The person's first entry that fits a sentence, or two where both are nouns; None where none does."""
    phrases = [(*phrase, entry) for entry in entries if (phrase := phrase_of(entry))]
    if not phrases:
        return None
    move, text, entry = phrases[0]
    if move == "np":
        second = next((other for kind, other, _ in phrases[1:] if kind == "np"), None)
        if second and " and " not in text + second and len(f"{text} {second}".split()) < WORD_LIMIT:
            text = f"{text} and {second}"
    return Praise(move, {move: text, move.capitalize(): text[:1].upper() + text[1:]}, entry)


def phrase_of(entry: str) -> tuple[str, str] | None:
    """The form of an entry and its words for a sentence; None where it has none of the forms.

    The forms are `np` ("the tour"), `how` ("how you spoke", "what you said"), `that`, `gerund` ("meeting the team") and
    `said` (a sentence of the person's own).
    """
    text = _spoken_to(entry.strip().rstrip(".,!… "))
    if found := _ENJOYED.fullmatch(text or ""):
        text = _spoken_to(found["what"] or found["thanked"])
    if not text or not _is_plain(text):
        return None
    first = text.split()[0].lower()
    if first in {"how", "what"}:
        return ("how", _uncapped(text)) if len(text.split()) > 2 else None
    if first == "that" and re.match(r"that (?:you|i|we|everyone|everybody|the|your|nobody|no one|there)\b", text, re.I):
        return "that", _uncapped(text)
    if re.match(r"the (?:way|fact that)\b", text, re.IGNORECASE):
        return "np", _uncapped(text)
    if _GERUND.match(text):
        return ("gerund", _uncapped(text)) if re.match(r"\S+ing (?!and\b)", text, re.IGNORECASE) else None
    return _noun(text) or (("said", text[:1].upper() + text[1:]) if _is_said(text) else None)


def _is_said(text: str) -> bool:
    """Whether an entry is a sentence: its verb is not that of a clause about its subject ("the time you took")."""
    found = _SAID.match(text)
    return found is not None and re.search(rf".\b{_OPENER}\b", found[0], re.IGNORECASE) is None


def _is_plain(text: str) -> bool:
    """Whether an entry is short, in one piece, and free of what a sentence can't hold."""
    slotless = re.sub(r"\{\w+\}", "Name", text)
    one_sentence = not re.search(r"[.!?]\s", re.sub(r"\b(?:Dr|Mr|Mrs|Ms|Prof|St)\.", "", slotless))
    return one_sentence and len(text.split()) <= WORD_LIMIT and not _ODD.search(slotless)


def _noun(text: str) -> tuple[str, str] | None:
    """An entry that names something, with its article."""
    if re.match(rf"{_DETERMINER}\b", text, re.IGNORECASE):
        return ("np", _uncapped(text)) if _names_something(text) and len(text.split()) > 1 else None
    if re.match(r"[\w{}]+['’]s\s", text):
        return ("np", text if text[0].isupper() else _uncapped(text)) if _names_something(text) else None
    if _NO_NOUN_FIRST.match(text) or text[0] == "{" or re.match(r"(?:i|we|you|everyone|everybody)\b", text, re.I):
        return None
    if not _names_something(text):
        return None
    return "np", f"{'your' if _QUALITY.match(text) else 'the'} {_uncapped(text)}"


def _names_something(text: str) -> bool:
    """Whether the words up to the first preposition are a noun with what belongs to it, without a verb of its own."""
    head = _CLAUSE_BREAK.split(text)[0].strip()
    verbs, openers = (len(re.findall(rf"\b{pattern}\b", text, re.IGNORECASE)) for pattern in (_VERB, _OPENER))
    if not head or re.search(rf"\b{_VERB}\b", head, re.IGNORECASE) or verbs > openers:
        return False
    last = head.split()[-1]
    return bool(_NOUNS_IN_ING.search(last)) or not _NO_NOUN_LAST.search(last)


def _spoken_to(text: str) -> str | None:
    """The entry as said to the people themselves: "their honesty" is "your honesty"; None where that can't be told."""
    for third, second in (("was", "were"), ("is", "are"), ("has", "have")):
        text = re.sub(rf"\{{recipient\}} {third}\b", f"you {second}", text)
    text = re.sub(r"\{recipient\}['’]s\b", "your", text)
    if re.search(r"\{recipient\} \w+s\b", text) or re.match(r"(?:he|she|it|his|her|him|its)\b", text, re.IGNORECASE):
        return None
    text = text.replace("{recipient}", "you")
    if re.match(
        r"(?:they|(?:how|that|what|the way|the fact that)(?: \w+)? they|(?:the )?their)\b", text, re.IGNORECASE
    ):
        for third, second in (("the their", "your"), ("their", "your"), ("they", "you"), ("them", "you")):
            text = re.sub(rf"\b{third}\b", second, text, flags=re.IGNORECASE)
    return text


def _uncapped(text: str) -> str:
    """A small first letter, unless the first word is "I" or is written in capitals."""
    first = text.split()[0]
    keeps = first == "I" or first.startswith(("I'", "I’")) or (len(first) > 1 and not first[1:].islower())
    return text if keeps and not re.match(r"[A-Z][\w]*-", text) else text[:1].lower() + text[1:]
