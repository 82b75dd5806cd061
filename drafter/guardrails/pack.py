"""The rule packs: TOML under guardrails/, loaded, checked and compiled once.

guardrails/any/*.toml holds for every language, guardrails/<language>/*.toml for one. A file without `rule` tables (the
moves, the standard letter) is data that the packs share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drafter.content import content_root, list_files, read_text, read_toml
from drafter.errors import ContentError, PackError
from drafter.guardrails.kinds import KINDS, TAGGED, Rule, compiled, slots_filled
from drafter.guardrails.needs import alternatives, needs
from drafter.guardrails.reading import Language, Move
from drafter.message import Occasion, Severity

RULES = (
    "honesty/false-reason",
    "honesty/unsupported-fact",
    "honesty/stage-mismatch",
    "honesty/unapproved-promise",
    "discretion/private-fact",
    "discretion/sensitive-topic",
    "discretion/excess-detail",
    "positivity/disparagement",
    "positivity/negative-tone",
    "positivity/no-thanks",
    "positivity/door-closed",
    "clarity/no-withdrawal",
    "brevity/too-long",
    "brevity/repetition",
    "form/placeholder",
    "form/wrong-name",
    "form/model-chatter",
    "safety/injected",
)
"""Every rule of the contract, in its order."""

REFERENCE = "en"
"""The language whose packs are complete: a rule that it has and another language lacks has not run there."""


class RuleText(BaseModel):
    """A text that a rule must flag or pass: a whole `body`, or one `sentence` in the middle of the standard letter."""

    model_config = ConfigDict(extra="forbid")

    body: str | None = None
    sentence: str | None = None
    subject: str | None = None
    request: dict[str, Any] = {}
    occasion: Occasion = Occasion.WITHDRAWAL


class RuleData(BaseModel):
    """A `[[rule]]` table; what its kind needs beyond this is kept as it is."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: str
    principle: int = Field(ge=1, le=10)
    severity: Severity = Severity.ERROR
    message: str = Field(min_length=1)
    advice: str = Field(min_length=1)
    flag: list[RuleText] = Field(min_length=1)
    passes: list[RuleText] = Field(alias="pass", min_length=1)


@cache
def rules(language: str) -> tuple[Rule, ...]:
    """The rules for a language, those for every language first. Raises PackError for a broken pack."""
    paths = [*list_files("guardrails/any", ".toml"), *list_files(f"guardrails/{language}", ".toml")]
    return tuple(rule for path in paths for rule in load(path, read_toml(path)))


@cache
def rules_by_name(language: str) -> Mapping[str, tuple[Rule, ...]]:
    """The rules for a language, the parts of each under its id: those that go by the tagger last, since a pattern knows
    which words it found and the tagger only the sentence.
    """
    ordered = sorted(rules(language), key=lambda rule: rule.kind in TAGGED)
    return {name: tuple(rule for rule in ordered if rule.id == name) for name in RULES}


def load(path: str, data: Mapping[str, Any]) -> list[Rule]:
    """The rules of one file's data; `path` is named in the PackError where something is wrong."""
    return [_rule(path, index, table) for index, table in enumerate(data.get("rule", ()))]


def _rule(path: str, index: int, table: Mapping[str, Any]) -> Rule:
    place = _Place(path, index)
    try:
        data = RuleData.model_validate(table)
    except ValidationError as fault:
        first = fault.errors()[0]
        steps = ".".join(str(step) for step in first["loc"])
        key = str(first["loc"][0]) if first["loc"] else ""
        raise place.error(f"rule {index + 1}: {steps}: {first['msg']}", key) from fault
    if data.id not in RULES:
        raise place.error(f"{data.id!r} is not a rule of the contract{_nearest(data.id, RULES)}", "id")
    if data.kind not in KINDS:
        raise place.error(f"{data.id}: there is no kind {data.kind!r}{_nearest(data.kind, sorted(KINDS))}", "kind")
    parameters = data.model_extra or {}
    for name in ("patterns", "unless"):
        _compile(place, data.id, parameters.get(name, ()))
    return Rule(
        id=data.id,
        kind=data.kind,
        principle=data.principle,
        severity=data.severity,
        message=data.message,
        advice=data.advice,
        parameters=parameters,
        flag=tuple(text.model_dump(exclude_unset=True) for text in data.flag),
        passes=tuple(text.model_dump(exclude_unset=True) for text in data.passes),
        path=path,
    )


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"


def _compile(place: _Place, where: str, patterns: Iterable[str]) -> None:
    for pattern in patterns:
        try:
            for one in alternatives(slots_filled(pattern)):
                needs(one)
        except re.error as fault:
            raise place.error(f"{where}: pattern {pattern!r}: {fault}", pattern) from fault


@dataclass(frozen=True)
class _Place:
    """A table of a file: where something in it stands, as far as the file can be read again."""

    path: str
    index: int = 0
    head: str = "[[rule]]"

    def error(self, what: str, text: str) -> PackError:
        """The error that names file, line and column of a text in this table, or of the table."""
        line, column = self._find(text) or (None, None)
        return PackError(self.path, what, line=line, column=column)

    def _find(self, text: str) -> tuple[int, int] | None:
        try:
            lines = read_text(self.path).splitlines()
        except ContentError:
            return None
        starts = [number for number, line in enumerate(lines) if line.strip() == self.head]
        if self.index >= len(starts):
            return None
        first = starts[self.index]
        later = (number for number in range(first + 1, len(lines)) if lines[number].strip().startswith("["))
        for number in range(first, next(later, len(lines))):
            # As it stands in the file: whole, or up to where TOML writes it with escapes.
            if text and (column := lines[number].find(text)) >= 0:
                return number + 1, column + 1
        return first + 1, 1


@cache
def has_language(language: str) -> bool:
    """Whether there are packs for a language ("en")."""
    return language in languages()


def languages() -> list[str]:
    """The languages that there are packs for."""
    folders = (entry.name for entry in content_root().joinpath("guardrails").iterdir() if entry.is_dir())
    return sorted(name for name in folders if name != "any")


@cache
def needs_words() -> frozenset[str]:
    """The rules that can't be judged without a pack for the draft's language: those with no part for every language,
    and those that the tagger decides.
    """
    everywhere = {rule.id for rule in rules(REFERENCE) if rule.path.startswith("guardrails/any/")}
    everywhere -= {rule.id for rule in rules(REFERENCE) if rule.kind in TAGGED}
    return frozenset(RULES) - everywhere


@cache
def language(tag: str) -> Language | None:
    """What reading needs to know of a language, or None where there are no packs for it."""
    if not has_language(tag):
        return None
    path = f"guardrails/{tag}/reading.toml"
    data = read_toml(path)
    moves_path = f"guardrails/{tag}/moves.toml"
    moves = {}
    tables = read_toml(moves_path) if moves_path in list_files(f"guardrails/{tag}", ".toml") else {}
    for move, table in tables.items():
        _compile(_Place(moves_path, head=f"[{move}]"), move, [*table["patterns"], *table.get("unless", ())])
        wanted = compiled(table["patterns"])
        moves[wanted] = Move(move, wanted, compiled(table["unless"]) if table.get("unless") else None)
    return Language(
        greeting=compiled(data["greeting"]),
        sign_off=compiled(data["sign_off"]),
        postscript=compiled(data["postscript"]),
        abbreviations=frozenset(str(data["abbreviations"]).split()),
        moves=moves,
    )
