"""Trains the local model of a language from its labelled sentences (`make model`); see `learned`.

Needs scikit-learn, which only the training needs. The same sentences give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from drafter.content import content_root, list_files, read_text
from drafter.guardrails.learned import SCALE, features, limits, model_path
from drafter.guardrails.pack import rules
from drafter.guardrails.reading import BLANKS, lower, normalise

TONE = frozenset({"tone", "criticism", "cold"})
TOPICS = frozenset(
    {"health", "pregnancy", "family", "money", "compensation", "debts", "legal", "immigration", "religion", "politics"}
    | {"relationships", "present_job"}
)
REASONS = frozenset({"other_offer", "staying", "career_goals", "role_fit", "schedule", "relocation", "personal"})
MOVES = ("thank", "withdraw", "door_open")
"""Moves that a message can't do without: what makes them in words that no pattern has is found by the model."""
HEADS = ("tone", "criticism", "topic", "reason", *MOVES)
"""Sour in tone; of those, rather criticism than coldness; on a sensitive topic; an everyday reason to leave; moves."""

SEEN_TWICE = 2
"""A feature that stands in fewer sentences is left out."""

INVERSE_STRENGTH = 5.0
"""Of the regularisation, scikit-learn's `C`."""

FOLDS = 6


class Sentence(NamedTuple):
    """A labelled sentence; one may have several labels."""

    labels: frozenset[str]
    features: tuple[str, ...]


def sources(language: str) -> list[str]:
    """The files of labelled sentences."""
    return list(list_files(f"guardrails/{language}/sentences", ".tsv"))


def digest(language: str) -> str:
    """What the model was trained on, as a hash: another one means that it has to be trained anew."""
    return hashlib.sha256("".join(map(read_text, sources(language))).encode()).hexdigest()


def sentences(language: str) -> list[Sentence]:
    """All labelled sentences of a language: a line is its labels, a tab and the sentence, with names as slots."""
    lines = [line for path in sources(language) for line in read_text(path).splitlines() if line]
    split = [line.split("\t") for line in lines]
    return [Sentence(frozenset(labels.split()), tuple(features(_masked(text)))) for labels, text in split]


def _masked(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda slot: BLANKS[slot[1]], lower(normalise(text)[0]))


def wanted(head: str, one: Sentence) -> bool | None:
    """Whether a sentence is an example of a head, a counter-example, or neither."""
    if head in MOVES:
        return head in one.labels
    if one.labels <= {*MOVES, "other"}:  # labelled for its moves alone
        return None
    if head == "tone":
        return bool(one.labels & (TONE | {"company"}))
    if head == "topic":
        return bool(one.labels & TOPICS)
    if head == "reason":
        return bool(one.labels & REASONS) and not one.labels & TOPICS
    return bool(one.labels & {"criticism", "company"}) if one.labels & {"criticism", "company", "cold"} else None


class Trained(NamedTuple):
    """One head: its bias, and a weight for each feature of the vocabulary."""

    bias: float
    weights: Sequence[float]


class Space:
    """The vocabulary: how rare each feature is, and sentences as rows of numbers."""

    def __init__(self, known: Sequence[Sentence]) -> None:
        counted = Counter(feature for one in known for feature in one.features)
        self.names = sorted(name for name, count in counted.items() if count >= SEEN_TWICE)
        self.rarity = [math.log(len(known) / counted[name]) for name in self.names]
        self._place = {name: place for place, name in enumerate(self.names)}

    def rows(self, chosen: Sequence[Sentence]) -> Any:
        """The sentences as a sparse matrix, a row of length 1 each."""
        from scipy.sparse import csr_matrix

        data, columns, ends = [], [], [0]
        for one in chosen:
            places = sorted(self._place[name] for name in one.features if name in self._place)
            length = math.sqrt(math.fsum(self.rarity[place] ** 2 for place in places)) or 1.0
            data += [self.rarity[place] / length for place in places]
            columns += places
            ends.append(len(columns))
        return csr_matrix((data, columns, ends), shape=(len(chosen), len(self.names)))


def train(head: str, known: Sequence[Sentence], space: Space) -> Any:
    """A fitted scikit-learn classifier for one head."""
    from sklearn.linear_model import LogisticRegression

    taught = [one for one in known if wanted(head, one) is not None]
    even = "balanced" if head == "criticism" else None
    classifier = LogisticRegression(C=INVERSE_STRENGTH, solver="liblinear", class_weight=even)
    return classifier.fit(space.rows(taught), [wanted(head, one) for one in taught])


def figures(known: Sequence[Sentence], above: dict[str, int]) -> dict[str, dict[str, str]]:
    """What each head finds of its own and wrongly flags, in sentences that it was not shown: cross-validated."""
    told: dict[str, dict[str, str]] = {}
    for head, limit in above.items():
        hits: Counter[bool] = Counter()
        count: Counter[bool] = Counter()
        for fold in range(FOLDS):
            rest = [one for place, one in enumerate(known) if place % FOLDS != fold]
            asked = [one for place, one in enumerate(known) if place % FOLDS == fold and wanted(head, one) is not None]
            space = Space(rest)
            scores = train(head, rest, space).decision_function(space.rows(asked))
            for one, score in zip(asked, scores, strict=True):
                is_one = bool(wanted(head, one))
                count[is_one] += 1
                hits[is_one] += score * SCALE > limit
        told[head] = {
            "above": str(limit),
            "found": f"{hits[True]} of {count[True]}",
            "wrongly": f"{hits[False]} of {count[False]}",
        }
    return told


def main() -> None:
    """Writes the model of a language, English where none is named, and prints its figures."""
    language = sys.argv[1] if len(sys.argv) > 1 else "en"
    known = sentences(language)
    space = Space(known)
    fitted = [train(head, known, space) for head in HEADS]
    bars = {one.parameters["head"]: one.parameters["above"] for one in rules(language) if one.kind == "learned"}
    bars |= {move: limit.above for move, limit in limits(language).items()}
    lines = []
    for place, (name, rarity) in enumerate(zip(space.names, space.rarity, strict=True)):
        numbers = [round(one.coef_[0][place] * rarity * SCALE) for one in fitted]
        if any(numbers):
            lines.append(f"{json.dumps(name, ensure_ascii=False)}:{json.dumps([round(rarity**2 * SCALE), *numbers])}")
    top = {
        "sentences": digest(language),
        "heads": HEADS,
        "bias": [round(one.intercept_[0] * SCALE) for one in fitted],
        "figures": figures(known, {**bars, "criticism": 0}),
    }
    text = json.dumps(top, indent=1)[:-2] + ',\n "weights": {\n' + ",\n".join(lines) + "\n}}\n"
    Path(str(content_root())).joinpath(*model_path(language).split("/")).write_text(text, encoding="utf-8")
    print(json.dumps(top["figures"], indent=1))  # noqa: T201 -- a command that reports


if __name__ == "__main__":
    main()
