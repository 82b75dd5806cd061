"""The options that stand for the fields of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drafter.errors import Problem, RequestError
from drafter.intake import build_request, load_request
from drafter.request import Request

REQUIRED = ("sender", "company", "role")


def request_from(source: str | None, options: Mapping[str, Any]) -> Request:
    """The request in a file, with options laid over it, or from options alone. Raises RequestError."""
    given = {field: value for field, value in options.items() if value not in (None, [])}
    if source is not None:
        return load_request(source, overrides=given)
    try:
        return build_request({}, name="options", overrides=given)
    except RequestError as fault:
        raise RequestError(fault.source, [_with_option(problem) for problem in fault.problems]) from None


def _with_option(problem: Problem) -> Problem:
    """A problem of the options alone; where a field is missing, it says which option gives it."""
    if problem.where not in REQUIRED or not problem.what.startswith("is missing"):
        return problem
    return Problem(problem.where, "is missing", allowed=f"--{problem.where} TEXT, or a request file that has it")
