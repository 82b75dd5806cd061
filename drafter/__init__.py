"""Writes the message that withdraws a person from a job-interview process, and checks it before anybody sees it.

>>> from drafter import Request, draft
>>> request = Request(sender="Maya Lindqvist", company="Northwind", role="Data Engineer")
>>> draft(request, model="phrasebook").report.acceptable
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drafter.latecomers import latecomers

if TYPE_CHECKING:
    from drafter.drafting import Drafter, adraft, draft, draft_many
    from drafter.errors import DrafterError
    from drafter.guide import advise
    from drafter.intake import load_request
    from drafter.judge import check
    from drafter.limits import Limits
    from drafter.message import Advice, Attempt, Claim, Draft, Finding, Report, Result
    from drafter.request import Reason, Request
    from drafter.writing import Event, Step

__version__ = "0.1.0"

__all__ = [
    "Advice",
    "Attempt",
    "Claim",
    "Draft",
    "Drafter",
    "DrafterError",
    "Event",
    "Finding",
    "Limits",
    "Reason",
    "Report",
    "Request",
    "Result",
    "Step",
    "adraft",
    "advise",
    "check",
    "draft",
    "draft_many",
    "load_request",
]

_ROOM = {
    "Advice": "message",
    "Attempt": "message",
    "Claim": "message",
    "Draft": "message",
    "Drafter": "drafting",
    "DrafterError": "errors",
    "Event": "writing",
    "Finding": "message",
    "Limits": "limits",
    "Reason": "request",
    "Report": "message",
    "Request": "request",
    "Result": "message",
    "Step": "writing",
    "adraft": "drafting",
    "advise": "guide",
    "check": "judge",
    "draft": "drafting",
    "draft_many": "drafting",
    "load_request": "intake",
}
"""The room of each name."""

__getattr__ = latecomers(__name__, _ROOM)


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if name.startswith("__")), *__all__})
