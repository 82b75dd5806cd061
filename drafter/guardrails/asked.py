"""What depends on the request alone, worked out once for the requests that were asked about last."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from drafter.request import Request

P = ParamSpec("P")
T = TypeVar("T")

MOST_REQUESTS = 256
"""Requests of which something is kept."""


def of_request(function: Callable[Concatenate[Request, P], T]) -> Callable[Concatenate[Request, P], T]:
    """Makes a function of a request, and of what else can be hashed, one that is worked out once for each request."""

    @wraps(function)
    def known(request: Request, *args: Any) -> T:
        memory = _memory(request)
        key = (function, *args)
        if key not in memory:
            memory[key] = function(request, *args)  # type: ignore[call-arg]
        found: T = memory[key]
        return found

    return cast("Callable[Concatenate[Request, P], T]", known)


_last: tuple[Request | None, dict[Hashable, Any]] = (None, {})


def _memory(request: Request) -> dict[Hashable, Any]:
    """What is kept of a request. A draft's rules ask about one request again and again, and a hash of all its fields
    takes longer than most of them.
    """
    global _last
    last = _last
    if last[0] is not request:
        _last = last = (request, _memories(request, str(request.next_interview)))
    return last[1]


@lru_cache(maxsize=MOST_REQUESTS)
def _memories(_request: Request, _interview: str) -> dict[Hashable, Any]:
    # Two ways to write one moment are equal, but not what a draft may say of it.
    return {}
