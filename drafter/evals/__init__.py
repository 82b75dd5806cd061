"""How well the guardrails and the writers do, measured on files; scoring needs no model, no key and no network."""

from drafter.evals.check import CheckScore, Miss, MissKind, Rate, RuleScore, score_checks
from drafter.evals.labelled import Labelled, load_labelled

__all__ = [
    "CheckScore",
    "Labelled",
    "Miss",
    "MissKind",
    "Rate",
    "RuleScore",
    "load_labelled",
    "score_checks",
]
