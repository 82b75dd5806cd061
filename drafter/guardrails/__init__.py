"""The guardrails: what may be sent. `check` judges a draft by the rule packs under guardrails/."""

import importlib

for _family in ("brevity", "discretion", "form", "grounding", "positivity", "reasons", "safety"):
    try:
        importlib.import_module(f"drafter.guardrails.{_family}")
    except ModuleNotFoundError as _fault:
        if _family not in str(_fault):
            raise

from drafter.guardrails.engine import check
from drafter.guardrails.pack import RULES

__all__ = ["RULES", "check"]
