"""The fault matrix: a service that misbehaves in every way that a hosted one can, met by the whole pipeline.

Whatever happens, the person gets an acceptable message, and the attempts name the fault. A service that never ends its
answer is given up when the deadline is over: these tests would not end where it were not.
"""

import asyncio
import itertools
import json
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from drafter import Drafter, Limits, Request, Result
from drafter.models import OpenAIModel, Retrying
from tests.loopback import Answer, completion, endpoint
from tests.test_pipeline import GOOD, letter

Make = Callable[..., Request]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n"
WHOLE = json.dumps(GOOD)


def reset(connection: socket.socket, closing: threading.Event) -> None:
    """Breaks off with a reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silence(connection: socket.socket, closing: threading.Event) -> None:
    """Says nothing at all."""
    closing.wait()


def half_a_body(connection: socket.socket, closing: threading.Event) -> None:
    """Begins an answer and falls silent."""
    connection.sendall(HEAD + b'{"choices": [')
    closing.wait()


def broken_body(connection: socket.socket, closing: threading.Event) -> None:
    """Begins an answer and hangs up."""
    connection.sendall(HEAD + b'{"choices": [')


def drip(connection: socket.socket, closing: threading.Event) -> None:
    """Sends a blank every now and then, as services do that keep a connection alive."""
    connection.sendall(HEAD.replace(b"content-length: 5000", b"transfer-encoding: chunked"))
    with suppress(OSError):
        while not closing.wait(0.01):
            connection.sendall(b"1\r\n \r\n")


def failing(status: int, **headers: str) -> Answer:
    return Answer(
        {"error": {"message": "m", "code": "c"}},
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


class Fault(NamedTuple):
    """What a service does, and the name that the attempt gives it; `slow` ones are ended by the deadline alone."""

    answer: Answer
    kind: str
    slow: bool = False


FAULTS = {
    "connection reset": Fault(Answer(then=reset), "unavailable"),
    "connection closed": Fault(Answer(None), "unavailable"),
    "no answer": Fault(Answer(then=silence), "unavailable", slow=True),
    "half a body, then nothing": Fault(Answer(then=half_a_body), "unavailable", slow=True),
    "half a body, then closed": Fault(Answer(then=broken_body), "unavailable"),
    "slow drip": Fault(Answer(then=drip), "unavailable", slow=True),
    **{str(status): Fault(failing(status), kind) for status, kind in {
        400: "bad-request", 401: "wrong-key", 403: "wrong-key", 404: "unknown-model", 408: "unavailable",
        409: "unavailable", 413: "bad-request", 429: "unavailable", 500: "unavailable", 502: "unavailable",
        503: "unavailable", 529: "unavailable",
    }.items()},
    "429, retry after 2": Fault(failing(429, retry_after="2"), "unavailable"),
    "429, retry after an hour": Fault(failing(429, retry_after="3600"), "unavailable"),
    "empty body": Fault(Answer(b""), "malformed"),
    "HTML body": Fault(Answer(b"<html>down</html>", 200, {"content-type": "text/html"}), "malformed"),
    "truncated JSON": Fault(Answer(b'{"choices": [{"mess'), "malformed"),
    "invalid UTF-8": Fault(Answer(b'{"choices": [{"message": {"content": "\xff"}}]}'), "malformed"),
    "no choices": Fault(Answer({"choices": []}), "malformed"),
    "two choices": Fault(Answer({"choices": [completion(WHOLE).body["choices"][0]] * 2}), "malformed"),
    "no content": Fault(completion(None), "malformed"),
    "no JSON in it": Fault(completion("Dear Tom, I withdraw."), "malformed"),
    "wrong schema": Fault(completion('{"letter": "Dear Tom"}'), "malformed"),
    "two messages at once": Fault(completion(WHOLE + WHOLE), "malformed"),
    "duplicate keys": Fault(completion(WHOLE.replace('"subject"', '"subject": "x", "subject"', 1)), "malformed"),
    "NaN": Fault(completion(WHOLE.replace('"fact": 2', '"fact": NaN')), "malformed"),
    "10 MB of text": Fault(completion(json.dumps(letter(("word " * 2_000_000, 0)))), "malformed"),
    "10 MB of blanks": Fault(Answer(b" " * 10_000_000), "malformed"),
    "finish_reason length": Fault(completion('{"subject": "Copy', "length"), "cut-off"),
    "finish_reason content_filter": Fault(completion("", "content_filter"), "content-filtered"),
    "refusal": Fault(completion(None, refusal="I can't help with that."), "refused"),
}  # fmt: skip


def drafter_at(base_url: str, *, slow: bool = False) -> Drafter:
    """A drafter as it is set up for people, but for the waits between tries, which take no time."""

    async def no_time(seconds: float) -> None: ...

    model = OpenAIModel("m", base_url=base_url, api_key="unused")
    retrying = Retrying(model, sleep=lambda seconds: None, asleep=no_time)
    return Drafter(retrying, judge=False, limits=Limits(seconds=0.25 if slow else 60.0))


def sync(drafter: Drafter, request: Request) -> Any:
    return drafter.draft(request)


def in_a_loop(drafter: Drafter, request: Request) -> Any:
    return asyncio.run(drafter.adraft(request))


def in_a_batch(drafter: Drafter, request: Request) -> Any:
    first, second = drafter.draft_many([request, request], in_flight=2)
    assert isinstance(first, Result)
    assert isinstance(second, Result)
    assert first.message == second.message
    return first


ways = pytest.mark.parametrize("way", [sync, in_a_loop, in_a_batch])
Way = Callable[[Drafter, Request], Any]


@ways
@pytest.mark.parametrize("name", FAULTS)
def test_whatever_a_service_does_there_is_a_message(name: str, way: Way, request_of: Make) -> None:
    """The phrasebook writes, the first attempt names the fault, and the notes say it in words."""
    fault = FAULTS[name]
    with endpoint(fault.answer) as served:
        result = way(drafter_at(served.base_url, slow=fault.slow), request_of())
    assert (result.source, result.report.acceptable) == ("phrasebook", True)
    assert str(result.attempts[0].fault).split(":")[0] == fault.kind
    assert result.notes[-1].startswith("m: ")
    assert result.notes[-1].endswith("So the built-in phrasebook wrote this message.")


@ways
def test_nobody_at_the_address(way: Way, request_of: Make) -> None:
    """A refused connection is a fault like any other."""
    with endpoint(completion(WHOLE)) as served:
        pass
    result = way(drafter_at(served.base_url), request_of())
    assert (result.source, str(result.attempts[0].fault).split(":")[0]) == ("phrasebook", "unavailable")


def passing() -> list[str]:
    """The faults that may pass: after them the service is asked again."""
    again = {"unavailable", "malformed", "cut-off"}
    return [name for name, fault in FAULTS.items() if fault.kind in again and not fault.slow and "hour" not in name]


@pytest.mark.parametrize("way", [sync, in_a_loop])
@pytest.mark.parametrize("name", passing())
def test_a_fault_that_passes_costs_no_message(name: str, way: Way, request_of: Make) -> None:
    """A service that fails once and then answers has its answer taken."""
    with endpoint(FAULTS[name].answer, completion(WHOLE)) as served:
        result = way(drafter_at(served.base_url), request_of())
    assert (result.source, result.report.acceptable) == ("m", True)


def test_a_wait_that_the_deadline_has_no_room_for_is_not_begun(request_of: Make) -> None:
    """A service that asks for an hour is asked once; one that asks for two seconds gets them, within the deadline."""
    asked: dict[str, list[float]] = {}
    for name in ("429, retry after 2", "429, retry after an hour"):
        waits: list[float] = []
        with endpoint(FAULTS[name].answer) as served:
            model = Retrying(OpenAIModel("m", base_url=served.base_url), sleep=waits.append)
            Drafter(model, judge=False, limits=Limits(seconds=60)).draft(request_of())
        asked[name] = waits
    assert all(wait >= 2 for wait in asked["429, retry after 2"])
    assert len(asked["429, retry after 2"]) == 3
    assert asked["429, retry after an hour"] == []


def test_the_judges_faults_are_told_apart(request_of: Make) -> None:
    """Where writing works and judging does not, nothing unjudged is shown, and the attempt names the judge's fault."""
    bodies = itertools.chain([completion(WHOLE)], itertools.repeat(failing(503)))
    with endpoint(lambda sent: next(bodies)) as served:
        model = Retrying(OpenAIModel("m", base_url=served.base_url), sleep=lambda seconds: None)
        result = Drafter(model).draft(request_of())
    assert (result.source, result.attempts[0].judge) == ("phrasebook", "m")
    assert str(result.attempts[0].fault).startswith("unavailable")
