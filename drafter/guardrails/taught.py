"""What the tagger is taught: the labelled sentences of a language, and the messages that some of them stand in."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from drafter.content import list_files, read_text, read_toml
from drafter.disclosure import everyday_words
from drafter.guardrails.engine import case_of
from drafter.guardrails.pack import rules
from drafter.guardrails.tagged import sign, signing, signs
from drafter.guardrails.tagger import features
from drafter.message import Draft
from drafter.names import Names
from drafter.request import Request

SOUR = frozenset({"criticism", "cold", "beg", "sour"})
MOVES = ("thank", "withdraw", "open", "hedge", "close", "promise", "met", "in_person", "praise", "wish")
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
    "particular",
    "tell",
    "reason",
    *(f"r:{one}" for one in REASONS),
    "topic",
    *(f"t:{one}" for one in TOPICS),
)
"""What is asked of a sentence: sour in tone; of those, rather criticism than coldness; which moves it makes; whether
what it speaks of as past (`met`) took more than a call (`in_person`); whether it states a `particular`, and one of
the sender's own life (`tell`); whether it gives a reason, and of which kinds; whether it touches a sensitive topic, and
which.
"""
PARTICULARS = frozenset({"tell", "recall"})
"""The labels of what only a request could give: told of the sender's life, or recalled of the readers' side."""

HOW_MET = ("in_person", "by_phone")
"""Of a sentence that is labelled `met`: whether it would be untrue after a mere call."""
LABELS = frozenset({*SOUR, *HEADS, *HOW_MET, *PARTICULARS, "none"}) - {"particular"}

WHOLE = "letters"
"""The file of whole messages."""

CAREFUL = (WHOLE, "phrasebook")
"""The files in which each sentence was read for everything, or is fine by definition."""

WEIGHT = 3
"""How many times a sentence of such a file counts: what stands in messages is what is asked about."""


class Labelled(NamedTuple):
    """A labelled sentence. `unsaid` are the first letters of the heads that its labels do not speak of."""

    labels: frozenset[str]
    unsaid: tuple[str, ...]
    text: str
    features: tuple[str, ...]
    weight: int

    def answers(self, head: str) -> bool | None:
        """Whether the sentence is an example of a head, a counter-example, or neither."""
        if head.startswith(self.unsaid):
            return None
        if head == "in_person" and ("met".startswith(self.unsaid) or self.labels & {"met", *HOW_MET} == {"met"}):
            return None
        if head == "sour":
            return bool(self.labels & SOUR)
        if head == "criticism":
            return None if not self.labels & SOUR or "sour" in self.labels else "criticism" in self.labels
        if head == "particular":
            return bool(self.labels & PARTICULARS)
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
    everyday = " ".join(sorted(everyday_words()))
    return hashlib.sha256("".join([*texts, json.dumps(patterns), everyday]).encode()).hexdigest()


PATTERNS = (
    "patterns",
    "unless",
    "targets",
    "links",
    "faults",
    "strong",
    "guards",
    "own",
    "praise",
    "praised",
    "things",
    "placed",
)
"""What of a rule leaves a sign on a sentence."""


class Taught(NamedTuple):
    """All labelled sentences of a language, each once, and the whole messages that some of them make up."""

    sentences: list[Labelled]
    messages: list[list[Labelled]]


def taught(language: str) -> Taught:
    """What the files of a language hold: a line is its labels, a tab and the sentence, with names as slots.

    An empty line ends a message, where a file holds messages. Raises ValueError for a line without a tab, and for a
    label that is not known.
    """
    known: dict[str, Labelled] = {}
    messages: list[list[Labelled]] = []
    for path in sorted(sources(language), key=lambda path: not _is_whole(path)):
        message: list[Labelled] = []
        for number, line in enumerate([*read_text(path).splitlines(), ""], start=1):
            if line:
                text = line.partition("\t")[2]
                if text not in known:
                    known[text] = labelled(line, language, f"{path}:{number}", careful=_is_careful(path))
                message.append(known[text])
            elif _is_whole(path) and message:
                messages.append(message)
                message = []
    return Taught(list(known.values()), messages)


def _is_whole(path: str) -> bool:
    return path.endswith(f"/{WHOLE}.tsv")


def _is_careful(path: str) -> bool:
    return path.endswith(tuple(f"/{name}.tsv" for name in CAREFUL))


def labelled(line: str, language: str, where: str, *, careful: bool = False) -> Labelled:
    """A line of a file of sentences. A label "?x" says that no label speaks of the heads that begin with x; whether a
    sentence states a particular is known where a label says so, and of those in a `careful` file.
    """
    told, tab, text = line.partition("\t")
    labels = told.split()
    wrong = [label for label in labels if label not in LABELS and not label.startswith("?")]
    if not tab or not labels or wrong:
        raise ValueError(f"{where}: a line is its labels, a tab and a sentence; what is wrong: {wrong or line!r}")
    unsaid = tuple(label[1:] for label in labels if label.startswith("?"))
    said = frozenset(labels) - {f"?{one}" for one in unsaid}
    if not careful and said.isdisjoint(PARTICULARS):
        unsaid += ("particular", "tell")
    return Labelled(said, unsaid, text, _features(text, language), WEIGHT if careful else 1)


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
