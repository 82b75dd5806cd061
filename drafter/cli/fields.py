"""The options that stand for the fields of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from drafter.dates import moment
from drafter.errors import DrafterError, Problem, RequestError
from drafter.intake import build_request, load_request
from drafter.request import Request

REQUIRED = ("sender", "company", "role")
NAMES = (*REQUIRED, "recipient")
OPTIONS = {"reason.kind": "--reason", "reason.detail": "--detail", "reason.share": "--share"}
"""The options that are not called as their field is."""


def request_from(source: str | None, options: Mapping[str, Any]) -> Request:
    """The request in a file, with options laid over it, or from options alone.

    Raises RequestError for what a file says, and DrafterError for options that say something that they can't.
    """
    given = {field: value for field, value in options.items() if value not in (None, [])}
    if broken := list(_in_lines(given)):
        raise DrafterError("\n".join(broken))
    if (day := given.get("next_interview")) is not None:
        with suppress(ValueError):  # what is no date is said with all the rest
            given["next_interview"] = moment(str(day), date.today())
    if source is not None:
        return load_request(source, overrides=given)
    try:
        return build_request({}, name="options", overrides=given)
    except RequestError as fault:
        raise DrafterError("\n".join(_with_option(problem) for problem in fault.problems)) from None


def _in_lines(given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with names of more than one line: only the first would be used."""
    for field in NAMES:
        if len(str(given.get(field, "")).strip().splitlines()) > 1:
            yield f"--{field} has a line break; write it on one line"


def _with_option(problem: Problem) -> str:
    """A problem of the options alone, as a sentence about the option; where it is missing, with how to give it."""
    field, _, rest = problem.where.partition("[")
    option = OPTIONS.get(field, f"--{field.replace('_', '-')}")
    if field in REQUIRED and problem.what.startswith("is missing"):
        return f"{option} is missing; give {option} TEXT, or a request file that has it"
    if problem.what == "is too long":
        counted = "entries" if field in {"private", "appreciated", "may_mention"} and not rest else "characters"
        return f"{option} is too long: {problem.found} {counted}, {problem.allowed}"
    said = Problem("", problem.what, problem.found, problem.allowed, problem.nearest)
    return f"{option} {said}"
