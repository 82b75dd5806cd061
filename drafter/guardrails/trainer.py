"""Trains the tagger of a language from its labelled sentences (`make model`); see `tagger`.

Needs scikit-learn, which only the training needs. The same sentences and patterns give the same bytes.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from drafter.content import content_root
from drafter.guardrails.context import UNIT, Context, beyond, views
from drafter.guardrails.pack import languages, rules
from drafter.guardrails.tagged import sign, signing
from drafter.guardrails.tagger import SCALE, bars, model_path
from drafter.guardrails.taught import HEADS, Labelled, Taught, digest, taught

SEEN_TWICE = 2
"""A feature that stands in fewer sentences is left out."""

INVERSE_STRENGTH = 0.5
"""Of the regularisation, scikit-learn's `C`."""

TOLERANCE = 0.01
"""Of the fit; less changes no score that matters."""

CONTEXT_STRENGTH = 0.02
"""The same of the second models, whose numbers are few."""

FOLDS = 6
_MOST = 127


@cache
def _others_signs(head: str, language: str) -> frozenset[str]:
    """The signs of rules that go by another head: they say nothing of this one, as it is never asked with them."""
    kin = {"criticism": "sour"}.get(head, head)
    linked = {sign(rule): rule.parameters["head"] for rule in signing(rules(language))}
    return frozenset(one for one, other in linked.items() if other != kin)


class Space:
    """The vocabulary: the features that some training sentences have; `rows` are these sentences."""

    def __init__(self, known: Sequence[Labelled]) -> None:
        counted = Counter(feature for one in known for feature in one.features)
        self.names = sorted(name for name, count in counted.items() if count >= SEEN_TWICE)
        self._place = {name: place for place, name in enumerate(self.names)}
        self.known = known
        self.rows = self.matrix(known)

    def matrix(self, chosen: Sequence[Labelled]) -> Any:
        """Sentences as rows of zeros and ones, a sparse matrix."""
        from scipy.sparse import csr_matrix

        columns: list[int] = []
        ends = [0]
        for one in chosen:
            columns += sorted(self._place[name] for name in one.features if name in self._place)
            ends.append(len(columns))
        return csr_matrix(([1.0] * len(columns), columns, ends), shape=(len(chosen), len(self.names)))

    def without(self, rows: Any, names: Container[str]) -> Any:
        """Rows with some features left out."""
        from scipy.sparse import diags

        kept = rows @ diags([float(name not in names) for name in self.names])
        kept.eliminate_zeros()
        return kept.tocsr()

    def unsigned(self, chosen: Sequence[Labelled]) -> Any:
        """Sentences as rows without the signs of rules, as the tagger sees them first."""
        return self.without(self.matrix(chosen), {name for name in self.names if name.startswith("s:")})


class Head:
    """One trained head: its bias and a weight for each feature of the vocabulary, in the tagger's units."""

    def __init__(self, name: str, space: Space, language: str) -> None:
        from sklearn.linear_model import LogisticRegression

        answers = [one.answers(name) for one in space.known]
        shown = [row for row, answer in enumerate(answers) if answer is not None]
        wanted = [answers[row] for row in shown]
        even = "balanced" if name == "criticism" else None
        self._space, self._fitted = space, None
        if len(set(wanted)) > 1:
            classifier = LogisticRegression(
                C=INVERSE_STRENGTH, solver="liblinear", dual=True, class_weight=even, tol=TOLERANCE, random_state=0
            )  # the dual problem is solved several times as fast
            rows = space.without(space.rows[shown], _others_signs(name, language))
            self._fitted = classifier.fit(rows, wanted, sample_weight=[space.known[row].weight for row in shown])

    @cached_property
    def bias(self) -> int:
        """The score of a sentence of which nothing is known."""
        return round(self._fitted.intercept_[0] * SCALE) if self._fitted is not None else -10 * SCALE

    @cached_property
    def weights(self) -> list[int]:
        """What each feature adds."""
        if self._fitted is None:
            return [0] * len(self._space.names)
        return [max(-_MOST, min(_MOST, round(weight * SCALE))) for weight in self._fitted.coef_[0]]

    def scores(self, rows: Any) -> Any:
        """The scores of rows of the vocabulary, as the tagger will give them."""
        import numpy as np

        return (rows @ np.array(self.weights) + self.bias).astype(int)


class HeldOut:
    """The scores of all sentences, each by heads that were shown neither it nor a message that it stands in; one that
    several messages have is held out with the last of them.
    """

    def __init__(self, known: Taught, language: str) -> None:
        import numpy as np

        self._rows = {one.text: row for row, one in enumerate(known.sentences)}
        self._columns = {head: column for column, head in enumerate(HEADS)}
        self._scores = np.zeros((len(known.sentences), len(HEADS)), dtype=int)
        folds = self._folds(known)
        for fold in range(FOLDS):
            rest = [one for one in known.sentences if folds[one.text] != fold]
            asked = [one for one in known.sentences if folds[one.text] == fold]
            space = Space(rest)
            rows, places = space.unsigned(asked), [self._rows[one.text] for one in asked]
            for head, column in self._columns.items():
                self._scores[places, column] = Head(head, space, language).scores(rows)

    @staticmethod
    def _folds(known: Taught) -> dict[str, int]:
        """The fold of each sentence: messages that stand near each other, most often of one author, share one."""
        folds = {one.text: place % FOLDS for place, one in enumerate(known.sentences)}
        for place, message in enumerate(known.messages):
            folds |= {one.text: place * FOLDS // len(known.messages) for one in message}
        return folds

    def told(self, one: Labelled) -> dict[str, int]:
        """The scores of a sentence."""
        row = self._scores[self._rows[one.text]]
        return {head: int(row[column]) for head, column in self._columns.items()}


def figures(known: Taught, held_out: HeldOut, language: str) -> dict[str, dict[str, str]]:
    """What each head with a bar finds of its own and wrongly flags, in sentences that it was not shown."""
    told = [(one, held_out.told(one)) for one in known.sentences]
    found = {}
    for name, bar in bars(language).items():
        if bar.head in HEADS:
            over: dict[bool, list[bool]] = {True: [], False: []}
            for one, scores in told:
                if (answer := one.answers(bar.head)) is not None:
                    over[answer].append(scores[bar.head] > bar.above)
            found[name] = {
                "above": str(bar.above),
                "found": f"{sum(over[True])} of {len(over[True])}",
                "wrongly": f"{sum(over[False])} of {len(over[False])}",
            }
    return found


def in_context(known: Taught, held_out: HeldOut, language: str) -> dict[str, Context]:
    """The second models, of the heads that have a bar `within` a message, from the scores that are held out."""
    wanted = {bar.head for bar in bars(language).values() if bar.within is not None}
    pairs = [
        pair
        for message in known.messages
        for pair in zip(message, views([held_out.told(one) for one in message]), strict=True)
    ]
    return {head: fitted(head, pairs) for head in HEADS if head in wanted and pairs}


def fitted(head: str, pairs: Sequence[tuple[Labelled, Sequence[int]]]) -> Context:
    """The second model of one head, with what it takes to centre and scale the numbers of a view in its weights."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    asked = [(one.answers(head), view) for one, view in pairs if one.answers(head) is not None]
    numbers = np.array([[*view, *beyond(view)] for _, view in asked], dtype=float)
    middle, spread = numbers.mean(axis=0), numbers.std(axis=0) + 1e-9
    classifier = LogisticRegression(C=CONTEXT_STRENGTH, max_iter=5_000, tol=1e-6)
    classifier.fit((numbers - middle) / spread, [answer for answer, _ in asked])
    weights = classifier.coef_[0] / spread
    bias = classifier.intercept_[0] - float(weights @ middle)
    units = [round(float(weight) * SCALE * UNIT) for weight in weights]
    return Context(round(bias * SCALE * UNIT), units[: len(units) // 2], units[len(units) // 2 :])


def lines(space: Space, heads: Sequence[Head]) -> Iterable[str]:
    """The weights as the model's file has them: a feature, and a byte for each head."""
    for place, name in enumerate(space.names):
        weights = [head.weights[place] for head in heads]
        if any(weights):
            packed = base64.b64encode(struct.pack(f"{len(weights)}b", *weights)).decode()
            yield f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(packed)}"


def main() -> None:
    """Writes the models of the languages that are named, of all where none is, and prints their figures."""
    for language in sys.argv[1:] or languages():
        write(language)


def write(language: str) -> None:
    """Trains and writes the model of one language."""
    known = taught(language)
    space = Space(known.sentences)
    heads = [Head(name, space, language) for name in HEADS]
    held_out = HeldOut(known, language)
    top: Mapping[str, Any] = {
        "sentences": digest(language),
        "heads": HEADS,
        "bias": [head.bias for head in heads],
        "figures": figures(known, held_out, language),
        "context": in_context(known, held_out, language),
    }
    text = json.dumps(top, indent=1)[:-2] + ',\n "weights": {\n' + ",\n".join(lines(space, heads)) + "\n}}\n"
    Path(str(content_root())).joinpath(*model_path(language).split("/")).write_text(text, encoding="utf-8")
    print(language, json.dumps(top["figures"], indent=1))  # noqa: T201 -- a command that reports


if __name__ == "__main__":
    main()
