"""The tagger: what each sentence does (thank, withdraw, hedge, give a reason, criticise), as a small local model says.

A linear model over the words of a sentence, the pairs of neighbours and the marks that patterns leave on it. It is
trained from the labelled sentences under guardrails/<language>/sentences/ (`trainer`, `make model`), where its card is.
Weights are whole numbers, so that it says the same everywhere, and those of all heads are packed into one integer, so
that one addition a feature scores them all.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from drafter.content import list_files, read_text, read_toml
from drafter.guardrails.context import Context
from drafter.guardrails.marks import marks
from drafter.guardrails.reading import Sentence
from drafter.guardrails.wording import Wording, kept
from drafter.message import Part

SCALE = 32
"""Weights and scores count in thirty-seconds of a logit."""

MOST_FEATURES = 4_000
"""Features of one sentence that are looked up at most: what is longer is no sentence."""

SHOWN = 3
"""How many of the words that weigh most are shown as evidence."""

_FIELD = 32
"""Bits that each head's sum has for itself."""
_ZERO = 1 << (_FIELD - 1)
_KEPT = 100_000
_TOKEN = re.compile(r"([ʀᴄᴘꜱ])[ʀᴄᴘꜱ]*|[^\W\d_]+(?:'[^\W\d_]+)?|(\d)[\d.,:]*|[?!,;:-]")
_AFTERTHOUGHT = re.compile(r"^p\.? ?s\b[.:,-]* *")
"""Opens a postscript, and says nothing of what it does."""
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_TELLING = re.compile(r"^(?!\w:)[\w' ]*\w{4,}[\w' ]*$")


def words(text: str) -> list[str]:
    """The features of a sentence in lower case with its names blanked out: words and pairs of neighbours, once each.

    A script that sets no spaces between words is taken character by character.
    """
    text = _AFTERTHOUGHT.sub("", text)
    if not text.isascii() and _UNSPACED.search(text):
        text = _UNSPACED.sub(r" \g<0> ", text)
    found = ["^", *(one[1] or ("0" if one[2] else one[0]) for one in _TOKEN.finditer(text)), "$"]
    return list(dict.fromkeys([*found, *map(" ".join, pairwise(found))]))[:MOST_FEATURES]


class Tagger:
    """The model of a language. `heads` are the questions that it answers; those in `context` it answers again where it
    is shown a whole message.
    """

    def __init__(
        self,
        heads: Sequence[str],
        bias: Sequence[int],
        weights: Mapping[str, str],
        context: Mapping[str, Context] | None = None,
    ) -> None:
        self.heads = tuple(heads)
        self.context = dict(context or {})
        self._raw = weights
        self._packed: dict[str, int] = {}
        self._signs: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._bias = sum((weight + _ZERO) << (_FIELD * place) for place, weight in enumerate(bias))
        self.places = {head: place for place, head in enumerate(heads)}
        self._unpack = struct.Struct(f"<{len(heads)}I").unpack

    def weights(self, feature: str) -> Sequence[int]:
        """What a feature adds to each head's score; nothing where it is not known."""
        return (
            struct.unpack(f"{len(self.heads)}b", base64.b64decode(self._raw[feature])) if feature in self._raw else ()
        )

    def _weight(self, feature: str) -> int:
        known = self._packed.get(feature)
        if known is None:
            if len(self._packed) > _KEPT:
                self._packed.clear()
            known = sum(weight << (_FIELD * place) for place, weight in enumerate(self.weights(feature)))
            self._packed[feature] = known
        return known

    def added(self, head: str, features: tuple[str, ...]) -> int:
        """What further features, of which there are few in all, add to the score of a head."""
        known = self._signs.get(features)
        if known is None:
            rows = [self.weights(one) or [0] * len(self.heads) for one in features]
            known = self._signs[features] = tuple(map(sum, zip(*rows, strict=True)))
        return known[self.places[head]]

    def scores(self, features: Iterable[str]) -> dict[str, int]:
        """How much speaks for each head, in thirty-seconds of a logit: 0 is even odds."""
        total = self._bias + sum(map(self._weight, features))
        told = self._unpack(total.to_bytes(len(self.heads) * _FIELD // 8, "little"))
        return {head: score - _ZERO for head, score in zip(self.heads, told, strict=True)}

    def heaviest(self, head: str, features: Iterable[str]) -> list[str]:
        """The words and pairs that speak most for a head, the heaviest first; only what a reader can make sense of."""
        place = self.heads.index(head)
        weighed = {one: self.weights(one)[place] for one in features if one in self._raw and _TELLING.search(one)}
        return sorted((one for one in weighed if weighed[one] > 0), key=lambda one: (-weighed[one], one))[:SHOWN]


def model_path(language: str) -> str:
    """Where the model of a language is."""
    return f"guardrails/{language}/sentences/model.json"


@cache
def tagger(language: str) -> Tagger | None:
    """The model of a language, or None where there is none."""
    path = model_path(language)
    if path not in list_files(f"guardrails/{language}/sentences", ".json"):
        return None
    data = json.loads(read_text(path))
    context = {head: Context(*told) for head, told in data.get("context", {}).items()}
    return Tagger(data["heads"], data["bias"], data["weights"], context)


class Bar(NamedTuple):
    """From which score of a head on a sentence does something; `signed`: where a rule's pattern says so too. `within`
    and `within_signed` are the same for its score in the context of a message; a sentence that by itself scores above
    `sure` needs none.
    """

    head: str
    above: int
    signed: int
    within: int | None = None
    within_signed: int = 0
    sure: int | None = None


@cache
def bars(language: str) -> Mapping[str, Bar]:
    """The bars of a language by name (tags.toml); one is named for its head, or names it."""
    path = f"guardrails/{language}/tags.toml"
    tables = read_toml(path) if path in list_files(f"guardrails/{language}", ".toml") else {}
    return {
        name: Bar(
            table.get("head", name),
            table["above"],
            table.get("signed", table["above"]),
            table.get("within"),
            table.get("within_signed", table.get("within", 0)),
            table.get("sure"),
        )
        for name, table in tables.items()
    }


def features(sentence: Sentence, language: str) -> list[str]:
    """What the tagger goes by: words, pairs and marks."""
    return [*words(sentence.masked), *marks(sentence.wording, sentence.moves, language)]


def scores(sentence: Sentence, language: str) -> Mapping[str, int]:
    """The scores of a sentence; none in a language without a model."""
    return weighed(sentence.wording, sentence.moves, language)


@kept
def weighed(said: Wording, moves: frozenset[str], language: str) -> Mapping[str, int]:
    """The scores of a sentence by what it says and the moves that it makes."""
    model = tagger(language)
    return model.scores([*words(said.masked), *marks(said, moves, language)]) if model else {}


@kept
def own_in_context(said: Wording, moves: frozenset[str], language: str) -> Mapping[str, int]:
    """What a sentence's own scores come to for each head that is asked in context."""
    model, scores = tagger(language), [*weighed(said, moves, language).values()]
    return {head: context.own(scores) for head, context in model.context.items()} if model else {}


def makes(name: str, sentence: Sentence, language: str) -> bool:
    """Whether a sentence that stands by itself does something; in a language without a tagger none does anything."""
    known, bar = tagger(language), bars(language).get(name)
    return known is not None and bar is not None and scores(sentence, language)[bar.head] > bar.above


def seems(name: str, sentence: Sentence, language: str) -> bool:
    """Whether a sentence is over the bar of those of which something else says that they do it, as a pattern may."""
    bar = bars(language)[name]
    return scores(sentence, language)[bar.head] > bar.signed


SUBJECTS = 64
"""How much further over its bar a subject has to be where no pattern speaks for it: it is no sentence of the kind that
the tagger was taught.
"""


def does(name: str, sentence: Sentence, language: str, *signs: str) -> bool:
    """Whether a sentence does something: its score, with what the `signs` of a rule add, is over the bar `name`.

    Raises KeyError for a bar that the language does not have.
    """
    if not signs:
        return _done(sentence.wording, sentence.moves, sentence.part, language)[name]
    told, bar, known = scores(sentence, language), bars(language)[name], tagger(language)
    further = known.added(bar.head, signs) if known else 0
    return bool(told) and told[bar.head] + further > bar.signed


@kept
def _done(said: Wording, moves: frozenset[str], part: Part, language: str) -> Mapping[str, bool]:
    """Each bar of a head, and whether a sentence is over it."""
    told, more = weighed(said, moves, language), SUBJECTS if part is Part.SUBJECT else 0
    return {name: told[bar.head] - more > bar.above for name, bar in bars(language).items() if bar.head in told}
