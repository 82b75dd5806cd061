"""The kinds of rule: the machines that the packs' data runs on. The generic ones are here, each family has its own.

A kind is a function from a rule and a case to hits; `@kind("name")` makes it known to the packs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from drafter.guardrails.asked import of_request
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.plain import lower, normalise
from drafter.guardrails.reading import BLANKS, Reading, Sentence
from drafter.message import Draft, Occasion, Severity
from drafter.names import parted
from drafter.request import Request


class Hit(NamedTuple):
    """Where a rule is broken: indices into `reading.text`, or the whole draft where `reading` is None."""

    reading: Reading | None
    start: int = 0
    end: int = 0
    message: str | None = None
    advice: str | None = None


@dataclass(frozen=True, eq=False)  # one is what it is, so that what was made for it can be kept
class Rule:
    """One rule of a pack. `parameters` is what its kind needs; `path` the file that it stands in."""

    id: str
    kind: str
    principle: int
    severity: Severity
    message: str
    advice: str
    parameters: Mapping[str, Any]
    flag: tuple[Mapping[str, Any], ...]
    passes: tuple[Mapping[str, Any], ...]
    path: str
    _phrases: dict[str, Phrases | None] = field(default_factory=dict, repr=False)

    def phrases(self, name: str) -> Phrases | None:
        """The patterns that the rule has under a name, or None where it has none."""
        if name not in self._phrases:
            patterns = self.parameters.get(name)
            self._phrases[name] = compiled(patterns) if patterns else None
        return self._phrases[name]

    def wanted(self, name: str = "patterns") -> Phrases:
        """The patterns that the rule must have under a name. Raises KeyError where it has none."""
        return self.phrases(name) or compiled(self.parameters[name])

    def applies(self, fields: Mapping[str, Any], occasion: Occasion = Occasion.WITHDRAWAL) -> bool:
        """Whether the rule's `occasions` (default: all) have this one, and its `when` holds: each named field of the
        request, as `fields` has it, has one of the values listed.
        """
        if occasion not in self.parameters.get("occasions", (occasion,)):
            return False
        wanted: Mapping[str, list[Any]] = self.parameters.get("when", {})
        return all(fields[name] in values for name, values in wanted.items())

    @cached_property
    def calling(self) -> Phrases | None:
        """The patterns without which there is no hit, where the rule's kind goes by them alone."""
        name = CALLED_BY.get(self.kind)
        return self.phrases(name) if name else None

    def is_called(self, case: Case) -> bool:
        """Whether the words of the draft allow of a hit."""
        phrases = self.calling
        return phrases is None or any(reading.calls(phrases) for reading in case.readings)


def field_value(request: Request, name: str) -> Any:
    """A field of the request by its dotted name ("reason.kind")."""
    value: Any = request
    for step in name.split("."):
        value = getattr(value, step)
    return value


@dataclass(frozen=True)
class Case:
    """What a kind looks at: a draft, read once, and the request that it answers."""

    request: Request
    draft: Draft
    body: Reading
    subject: Reading | None
    language: str
    occasion: Occasion = Occasion.WITHDRAWAL
    found: dict[str, Any] = field(default_factory=dict, compare=False)
    """What one rule has worked out of the draft and another can use, by a name for it."""

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Subject, where there is one, and body."""
        return (self.body,) if self.subject is None else (self.subject, self.body)

    @cached_property
    def allowed(self) -> str:
        """What the request lets be said (`allowed`)."""
        return allowed(self.request)


@of_request
def allowed(request: Request) -> str:
    """What a request lets be said in so many words, in the form that `masked` has but for the names."""
    said = (*request.may_mention, *request.appreciated, request.reason.shared_detail or "")
    return " . ".join(lower(normalise(true)[0]) for entry in said if (true := parted(entry)[0]))


Kind = Callable[[Rule, Case], Iterator[Hit]]
KINDS: dict[str, Kind] = {}


CALLED_BY: dict[str, str] = {}
"""The kinds that can have no hit without a match of certain patterns, and what those are called in the rule."""


TAGGED: set[str] = set()
"""The kinds that go by what the tagger says: they need a language that has one."""


def kind(name: str, *, called_by: str | None = None, tagged: bool = False) -> Callable[[Kind], Kind]:
    """Makes a function known to the packs as the kind `name`; it is not asked where the patterns `called_by`, if the
    rule has them, can't match, nor, where it goes by the tagger (`tagged`), in a language without one.
    """

    def register(function: Kind) -> Kind:
        KINDS[name] = function
        if called_by:
            CALLED_BY[name] = called_by
        if tagged:
            TAGGED.add(name)
        return function

    return register


def compiled(patterns: Sequence[str]) -> Phrases:
    """Any of several patterns, with `{role}`, `{company}`, `{recipient}`, `{sender}` and `{name}` for names."""
    return _compiled(tuple(patterns))


@lru_cache(maxsize=2_000)
def _compiled(patterns: tuple[str, ...]) -> Phrases:
    return Phrases([slots_filled(pattern) for pattern in patterns])


def slots_filled(pattern: str) -> str:
    """A pattern in which the slots for names stand for the letters that blank names out."""
    for name, letter in BLANKS.items():
        pattern = pattern.replace(f"{{{name}}}", f"{letter}+")
    return pattern.replace("{name}", f"[{''.join(BLANKS.values())}]+")


def sentences(rule: Rule, case: Case, wanted: Phrases | None = None) -> Iterator[tuple[Reading, Sentence]]:
    """The sentences that a rule looks at: its `parts` (default: subject and body), and its `places` (default: all).

    None in a part that can't hold what is `wanted`.
    """
    parts, places = rule.parameters.get("parts"), rule.parameters.get("places")
    for reading in case.readings:
        if (parts is None or reading.part in parts) and (wanted is None or reading.calls(wanted)):
            for sentence in reading.sentences:
                if places is None or sentence.place in places:
                    yield reading, sentence


@kind("pattern", called_by="patterns")
def pattern(rule: Rule, case: Case) -> Iterator[Hit]:
    """Any of `patterns` in a sentence with none of `unless`; with `unless_given`, nothing that the request gives."""
    wanted, unless = rule.wanted(), rule.phrases("unless")
    for reading, sentence in sentences(rule, case, wanted):
        found = sentence.wording.search(wanted)
        if found and rule.parameters.get("unless_given") and _is_given(found[0], case):
            continue
        if found and found[0] and not (unless and sentence.wording.search(unless)):
            yield Hit(reading, sentence.start + found.start(), sentence.start + found.end())


def _is_given(text: str, case: Case) -> bool:
    """Whether a word of some length in a text stands in what the request lets be said."""
    given = set(re.findall(r"[a-z]{4,}", case.allowed))
    return any(word in given for word in re.findall(r"[a-z]{4,}", text))


@kind("move")
def move(rule: Rule, case: Case) -> Iterator[Hit]:
    """A sentence that makes the move `move`."""
    for reading, sentence in sentences(rule, case):
        if rule.parameters["move"] in sentence.moves:
            yield Hit(reading, sentence.start, sentence.end)
