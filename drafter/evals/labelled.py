"""Labelled drafts: JSON Lines, one item a line, as the contract and evals/README.md have them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from drafter.errors import EvalDataError, Problem
from drafter.guardrails.pack import RULES
from drafter.message import Draft
from drafter.request import Request


def _known(rule: str) -> str:
    if rule not in RULES:
        raise ValueError(f"{rule!r} is not a rule of the contract")
    return rule


class Labelled(BaseModel):
    """One labelled draft. `violations` lists the rules that it breaks; further keys are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str = Field(min_length=1)
    request: Request
    draft: Draft
    violations: tuple[Annotated[str, AfterValidator(_known)], ...]
    why: str = ""
    regime: str = "all"


def load_labelled(source: str, told: Callable[[Problem], None] | None = None) -> list[Labelled]:
    """The items of a labelled file; "-" is standard input.

    `told` is told of every line that is wrong, and the others are given; without it, and where no item is left, all of
    them are raised as an EvalDataError, so that none is left out unseen.
    """
    name = "standard input" if source == "-" else source
    lines = _lines(source, name)
    items: list[Labelled] = []
    problems: list[Problem] = []
    first_seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = Labelled.model_validate(json.loads(line))
        except (json.JSONDecodeError, RecursionError, ValidationError) as fault:
            problems += _problems(fault, number)
            continue
        if item.id in first_seen:
            problems.append(Problem(f"line {number}", f"id {item.id!r} is taken by line {first_seen[item.id]}"))
            continue
        first_seen[item.id] = number
        items.append(item)
    if not items and not problems:
        problems.append(Problem("", "holds no item"))
    if problems and (told is None or not items):
        raise EvalDataError(name, problems)
    if told is not None:
        for problem in problems:
            told(problem)
    return items


def _lines(source: str, name: str) -> list[str]:
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return raw.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as fault:
        raise EvalDataError(name, [Problem(f"byte {fault.start}", "is not UTF-8")]) from fault
    except (OSError, ValueError) as fault:  # ValueError: a path with a null character
        why = getattr(fault, "strerror", None) or str(fault)
        raise EvalDataError(name, [Problem("", f"can't be read: {why}")]) from fault


def _problems(fault: Exception, number: int) -> Iterator[Problem]:
    if isinstance(fault, ValidationError):
        for error in fault.errors():
            place = ".".join(str(step) for step in error["loc"]) or "the item"
            yield Problem(f"line {number}: {place}", error["msg"])
    elif isinstance(fault, json.JSONDecodeError):
        yield Problem(f"line {number}, column {fault.colno}", f"is not valid JSON: {fault.msg}")
    else:
        yield Problem(f"line {number}", "is nested too deep to be read")
