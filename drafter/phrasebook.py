"""The built-in writer: a brief becomes a letter with no model and no network.

Its words are data (prompts/<language>/phrasebook/*.toml). For a seed it makes a number of letters and takes the first
in which nothing clashes: no notable word comes twice, and the length suits the channel. The same brief and seed make
the same letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from drafter.content import list_files, read_toml
from drafter.disclosure import Brief, FactKind
from drafter.errors import NoAcceptableDraft
from drafter.guide import WORD_LIMITS
from drafter.letter import Letter, Paragraph, Sentence, compose
from drafter.names import Names, has_title
from drafter.praise import woven
from drafter.request import Channel, Stage

TRIES = 60
"""Letters that are made for one seed at most; nearly always one of the first five has no clash."""

COMFORT = {Channel.EMAIL: 100, Channel.LINKEDIN: 80, Channel.TEXT: 55, Channel.PHONE: 110}
"""Words that a message on each channel should stay under where the person's own entries allow it."""

_MET = frozenset({Stage.SCREENED, Stage.INTERVIEWED, Stage.FINAL_ROUND})
_NOUN_AT_END = re.compile(r"\b(?:position|role|job|post|vacancy|opening)$", re.IGNORECASE)
_TITLE_THEN_NOUN = re.compile(r"\{role\} (?:position|role|job|post)\b")
_NOTABLE = re.compile(r"[a-z']{4,}")


@cache
def book(language: str) -> dict[str, Any]:
    """A language's phrasebook: every move with its groups of wordings, and the tables beside them."""
    moves: dict[str, Any] = {}
    for path in list_files(f"prompts/{language}/phrasebook", ".toml"):
        moves |= read_toml(path)
    return moves


@cache
def _ordinary(language: str) -> frozenset[str]:
    """Words that may come more than once in a message without anybody noticing."""
    return frozenset(str(book(language)["ordinary"]).split())


@cache
def _kin(language: str) -> tuple[frozenset[str], ...]:
    """Groups of words that say the same, so that one of a group is enough for a message."""
    return tuple(frozenset(str(group).split()) for group in book(language)["kin"])


def wordings(move: str, brief: Brief) -> tuple[str, ...]:
    """The wordings of a move that suit a brief: its tone, its channel, and whether they have met."""
    met = brief.stage in _MET
    return tuple(
        text
        for group in book(brief.language.split("-")[0].lower())[move]
        if brief.tone in group["tones"]
        and brief.channel in group.get("channels", (brief.channel,))
        and (met or not group.get("met", False))
        for text in group["texts"]
    )


@dataclass(frozen=True)
class _Said:
    """The sentences of one move, each with the number of the fact that it rests on."""

    sentences: tuple[Sentence, ...]

    @classmethod
    def of(cls, text: str, fact: int | None) -> _Said:
        return cls((Sentence(text=text, fact=fact or 0),))


def write(brief: Brief, *, seed: int = 0, names: Names | None = None) -> Letter:
    """A letter for a brief. `names` are what the slots will hold, for counting words and for titles ending in "role".

    Raises NoAcceptableDraft where even the shortest wording is longer than `brief.limit`.
    """
    names = names or Names("Sender Name", "Company", "Role Title", "Recipient" if brief.named_recipient else None)
    # The seed meets the facts, so that two requests that differ give two messages; names have no part in it.
    random = Random("|".join((str(seed), brief.channel, brief.tone, *(fact.text for fact in brief.facts))))  # noqa: S311 -- variety, no secret
    comfort = min(COMFORT[brief.channel], brief.limit)
    best: tuple[int, Letter] | None = None
    for _ in range(TRIES):
        letter = _Writer(brief, names, random).letter()
        words = _words(letter, names, brief.channel)
        if words > brief.limit:
            continue
        clashes = _clashes(letter, brief) + (words > comfort)
        if best is None or clashes < best[0]:
            best = clashes, letter
        if clashes == 0:
            break
    return best[1] if best else _shortest(brief, names)


def _words(letter: Letter, names: Names, channel: Channel) -> int:
    return len(compose(letter, names, channel).body.split())


def _shortest(brief: Brief, names: Names) -> Letter:
    letter = _Writer(brief, names, None).letter()
    words = _words(letter, names, brief.channel)
    if words > brief.limit:
        raise NoAcceptableDraft(
            f"the shortest message that says what it must has {words} words, and the limit is {brief.limit}; "
            f"raise max_words to {words} or more (at most {WORD_LIMITS[brief.channel]} suit this channel)"
        )
    return letter


def _clashes(letter: Letter, brief: Brief) -> int:
    """How many notable words come in more than one sentence. The person's own words are no fault of the wording."""
    tag = brief.language.split("-")[0].lower()
    ordinary = _ordinary(tag)
    own = " ".join(brief.words(FactKind.APPRECIATED) + brief.words(FactKind.MAY_MENTION) + ((brief.detail or ""),))
    own_words = set(_NOTABLE.findall(own.lower()))
    seen: set[str] = set()
    clashes = 0
    for text in (*(one.text for one in letter.sentences), letter.sign_off):
        words = {
            _stem(word) for word in _NOTABLE.findall(re.sub(r"\{\w+\}", " ", text.lower())) if word not in ordinary
        }
        words -= {_stem(word) for word in own_words}
        clashes += len(words & seen)
        seen |= words
    whole = _NOTABLE.findall(" ".join(one.text for one in letter.sentences).lower())
    return clashes + sum(max(0, sum(word in kin for word in whole) - 1) for kin in _kin(tag))


def _stem(word: str) -> str:
    return re.sub(r"(?:ful|fully|ing|ed|es|s|e)$", "", word)


class _Writer:
    """Writes one letter, with wordings taken at random, or the shortest of each move where `random` is None."""

    def __init__(self, brief: Brief, names: Names, random: Random | None) -> None:
        self._brief, self._names, self._random = brief, names, random

    def letter(self) -> Letter:
        brief = self._brief
        orders = book(brief.language.split("-")[0].lower())["orders"][brief.channel]
        order = self._random.choice(orders) if self._random else orders[0]
        paragraphs = []
        for moves in order:
            sentences = tuple(sentence for move in moves for said in self._said(move) for sentence in said.sentences)
            if sentences:
                paragraphs.append(Paragraph(sentences=sentences))
        greeting = self._pick("greeting_named" if brief.named_recipient else "greeting_unnamed")
        subject = self._pick("subject") if brief.channel is Channel.EMAIL else None
        return Letter(subject=subject, greeting=greeting, paragraphs=tuple(paragraphs), sign_off=self._pick("sign_off"))

    def _said(self, move: str) -> Iterator[_Said]:
        """What a move of the order says, if anything."""
        name, optional = move.rstrip("?"), move.endswith("?")
        if optional and (self._random is None or (name != "mention" and self._random.random() < 0.5)):
            return
        brief = self._brief
        if name == "news":
            yield self._news()
        elif name == "thanks":
            yield self._thanks()
        elif name == "end" and brief.keep_in_touch:
            yield _Said.of(self._pick("door"), brief.number(FactKind.DOOR))
        elif name == "end":
            if self._random is not None:
                yield _Said.of(self._pick("wish"), None)
        elif name == "cancel":
            if brief.interview:
                date = brief.interview.split(" at ")[0]
                yield _Said.of(self._pick("cancel").replace("{date}", date), brief.number(FactKind.INTERVIEW))
        elif name == "mention":
            yield from self._mentions()
        else:
            yield _Said.of(self._pick(name), None)

    def _pick(self, move: str) -> str:
        fitting = wordings(move, self._brief)
        if _NOUN_AT_END.search(self._names.role):
            fitting = tuple(text for text in fitting if not _TITLE_THEN_NOUN.search(text)) or fitting
        if self._names.recipient and has_title(self._names.recipient):
            fitting = tuple(text for text in fitting if not text.startswith("Hi ")) or fitting
        return self._pick_from(fitting)

    def _news(self) -> _Said:
        """The withdrawal, alone or with the reason; it rests on the reason where that is in the same sentence."""
        brief = self._brief
        withdraw = self._pick("withdraw")
        detail = _as_clause(brief.detail)
        reason = detail or (self._pick(brief.reason) if brief.reason else None)
        if reason is None:
            text = self._pick("alone")
        else:
            text = self._pick("detailed" if detail and (self._random or len(detail.split()) > 20) else "joined")
        # "…, which means that please take me off the list" is no English: there the wording has to begin with "I".
        while "{withdraw_i}" in text.lower() and not withdraw.startswith("I"):
            withdraw = self._pick_from([one for one in wordings("withdraw", brief) if one.startswith("I")])
        # "As I have …, I am" is well; "as my plans have changed, and I am relocating" rambles on.
        if reason and re.search(r"\b(?:[Aa]s|[Bb]ecause|[Ss]ince) \{[Rr]eason\}", text) and ", and " in reason:
            text = "{Reason}, so {withdraw}."
        decision, about = brief.number(FactKind.DECISION), brief.number(FactKind.REASON)
        values = {"withdraw": withdraw, "withdraw_i": withdraw, "reason": reason or ""}
        sentences = []
        for piece in re.split(r"(?<=[.?!]) (?=\{?[A-Z{])", text):
            filled = re.sub(
                r"\{(withdraw_i|withdraw|reason)\}", lambda slot: values[slot[1].lower()], piece, flags=re.IGNORECASE
            )
            if re.match(r"\{[WR]", piece):
                filled = filled[:1].upper() + filled[1:]
            sentences.append(Sentence(text=filled, fact=(about if "eason}" in piece else decision) or 0))
        return _Said(tuple(sentences))

    def _pick_from(self, texts: Sequence[str]) -> str:
        if self._random is None:
            return min(texts, key=lambda text: (len(text.split()), text))
        return self._random.choice(list(texts))

    def _thanks(self) -> _Said:
        brief = self._brief
        praise = woven(brief.words(FactKind.APPRECIATED))
        if praise is None or self._random is None:
            return _Said.of(self._pick(brief.stage), brief.number(FactKind.STAGE))
        text = self._pick(praise.move)
        for slot, value in praise.values.items():
            text = text.replace(slot, value)
        return _Said.of(text, brief.number(FactKind.APPRECIATED))

    def _mentions(self) -> Iterator[_Said]:
        """The first thing that may be mentioned, where it is a sentence of the person's own."""
        for words in self._brief.words(FactKind.MAY_MENTION)[:2]:
            sentence = _as_clause(words)
            if sentence and len(sentence.split()) <= 30:
                text = sentence[:1].upper() + sentence[1:] + "."
                yield _Said.of(text, self._brief.number(FactKind.MAY_MENTION, words))


_CLAUSE = re.compile(
    r"(?:i|i'm|i've|i'll|i'd|we|we're|we've|"
    r"my (?:\S+ ){0,6}?(?:is|are|was|were|has|have|had|will|stays?|ends?|needs?|wants?|"
    r"starts?|begins?|lives?|works?|can|could|would|gave|created|got|offered|asked|made|moved|came|became|requires?|"
    r"takes?|runs?)|the (?:\S+ ){1,8}?(?:is|are|was|were|has|have|will|would|ends?|clash\w*|needs?|wants?|starts?|"
    r"falls?|can|could|do(?:es)?|requires?|takes?|runs?)|there (?:is|are|was|were|has|have)|it (?:is|was|has|would))\b",
    re.IGNORECASE,
)


def _as_clause(words: str | None) -> str | None:
    """A person's own words as a clause to be built on, or None where they are not plainly one; no stop at its end."""
    text = (words or "").strip().rstrip(".!;, ")
    if not _CLAUSE.match(text) or re.search(r"[\n:;?]", text):
        return None
    keeps_case = text.split()[0].split("'")[0] in {"I"}
    return text if keeps_case else text[:1].lower() + text[1:]
