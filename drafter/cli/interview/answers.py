"""The answers of an interview: checked one by one, and kept on this computer until the person is done."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from drafter.cli.interview.questions import QUESTIONS, Question, Shape, applying
from drafter.dates import moment
from drafter.errors import DrafterError, Problem, RequestError
from drafter.intake import build_request
from drafter.request import Request, contradictions

_STANDING = {"sender": "Somebody", "company": "Somewhere", "role": "Something"}
"""Names that stand for those not given yet, so that an answer can be checked before all are there."""
NONE = frozenset({"no", "none", "nope", "nothing", "not yet", "n/a", "-"})
"""What people type where there is no date."""


@dataclass
class Kept:
    """What a person has said so far. `typing` is what stood half-written in a question when they stopped; `plain` says
    that they were asked in plain lines, and `saved` names the request file that they have saved.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    typing: tuple[str, str] | None = None
    seed: int = 0
    plain: bool = False
    saved: str | None = None

    def save(self) -> bool:
        """Writes the answers to `place()`, for this user alone to read; False where that can't be done."""
        from drafter.cli.outcome import save

        with contextlib.suppress(OSError, DrafterError):
            place().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            save(place(), json.dumps(vars(self), ensure_ascii=False))
            return True
        return False

    @staticmethod
    def forget() -> None:
        """Removes what was kept."""
        with contextlib.suppress(OSError):
            place().unlink(missing_ok=True)

    @classmethod
    def found(cls) -> Kept | None:
        """What was kept, or None where there is nothing that can be used."""
        try:
            held = json.loads(place().read_text(encoding="utf-8"))
            fields = {question.field for question in QUESTIONS}
            answers = {name: value for name, value in held["answers"].items() if name in fields}
            request_of(answers)
            typing = held["typing"]
            half = (str(typing[0]), str(typing[1])) if typing else None
            saved = held.get("saved")
            return cls(answers, half, int(held["seed"]), held.get("plain") is True, str(saved) if saved else None)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RequestError):
            return None


def place() -> Path:
    """Where the answers of an interview are kept while it lasts."""
    home = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".local" / "state"
    return Path(home) / "drafter" / "interview.json"


def fields_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request that the answers give; those of questions that no longer apply are left out."""
    named = {question.field for question in applying(answers)}
    return {name: value for name, value in answers.items() if name in named and value not in (None, [])}


def request_of(answers: Mapping[str, Any]) -> Request:
    """The request that the answers make so far. Raises RequestError."""
    return build_request({}, name="your answers", overrides={**_STANDING, **fields_of(answers)})


def read(question: Question, typed: str, today: date) -> Any:
    """What was typed as the value of a field. Raises ValueError that says what is wrong."""
    text = " ".join(typed.split())  # a pasted line break is a space
    if not text:
        if question.needed:
            raise ValueError("This one is needed; type a name.")
        return None
    if question.shape is Shape.MOMENT:
        return None if text.lower().strip(".!") in NONE else moment(text, today)
    if question.shape is Shape.LIST:
        return [part.strip() for part in text.split(";") if part.strip()] or None
    return text


def fault(question: Question, value: Any, answers: Mapping[str, Any]) -> str | None:
    """What is wrong with an answer, as a sentence; None where it is sound."""
    given = {**answers, question.field: value}
    try:
        request = request_of(given)
    except RequestError as wrong:
        return next((_said(one) for one in wrong.problems if _is_about(one, question)), None)
    problems = [*contradictions(request), *_naming(question, value)]
    found = next((_said(one) for one in problems if _is_about(one, question)), None)
    return found or next(_left_out(question, request), None)


def _is_about(problem: Problem, question: Question) -> bool:
    return re.sub(r"\[\d+\]", "", problem.where) == question.field


def _said(problem: Problem) -> str:
    text = problem.what + (f" ({problem.allowed})" if problem.allowed else "")
    return f"This {text}." if not text.startswith("an ") else f"{text[:1].upper()}{text[1:]}."


def _naming(question: Question, value: Any) -> Iterator[Problem]:
    from drafter.guardrails import is_unkind_name
    from drafter.names import spoken

    if question.field in {"company", "role", "recipient"} and value and is_unkind_name(spoken(value), "en"):
        yield Problem(question.field, "reads like more than a name; give the name alone")


def _left_out(question: Question, request: Request) -> Iterator[str]:
    """What no writer would be shown of an answer, said while it can still be put in other words."""
    if question.field not in {"appreciated", "reason.detail"}:
        return
    from drafter.disclosure import brief

    for entry in brief(request).withheld:
        if _is_about(Problem(entry.field, ""), question):
            yield f"The message could not say this: {entry.why}. Put it in other words, or leave it out."
