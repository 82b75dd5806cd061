"""One letter from one draw of wordings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from drafter.disclosure import Brief, FactKind
from drafter.letter import Letter, Paragraph, Sentence
from drafter.names import Names, has_title
from drafter.phrasebook.book import book, language_of, wordings
from drafter.phrasebook.own_words import as_clause, is_offer, is_two, joins_badly
from drafter.praise import woven
from drafter.request import Channel

_Choice = TypeVar("_Choice")

OPTIONAL_CHANCE = 0.55
"""How often a move that may be left out is made, where there is room."""

MENTION_WORDS = 30
_NOUN_AT_END = re.compile(r"\b(?:position|role|job|post|vacancy|opening|process|search)$", re.IGNORECASE)
_NOUN_BESIDE = re.compile(
    r"\{role\} (?:position|role|job|post|process|search|application)\b|(?:position|role|post) of \{role\}"
)


@dataclass(frozen=True)
class Part:
    """What one move says: its sentences, each with the number of the fact that it rests on.

    `pieces` are the wordings that it is made of, before they were put together.
    """

    move: str
    sentences: tuple[Sentence, ...]
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Outline:
    """A letter with its moves still told apart, for judging how they go together."""

    subject: str | None
    greeting: str
    paragraphs: tuple[tuple[Part, ...], ...]
    sign_off: str

    def letter(self) -> Letter:
        paragraphs = ([one for part in parts for one in part.sentences] for parts in self.paragraphs)
        return Letter(
            subject=self.subject,
            greeting=self.greeting,
            paragraphs=tuple(Paragraph(sentences=tuple(sentences)) for sentences in paragraphs if sentences),
            sign_off=self.sign_off,
        )


class Writer:
    """Writes one outline. `room` is the part of each move's wordings to draw from, shortest first: 1.0 is all of them.

    Without `random` every wording is the shortest; `without` are moves that are left out for want of room.
    """

    def __init__(
        self,
        brief: Brief,
        names: Names,
        random: Random | None,
        *,
        room: float = 1.0,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self._brief, self._names, self._random = brief, names, random
        self._room, self._without = room, without

    def outline(self) -> Outline:
        """The letter in parts."""
        brief = self._brief
        orders = book(language_of(brief))["orders"][brief.channel]
        order = orders[0] if self._random is None else self._draw(orders)
        paragraphs = tuple(tuple(part for move in moves for part in self._parts(move)) for moves in order)
        return Outline(
            subject=self.pick("subject") if brief.channel is Channel.EMAIL else None,
            greeting=self.pick("greeting_named" if brief.named_recipient else "greeting_unnamed"),
            paragraphs=paragraphs,
            sign_off=self.pick("sign_off"),
        )

    def _parts(self, move: str) -> Iterator[Part]:
        """What a move of the order says, if anything."""
        name, optional = move.rstrip("?"), move.endswith("?")
        if name in self._without or (optional and not self._has_room(name)):
            return
        brief = self._brief
        if name == "news":
            yield self._news()
        elif name == "thanks":
            yield self._thanks()
        elif name == "end":
            closing, fact = ("door", brief.number(FactKind.DOOR)) if brief.keep_in_touch else ("wish", None)
            yield _part(closing, self.pick(closing), fact)
        elif name == "cancel":
            if brief.interview:
                text = self.pick("cancel").replace("{date}", brief.interview.split(" at ")[0])
                yield _part("cancel", text, brief.number(FactKind.INTERVIEW))
        elif name == "mention":
            yield from self._mentions()
        else:
            yield _part(name, self.pick(name), None)

    def _has_room(self, name: str) -> bool:
        if self._random is None or self._room < 1:
            return False
        return name == "mention" or self._random.random() < OPTIONAL_CHANCE

    def pick(self, move: str) -> str:
        """One wording of a move that suits the brief."""
        fitting = wordings(move, self._brief)
        if _NOUN_AT_END.search(self._names.role):
            fitting = tuple(text for text in fitting if not _NOUN_BESIDE.search(text)) or fitting
        if self._names.recipient and has_title(self._names.recipient):
            fitting = tuple(text for text in fitting if not text.startswith("Hi ")) or fitting
        return self._pick_from(fitting)

    def _pick_from(self, texts: Sequence[str]) -> str:
        by_length = sorted(texts, key=lambda text: (len(text.split()), text))
        if self._random is None:
            return by_length[0]
        return self._draw(by_length[: max(1, round(len(by_length) * self._room))])

    def _draw(self, choices: Sequence[_Choice]) -> _Choice:
        # Only `random()` gives the same numbers for a seed on every version of Python; `choice` does not say so.
        assert self._random is not None  # noqa: S101 -- for the type checker
        return choices[int(self._random.random() * len(choices))]

    def _news(self) -> Part:
        """The withdrawal, alone or with the reason; a sentence that tells the reason rests on the reason."""
        brief = self._brief
        withdraw = self.pick("withdraw")
        told = "reason" not in self._without
        detail = as_clause(brief.detail) if told else None
        reason = detail or (self.pick(brief.reason) if brief.reason and told else None)
        text = self.pick("alone") if reason is None else self._joint(reason, own=detail is not None)
        decision, about = brief.number(FactKind.DECISION), brief.number(FactKind.REASON)
        values = {"withdraw": withdraw, "reason": reason or ""}
        values |= {name.capitalize(): value[:1].upper() + value[1:] for name, value in values.items()}
        sentences = (
            Sentence(text=filled(piece, values), fact=(about if "eason}" in piece else decision) or 0)
            for piece in re.split(r"(?<=[.?!]) (?=[A-Z{])", text)
        )
        return Part("news", tuple(sentences), tuple(piece for piece in (text, withdraw, reason) if piece))

    def _joint(self, reason: str, *, own: bool) -> str:
        """How the reason and the withdrawal stand together."""
        if own and is_two(reason):
            return "{Withdraw}. {Reason}."
        fitting = wordings("detailed" if own else "joined", self._brief)
        if joins_badly(reason):
            fitting = tuple(text for text in fitting if re.match(r"\{Reason\}[.,]|\{Withdraw\}[.:]", text))
        return self._pick_from(fitting)

    def _thanks(self) -> Part:
        brief = self._brief
        entries = {self._addressed(words): words for words in brief.words(FactKind.APPRECIATED)}
        praise = woven(tuple(entries))
        if praise is None or "praise" in self._without:
            return _part("thanks", self.pick(brief.stage), brief.number(FactKind.STAGE))
        text = filled(self.pick(praise.move), praise.values)
        return _part("thanks", text, brief.number(FactKind.APPRECIATED, entries[praise.entry]))

    def _addressed(self, words: str) -> str:
        """An entry in which every form of the recipient's name is the one slot for it."""
        whole = set((self._names.recipient or "").split())
        forms = [slot for slot, name in self._names.found.items() if whole & set(name.split())]
        return re.sub(rf"\{{(?:{'|'.join(forms)})\}}", "{recipient}", words) if forms else words

    def _mentions(self) -> Iterator[Part]:
        """What may be mentioned, where it is a sentence of the person's own; two things at most."""
        for count, words in enumerate(self._brief.words(FactKind.MAY_MENTION)[:2]):
            clause = as_clause(words)
            if clause is None or len(clause.split()) > MENTION_WORDS:
                continue
            plain = count > 0 or is_two(clause)
            text = "{Mention}." if plain else self.pick("offer" if is_offer(clause) else "mention")
            values = {"mention": clause, "Mention": clause[:1].upper() + clause[1:]}
            yield _part("mention", filled(text, values), self._brief.number(FactKind.MAY_MENTION, words))


def _part(move: str, text: str, fact: int | None) -> Part:
    pieces = re.split(r"(?<=[a-z}][.?!]) (?=[A-Z])", text) if move != "mention" else [text]
    return Part(move, tuple(Sentence(text=piece, fact=fact or 0) for piece in pieces), (text,))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A wording with its slots filled; slots for names stay."""
    return re.sub(r"\{(\w+)\}", lambda slot: values.get(slot[1], slot[0]), text)
