"""The local model: what no pattern can name.

A linear model over the words of a sentence and their pairs, weighed by how rare they are. It is trained from the
labelled sentences under guardrails/<language>/sentences/ (`trainer`, `make model`), where its card is. Weights are
whole numbers, so that it says the same everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from drafter.content import list_files, read_text, read_toml
from drafter.disclosure import telling_words
from drafter.guardrails.kinds import Case, Hit, Rule, allowed, compiled, kind
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.reading import Sentence
from drafter.guardrails.topics import of_names, opened

SCALE = 1000
"""Weights and scores are in thousandths of what the training gives."""

SHOWN = 3
"""How many of the words that weigh most are shown as evidence."""

FEWEST_WORDS = 3
"""A sentence of fewer words says too little to be judged by them."""

_TOKEN = re.compile(r"([ʀᴄᴘꜱ])[ʀᴄᴘꜱ]*|[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[?!,;:]")
_TELLING = re.compile(r"^[\w' ]*\w{4,}[\w' ]*$")


class LinearModel(NamedTuple):
    """The model of a language.

    `heads` are the questions it answers; `bias` has a number for each. `weights` maps a feature to the square of its
    rarity, and then its weight for each head.
    """

    heads: tuple[str, ...]
    bias: tuple[int, ...]
    weights: Mapping[str, tuple[int, ...]]

    def scores(self, features: Iterable[str]) -> dict[str, int]:
        """How much speaks for each head, in thousandths: 0 is even odds."""
        known = [self.weights[feature] for feature in features if feature in self.weights]
        rarity, *sums = map(sum, zip(*known, strict=True)) if known else (0, *(0 for _ in self.heads))
        length = sqrt(rarity / SCALE) or 1.0
        return {head: round(told / length) + bias for head, told, bias in zip(self.heads, sums, self.bias, strict=True)}

    def heaviest(self, head: str, features: Iterable[str]) -> list[str]:
        """The words and pairs that speak most for a head, the heaviest first; only what a reader can make sense of."""
        place = self.heads.index(head) + 1
        weighed = {one: self.weights[one][place] for one in features if one in self.weights and _TELLING.search(one)}
        return sorted((one for one in weighed if weighed[one] > 0), key=lambda one: (-weighed[one], one))[:SHOWN]


def features(text: str) -> list[str]:
    """The features of a sentence in lower case with its names blanked out: words and pairs of neighbours, once each."""
    words = ["^", *(match[1] or match[0] for match in _TOKEN.finditer(text)), "$"]
    return list(dict.fromkeys([*words, *map(" ".join, pairwise(words))]))


@lru_cache(maxsize=256)
def scored(language: str, text: str) -> Mapping[str, int] | None:
    """The scores of a sentence as `features` takes it, or None where the language has no model."""
    known = model(language)
    return None if known is None else known.scores(features(text))


def model_path(language: str) -> str:
    """Where the model of a language is."""
    return f"guardrails/{language}/sentences/model.json"


@cache
def model(language: str) -> LinearModel | None:
    """The model of a language, or None where there is none."""
    path = model_path(language)
    if path not in list_files(f"guardrails/{language}/sentences", ".json"):
        return None
    data = json.loads(read_text(path))
    weights = {feature: tuple(numbers) for feature, numbers in data["weights"].items()}
    return LinearModel(tuple(data["heads"]), tuple(data["bias"]), weights)


class Limit(NamedTuple):
    """From which score on a sentence makes a move, and the moves and phrases that it must not have then."""

    above: int
    never: frozenset[str]
    never_with: Phrases | None


@cache
def limits(language: str) -> Mapping[str, Limit]:
    """The moves that the model finds beside the patterns, as moves.toml has them (`above`, `never`, `never_with`)."""
    tables = read_toml(f"guardrails/{language}/moves.toml")
    found = {move: table for move, table in tables.items() if "above" in table}
    return {
        move: Limit(
            table["above"],
            frozenset(table.get("never", ())),
            compiled(table["never_with"]) if "never_with" in table else None,
        )
        for move, table in found.items()
    }


def makes(move: str, sentence: Sentence, language: str) -> bool:
    """Whether a sentence makes a move: by the patterns of the move, or by its score."""
    if move in sentence.moves:
        return True
    limit = limits(language).get(move)
    if limit is None or sentence.place not in {"body", "postscript"} or limit.never & sentence.moves:
        return False
    if limit.never_with and sentence.search(limit.never_with):
        return False
    scores = scored(language, sentence.masked)
    return scores is not None and scores[move] > limit.above


@kind("learned")
def learned(rule: Rule, case: Case) -> Iterator[Hit]:
    """Sentences that the local model scores over `above` (in thousandths) on `head`.

    A sentence that makes a friendly move (`friendly`) has to score `more` on top of that.
    With `side`, only where that head leans to more than 0, or with `other_side` to 0 and less; with `over`, only where
    none of those heads scores as high. A sentence that has a telling word in common with what the request allows speaks
    of that, and is left to the other rules; so is all, where `topical`, if the request opens a topic or the company's
    trade is one.
    """
    known = model(case.language)
    if known is None or (rule.parameters.get("topical") and (opened(case.request) or of_names(case.request))):
        return
    head, above, more = rule.parameters["head"], rule.parameters["above"], rule.parameters.get("more", 0)
    friendly: Sequence[str] = rule.parameters.get("friendly", ())
    given = telling_words(allowed(case.request))
    for sentence in case.body.sentences:
        if sentence.place not in {"body", "postscript"} or len(sentence.text.split()) < FEWEST_WORDS:
            continue
        scores = scored(case.language, sentence.masked) or {}
        if scores[head] <= above or not _leans(scores, rule):
            continue
        if scores[head] <= above + more and any(makes(move, sentence, case.language) for move in friendly):
            continue
        if telling_words(sentence.text) & given:
            continue
        heavy = ", ".join(f'"{one}"' for one in known.heaviest(head, features(sentence.masked)))
        why = f" What weighs most: {heavy}." if heavy else ""
        yield Hit(case.body, sentence.start, sentence.end, rule.message + why)


def _leans(scores: Mapping[str, int], rule: Rule) -> bool:
    """Whether the other heads agree, as `side`, `other_side` and `over` ask of them."""
    if any(scores[other] >= scores[rule.parameters["head"]] for other in rule.parameters.get("over", ())):
        return False
    if side := rule.parameters.get("side"):
        return scores[side] > 0
    if side := rule.parameters.get("other_side"):
        return scores[side] <= 0
    return True
