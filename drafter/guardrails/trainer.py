"""Trains the tagger of a language from its labelled sentences (`make model`); see `tagger`.

Needs scikit-learn, which only the training needs. The same sentences and patterns give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from drafter.content import content_root, list_files, read_text, read_toml
from drafter.guardrails.engine import case_of
from drafter.guardrails.pack import languages, rules
from drafter.guardrails.tagged import sign, signing, signs
from drafter.guardrails.tagger import SCALE, bars, features, model_path
from drafter.message import Draft
from drafter.names import Names
from drafter.request import Request

SOUR = frozenset({"criticism", "cold", "beg", "sour"})
MOVES = ("thank", "withdraw", "open", "hedge", "close", "promise", "met", "praise", "wish")
REASONS = (
    "other_offer", "staying", "career_goals", "role_fit", "compensation", "company", "schedule", "relocation",
    "personal", "health", "family",
)  # fmt: skip
TOPICS = (
    "health", "pregnancy", "family", "money", "debts", "legal", "immigration", "religion", "politics", "relationships",
    "present_job",
)  # fmt: skip
HEADS = (
    "sour",
    "criticism",
    *MOVES,
    "reason",
    *(f"r:{one}" for one in REASONS),
    "topic",
    *(f"t:{one}" for one in TOPICS),
)
"""What is asked of a sentence: sour in tone; of those, rather criticism than coldness; which moves it makes; whether it
gives a reason, and of which kinds; whether it touches a sensitive topic, and which.
"""
LABELS = frozenset({*SOUR, *HEADS, "none"})

SEEN_TWICE = 2
"""A feature that stands in fewer sentences is left out."""

INVERSE_STRENGTH = 0.5
"""Of the regularisation, scikit-learn's `C`."""

TOLERANCE = 0.01
"""Of the fit; less changes no score that matters, and takes several times as long."""

FOLDS = 5
_MOST = 127


class Labelled(NamedTuple):
    """A labelled sentence. `unsaid` are the first letters of the heads that its labels do not speak of."""

    labels: frozenset[str]
    unsaid: tuple[str, ...]
    text: str
    features: tuple[str, ...]

    def answers(self, head: str) -> bool | None:
        """Whether the sentence is an example of a head, a counter-example, or neither."""
        if head.startswith(self.unsaid):
            return None
        if head == "sour":
            return bool(self.labels & SOUR)
        if head == "criticism":
            return None if not self.labels & SOUR or "sour" in self.labels else "criticism" in self.labels
        if head in {"reason", "topic"}:
            return any(label.startswith(f"{head[0]}:") for label in self.labels)
        return head in self.labels


def sources(language: str) -> list[str]:
    """The files of labelled sentences."""
    return list(list_files(f"guardrails/{language}/sentences", ".tsv"))


def digest(language: str) -> str:
    """What the model was trained on, sentences and patterns, as a hash: another one means to train it anew."""
    patterns = [[sign(rule), *(rule.parameters.get(name) for name in PATTERNS)] for rule in signing(rules(language))]
    tables = [f"guardrails/{language}/{name}.toml" for name in ("moves", "reasons", "topics")]
    known = set(list_files(f"guardrails/{language}", ".toml"))
    texts = [*map(read_text, sources(language)), *(json.dumps(read_toml(path)) for path in tables if path in known)]
    return hashlib.sha256("".join([*texts, json.dumps(patterns)]).encode()).hexdigest()


PATTERNS = ("patterns", "unless", "targets", "links", "faults", "strong", "guards", "own", "praise")
"""What of a rule leaves a sign on a sentence."""


def sentences(language: str) -> list[Labelled]:
    """All labelled sentences of a language: a line is its labels, a tab and the sentence, with names as slots.

    Raises ValueError for a line without a tab, and for a label that is not known.
    """
    return [
        labelled(line, language, f"{path}:{number}")
        for path in sources(language)
        for number, line in enumerate(read_text(path).splitlines(), start=1)
        if line
    ]


def labelled(line: str, language: str, where: str) -> Labelled:
    """A line of a file of sentences. A label "?x" says that no label speaks of the heads that begin with x."""
    told, tab, text = line.partition("\t")
    labels = told.split()
    wrong = [label for label in labels if label not in LABELS and not label.startswith("?")]
    if not tab or not labels or wrong:
        raise ValueError(f"{where}: a line is its labels, a tab and a sentence; what is wrong: {wrong or line!r}")
    unsaid = tuple(label[1:] for label in labels if label.startswith("?"))
    return Labelled(frozenset(labels) - {f"?{one}" for one in unsaid}, unsaid, text, _features(text, language))


def _features(text: str, language: str) -> tuple[str, ...]:
    """Words, marks and signs of a sentence, read as the only one of a message to nobody in particular."""
    names = Names.of(NOBODY)
    body = names.fill(text)
    request = NOBODY.model_copy(update={"language": language})
    case = case_of(Draft(body=f"-\n{body}\n-"), request)
    found: list[str] = []
    for one in case.body.sentences[1:-1]:
        found += features(one, language)
    return tuple(dict.fromkeys([*found, *signs(case, rules(language))]))


NOBODY = Request(sender="Xqsender", company="Xqcompany", role="Xqrole", recipient="Xqrecipient")
"""Names that no sentence has but where it has a slot."""


@cache
def _others_signs(head: str, language: str) -> frozenset[str]:
    """The signs of rules that go by another head: they say nothing of this one, as it is never asked with them."""
    kin = {"criticism": "sour"}.get(head, head)
    linked = {sign(rule): rule.parameters["head"] for rule in signing(rules(language))}
    return frozenset(one for one, other in linked.items() if other != kin)


class Space:
    """The vocabulary: the features that some training sentences have, and sentences as rows of zeros and ones."""

    def __init__(self, known: Sequence[Labelled]) -> None:
        counted = Counter(feature for one in known for feature in one.features)
        self.names = sorted(name for name, count in counted.items() if count >= SEEN_TWICE)
        self._place = {name: place for place, name in enumerate(self.names)}

    def rows(self, chosen: Sequence[Labelled], without: frozenset[str] = frozenset()) -> Any:
        """The sentences as a sparse matrix, some features left out."""
        from scipy.sparse import csr_matrix

        columns: list[int] = []
        ends = [0]
        for one in chosen:
            columns += sorted(self._place[name] for name in one.features if name in self._place and name not in without)
            ends.append(len(columns))
        return csr_matrix(([1.0] * len(columns), columns, ends), shape=(len(chosen), len(self.names)))


class Head:
    """One trained head: its bias and a weight for each feature of the vocabulary, in the tagger's units."""

    def __init__(self, name: str, known: Sequence[Labelled], space: Space, language: str) -> None:
        from sklearn.linear_model import LogisticRegression

        taught = [one for one in known if one.answers(name) is not None]
        wanted = [one.answers(name) for one in taught]
        even = "balanced" if name == "criticism" else None
        self._space, self._fitted = space, None
        if len(set(wanted)) > 1:
            classifier = LogisticRegression(C=INVERSE_STRENGTH, solver="liblinear", class_weight=even, tol=TOLERANCE)
            self._fitted = classifier.fit(space.rows(taught, _others_signs(name, language)), wanted)

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

    def scores(self, asked: Sequence[Labelled]) -> list[float]:
        """The scores of sentences, as the tagger will give them."""
        import numpy as np

        return [float(score) for score in self._space.rows(asked) @ np.array(self.weights) + self.bias]


def held_out(known: Sequence[Labelled], head: str, language: str) -> Iterator[tuple[Labelled, float]]:
    """Every sentence that answers a head, with its score by a model that was not shown it."""
    for fold in range(FOLDS):
        rest = [one for place, one in enumerate(known) if place % FOLDS != fold]
        asked = [one for place, one in enumerate(known) if place % FOLDS == fold and one.answers(head) is not None]
        yield from zip(asked, Head(head, rest, Space(rest), language).scores(asked), strict=True)


def figures(known: Sequence[Labelled], language: str) -> dict[str, dict[str, str]]:
    """What each head with a bar finds of its own and wrongly flags, in sentences that it was not shown."""
    told = {}
    for name, bar in bars(language).items():
        if bar.head not in HEADS:
            continue
        hits: Counter[bool] = Counter()
        count: Counter[bool] = Counter()
        for one, score in held_out(known, bar.head, language):
            count[bool(one.answers(bar.head))] += 1
            hits[bool(one.answers(bar.head))] += score > bar.above
        told[name] = {
            "above": str(bar.above),
            "found": f"{hits[True]} of {count[True]}",
            "wrongly": f"{hits[False]} of {count[False]}",
        }
    return told


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
    known = sentences(language)
    space = Space(known)
    heads = [Head(name, known, space, language) for name in HEADS]
    top: Mapping[str, Any] = {
        "sentences": digest(language),
        "heads": HEADS,
        "bias": [head.bias for head in heads],
        "figures": figures(known, language),
    }
    text = json.dumps(top, indent=1)[:-2] + ',\n "weights": {\n' + ",\n".join(lines(space, heads)) + "\n}}\n"
    Path(str(content_root())).joinpath(*model_path(language).split("/")).write_text(text, encoding="utf-8")
    print(language, json.dumps(top["figures"], indent=1))  # noqa: T201 -- a command that reports


if __name__ == "__main__":
    main()
