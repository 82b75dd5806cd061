"""The guardrails: what may be sent. `check` judges a draft by the rule packs under guardrails/."""

# Each family makes its kinds known to the packs when it is imported.
from drafter.guardrails import (
    brevity,
    discretion,
    form,
    grounding,
    naming,
    particulars,
    positivity,
    reasons,
    safety,
    tagged,
)
from drafter.guardrails.engine import check, is_unkind_name
from drafter.guardrails.pack import RULES

__all__ = ["RULES", "check", "is_unkind_name"]

FAMILIES = (brevity, discretion, form, grounding, tagged, naming, particulars, positivity, reasons, safety)
