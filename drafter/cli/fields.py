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
    if missing := [field for field in REQUIRED if field not in given]:
        raise RequestError(
            "request",
            [
                Problem(field, "is missing", allowed=f"--{field} TEXT, or a request file that has it")
                for field in missing
            ],
        )
    return build_request({}, name="options", overrides=given)
