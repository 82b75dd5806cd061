"""One reading of a text, made once and used by every rule: one form of Unicode, sentences, and names blanked out.

All indices here are into `Reading.text`; `Reading.span` brings them back to the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

from drafter.guardrails.disguise import turned, unveiled
from drafter.guardrails.phrases import Phrases, joined
from drafter.guardrails.plain import count_words, lower, normalise
from drafter.guardrails.wording import Wording, kept, worded
from drafter.message import Part, Span

Place = Literal["salutation", "body", "sign_off", "postscript"]
BLANKS = {"role": "ʀ", "company": "ᴄ", "recipient": "ᴘ", "sender": "ꜱ"}
"""The letter that a name of the request becomes in `masked`; none of them survives normalising, so none is real."""

BLANK_LETTERS = frozenset(BLANKS.values())
BLANKED = re.compile(f"[{''.join(BLANKS.values())}]+")
_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]]*(?=\s|$)|[。！？]+")
_FIRST = re.compile(r"[^\W\d_]")
_SLOT = re.compile(r"\{(\w+?)(?:_\d+)?\}")


@dataclass(slots=True, eq=False)  # one is what it is: two may say the same
class Sentence:
    """A sentence, or a greeting or closing line: where it stands, what it says and which moves it makes."""

    part: Part
    start: int
    end: int
    place: Place
    text: str
    wording: Wording
    moves: frozenset[str] = frozenset()

    @property
    def masked(self) -> str:
        """`text` in lower case with the names of the request blanked out, letter for letter."""
        return self.wording.masked


class Move(NamedTuple):
    """What a sentence may do: it holds what is `wanted`, and not what would make it do something else."""

    name: str
    wanted: Phrases
    unless: Phrases | None


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """What reading needs to know of a language: how letters open and close, and which stops end no sentence."""

    greeting: Phrases
    sign_off: Phrases
    postscript: Phrases
    abbreviations: frozenset[str]
    moves: Mapping[Phrases, Move]
    """By the phrases that each needs."""


@dataclass(frozen=True)
class Reading:
    """A subject or a body as the rules see it.

    `text` is `original` in one form of Unicode; `masked` is `text` in lower case with the names of the request blanked
    out, letter for letter, so both have the same indices.
    """

    part: Part
    original: str
    text: str
    masked: str
    sentences: tuple[Sentence, ...]
    words: int
    _origins: Sequence[tuple[int, int]] | None

    @cached_property
    def cased(self) -> str:
        """`masked` with the capitals left in."""
        pieces, end = [], 0
        for blank in BLANKED.finditer(self.masked):
            pieces += [self.text[end : blank.start()], blank[0]]
            end = blank.end()
        return "".join([*pieces, self.text[end:]])

    @cached_property
    def whole(self) -> Wording:
        """`masked` as one wording, for what may run on from sentence to sentence."""
        cut = any(
            one.end == other.start and _cuts_word(self.masked, one.end) for one, other in pairwise(self.sentences)
        )
        return Wording(self.masked, None if cut else joined([one.wording.called for one in self.sentences]))

    @cached_property
    def _called(self) -> tuple[frozenset[Phrases], int]:
        """The phrases that its sentences call for, of those whose key is below a number."""
        called = [one.wording.called for one in self.sentences]
        return frozenset[Phrases]().union(*called), min((one.known for one in called), default=0)

    def calls(self, phrases: Phrases) -> bool:
        """Whether phrases may have a match in a sentence, going by the words alone."""
        called, known = self._called
        return phrases in called or phrases.key >= known

    @cached_property
    def starts(self) -> frozenset[int]:
        """Where sentences start."""
        return frozenset(sentence.start for sentence in self.sentences)

    @cached_property
    def hidden(self) -> tuple[Wording, ...]:
        """What may be hidden in the text as given."""
        return tuple(worded(lower(text)) for text in unveiled(self._without_names_pictures))

    @cached_property
    def turned(self) -> frozenset[str]:
        """Words that one of the text may be, backwards or by thirteen letters."""
        return frozenset[str]().union(*(_turned(one.wording) for one in self.sentences))

    @cached_property
    def initials(self) -> str:
        """The first letters of its sentences and, behind a blank, those of its lines: they may spell a word."""
        sentences = (_FIRST.search(lower(one.text)) for one in self.sentences)
        lines = (_FIRST.search(line) for line in lower(self.text).splitlines())
        return " ".join("".join(found[0] for found in group if found) for group in (sentences, lines))

    @cached_property
    def _without_names_pictures(self) -> str:
        """The text as given without pictures that a name of the request has: a role may be called "👩‍💻"."""
        if self.original.isascii() or self._origins is None:
            return self.original
        letters = list(self.original)
        for index, (start, end) in enumerate(self._origins):
            if self.masked[index] in BLANK_LETTERS and not self.text[index].isalnum():
                letters[start:end] = " " * (end - start)
        return "".join(letters)

    def span(self, start: int, end: int) -> Span:
        """Where `text[start:end]` stands in the text as given."""
        if self._origins is None:
            return Span(self.part, start, end)
        return Span(self.part, self._origins[start][0], self._origins[end - 1][1])


def read(text: str, part: Part, blanked: Callable[[str], str], language: Language | None) -> Reading:
    """The reading of a subject or body.

    `blanked` blanks the names of the request out, as BLANKS has them; `language` is None where no pack knows the
    language: then only what holds for all languages is seen.
    """
    plain, origins = normalise(text)
    masked = lower(blanked(plain))
    sentences = tuple(_sentences(plain, masked, part, language))
    return Reading(part, text, plain, masked, sentences, count_words(plain), origins)


def _sentences(text: str, masked: str, part: Part, language: Language | None) -> Iterator[Sentence]:
    split = _with_stops_of_names(text, masked)
    for start, end, place in _places(masked, part, language):
        for first, last in _split(split, start, end, language):
            said = worded(masked[first:last])
            made = frozenset[str]() if place == "salutation" else moves(said, language)
            yield Sentence(part, first, last, place, text[first:last], said, made)


_NAME_STOP = re.compile(r"[!?.](?=\s+[^\W\d_a-z])")


def _with_stops_of_names(text: str, masked: str) -> str:
    """`masked` with the stop of a name such as "Yahoo!" put back where a sentence ends with it."""
    letters = list(masked)
    for stop in _NAME_STOP.finditer(text):
        if stop[0] != "." or not _in_name(masked, stop.start()):
            letters[stop.start()] = stop[0]
    return "".join(letters)


def _in_name(masked: str, index: int) -> bool:
    """Whether a name goes on behind a letter and a space: "St. Jude's" ends no sentence."""
    return masked[index + 1 : index + 3].strip()[:1] in BLANK_LETTERS


def _cuts_word(text: str, index: int) -> bool:
    return text[index - 1 : index].isalnum() and text[index : index + 1].isalnum()


def running(text: str, language: Language | None) -> tuple[Sentence, ...]:
    """The sentences of a text that is part of a body; slots such as "{company}" count as the names they stand for."""
    plain = normalise(text)[0]
    masked = lower(_SLOT.sub(lambda slot: BLANKS.get(slot[1], "ᴘ") * len(slot[0]), plain))
    found = ((start, end, worded(masked[start:end])) for start, end in _split(masked, 0, len(masked), language))
    return tuple(
        Sentence(Part.BODY, start, end, "body", plain[start:end], said, moves(said, language))
        for start, end, said in found
    )


@kept
def _turned(said: Wording) -> frozenset[str]:
    return turned(said.masked)


@kept
def moves(said: Wording, language: Language | None) -> frozenset[str]:
    """The moves that a sentence makes, going by its patterns."""
    return frozenset(
        move.name
        for move in said.called_among(language.moves if language else {})
        if said.search(move.wanted) and not (move.unless and said.search(move.unless))
    )


def _places(masked: str, part: Part, language: Language | None) -> list[tuple[int, int, Place]]:
    """The lines of a text, each with the place that it has in a letter; a greeting in a line is cut from the rest."""
    lines = [(found.start(), found.end()) for found in re.finditer(r"[^\n]*\S[^\n]*", masked)]
    if part is Part.SUBJECT:
        return [(start, end, "body") for start, end in lines]
    places: list[tuple[int, int, Place]] = [(start, end, "body") for start, end in lines]
    if lines:
        places[:1] = _opening(masked, *lines[0], alone=len(lines) == 1, language=language)
    _closing(masked, places, language)
    return places


def _opening(
    masked: str, start: int, end: int, *, alone: bool, language: Language | None
) -> list[tuple[int, int, Place]]:
    line = masked[start:end]
    if language and (found := language.greeting.match(line)):
        cut = start + found.end()
        rest: list[tuple[int, int, Place]] = [(cut, end, "body")] if masked[cut:end].strip() else []
        return [(start, cut, "salutation"), *rest]
    if not alone and len(line) < 80 and (line.rstrip().endswith((",", ":", "、")) or not _SENTENCE_END.search(line)):
        return [(start, end, "salutation")]
    return [(start, end, "body")]


def _closing(masked: str, places: list[tuple[int, int, Place]], language: Language | None) -> None:
    """Marks the lines at the end that close the letter: a signature, the wish before it, and what comes after it."""
    for index in range(len(places) - 1, 0, -1):
        start, end, _ = places[index]
        line = masked[start:end].strip()
        if language and language.postscript.match(line):
            places[index] = (start, end, "postscript")
        elif (language and language.sign_off.match(line)) or _is_short(line):
            places[index] = (start, end, "sign_off")
        elif places[index][2] == "body":
            return


def _is_short(line: str) -> bool:
    return len(line.split()) <= 5 and not _SENTENCE_END.search(line)


def _split(masked: str, start: int, end: int, language: Language | None) -> Iterator[tuple[int, int]]:
    """The sentences of one line, without the spaces around them."""
    first = start
    for stop in _SENTENCE_END.finditer(masked, start, end):
        word = masked[first : stop.start()].rsplit(None, 1)[-1:] or [""]
        short = language is not None and stop[0] == "." and word[0].strip("(\"'") in language.abbreviations
        initial = stop[0] == "." and len(word[0]) == 1 and word[0].isalpha() and word[0] not in "iʀᴄᴘꜱ"
        if short or initial:
            continue
        yield from _trimmed(masked, first, stop.end())
        first = stop.end()
    yield from _trimmed(masked, first, end)


def _trimmed(masked: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = masked[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
