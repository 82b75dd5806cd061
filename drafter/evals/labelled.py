"""Labelled drafts: one item a line, as the contract and evals/README.md have them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, model_validator

from drafter.evals.records import Sample
from drafter.guardrails.pack import RULES
from drafter.message import Draft

KEYS = ("id", "regime", "request", "draft", "violations", "why")


def _known(rule: str) -> str:
    if rule not in RULES:
        raise ValueError(f"{rule!r} is not a rule of the contract")
    return rule


class Labelled(Sample):
    """A sample with a draft and the rules that it breaks; further keys mean nothing here, whatever they hold."""

    draft: Draft
    violations: tuple[Annotated[str, AfterValidator(_known)], ...]

    @model_validator(mode="before")
    @classmethod
    def _ours(cls, held: Any) -> Any:
        return {key: held[key] for key in KEYS if key in held} if isinstance(held, dict) else held
