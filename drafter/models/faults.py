"""What an HTTP status or an exception of a client library means here. No text of theirs is ever passed on."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

from drafter.errors import BadModelRequest, ContentFiltered, ModelError, ModelUnavailable, UnknownModel, WrongKey

PASSING = frozenset({408, 409, 425, 429})
"""Client errors that may pass; every 5xx may too."""


def fault_of_status(model: str, status: int, headers: Mapping[str, str], code: str | None = None) -> ModelError:
    """The error for an HTTP status above 399. `code` is the service's own word for the fault, where it gave one."""
    if status in {401, 403}:
        return WrongKey(model, f"the service does not take the key (HTTP {status}); check it, such as OPENAI_API_KEY")
    if status == 404 or code == "model_not_found":
        return UnknownModel(model, f"the endpoint has no such model (HTTP {status}); check --model and the base URL")
    if code == "insufficient_quota":
        return WrongKey(model, f"the account has no quota left (HTTP {status}); check its plan and billing")
    if status in PASSING or status >= 500:
        wait = retry_after(headers)
        return ModelUnavailable(model, f"the service answered HTTP {status}", status=status, retry_after=wait)
    if code in {"content_filter", "content_policy_violation"}:
        return ContentFiltered(model, "the service's content filter refused the request")
    return BadModelRequest(model, f"the endpoint does not take the request (HTTP {status})", status=status)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the service asks to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date)."""
    for header, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(header, "")) / divisor
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    try:
        parsed = email.utils.parsedate_tz(headers.get("retry-after") or "")
        return max(0.0, email.utils.mktime_tz(parsed) - time.time()) if parsed else None
    except (ValueError, OverflowError):  # a year that no clock has
        return None


def fault_of_exception(model: str, fault: BaseException) -> ModelError:
    """The error for an exception of a client library, by its HTTP status or by the kind of failure that it names."""
    if isinstance(fault, ModelError):
        return fault
    response = getattr(fault, "response", None)
    status = getattr(fault, "status_code", None) or getattr(response, "status_code", None)
    if isinstance(status, int) and status >= 400:
        headers = getattr(response, "headers", None)
        code = getattr(fault, "code", None)
        return fault_of_status(model, status, headers or {}, code if isinstance(code, str) else None)
    names = " ".join(kind.__name__ for kind in type(fault).__mro__).lower()
    if "timeout" in names:
        return ModelUnavailable(model, "the service did not answer in time")
    if any(word in names for word in ("connect", "network", "protocolerror", "readerror", "writeerror")):
        return ModelUnavailable(model, "the service can't be reached, or broke off; check the base URL and the network")
    return ModelError(model, f"the client library failed with {type(fault).__name__}")
