"""How well the guardrails and the writers do, measured on files; scoring needs no model, no key and no network."""

from drafter.evals.check import Checking, CheckScore, Miss, RuleScore
from drafter.evals.labelled import Labelled
from drafter.evals.statistics import Rate

__all__ = ["CheckScore", "Checking", "Labelled", "Miss", "Rate", "RuleScore"]
