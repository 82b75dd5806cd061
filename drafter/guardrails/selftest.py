"""The packs prove themselves: every rule stands with texts that it must flag and texts that it must pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from drafter.content import read_toml
from drafter.guardrails.engine import case_of, hits
from drafter.guardrails.kinds import Rule, field_value
from drafter.guardrails.pack import REFERENCE, rules
from drafter.message import Draft, Occasion
from drafter.names import Names
from drafter.request import Request


class Failure(NamedTuple):
    """A text on which a rule did not do what it stands there for."""

    rule: Rule
    text: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.rule.path}: {self.rule.id} ({self.rule.kind}) should {self.wanted}: {self.text!r}"


def failures(language: str) -> Iterator[Failure]:
    """Every text of a language's packs on which its rule fails; none, if the packs are sound.

    The texts of the packs for all languages are tried once, with those of the reference language.
    """
    for rule in rules(language):
        if language != REFERENCE and rule.path.startswith("guardrails/any/"):
            continue
        for texts, wanted in ((rule.flag, "flag"), (rule.passes, "pass")):
            for text in texts:
                if flags(rule, text) != (wanted == "flag"):
                    yield Failure(rule, str(text.get("sentence") or text.get("body") or text.get("subject")), wanted)


def flags(rule: Rule, text: Mapping[str, Any]) -> bool:
    """Whether a rule has anything against one of the packs' texts."""
    letter = read_toml(f"guardrails/{REFERENCE}/letter.toml")
    request = Request.model_validate({**letter["request"], **text.get("request", {})})
    names = Names.of(request)
    subject, body = text.get("subject"), text.get("body")
    if body is None:
        before, after = names.fill(letter["body"].strip()).replace("{recipient}", "hiring team").split("{sentence}")
        body = f"{before}{text.get('sentence', '')}{after}".replace(" \n", "\n")
        subject = subject or names.fill(letter["subject"])
    occasion = text.get("occasion", Occasion.WITHDRAWAL)
    case = case_of(Draft(subject=subject, body=body), request, occasion)
    fields = {name: field_value(request, name) for name in rule.parameters.get("when", ())}
    return rule.applies(fields, occasion) and next(hits(rule, case), None) is not None
