"""Canaries are planted in everything that a person would not want to see elsewhere, and looked for everywhere else.

Keys, names, private entries, unshared reasons and texts must be in no log (at the finest level), no exception, no span,
no callback, no event and no note, whichever way a call ends. Only the message itself may hold what belongs in it.
"""

import asyncio
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from drafter import Draft, Drafter, Limits, Request
from drafter.errors import DrafterError
from drafter.integrations.langchain import DrafterRunnable
from drafter.models import OpenAIModel, Retrying
from drafter.models.traced import Traced
from tests.loopback import Answer, completion, endpoint
from tests.test_faults import FAULTS, failing
from tests.test_pipeline import DOOR, NEWS, THANKS, letter

KEY = "sk-canarykey00112233"
SECRETS = (KEY, "Qvistgaard", "Zorvik", "Brennelj", "Tjarnstad", "Wexelbrod", "Umbrellfic", "Yxskaft", "Oqualia")
REQUEST = Request.model_validate({
    "sender": "Ana Qvistgaard", "company": "Zorvik Press", "role": "Brennelj Editor", "recipient": "Tom Tjarnstad",
    "channel": "email", "private": ["I know Wexelbrod well"], "appreciated": ["the Umbrellfic tour"],
    "reason": {"kind": "other_offer", "detail": "Yxskaft has hired me"},
})  # fmt: skip
WRITES = letter(THANKS, NEWS, ("Thank you for the Oqualia.", 0), DOOR)
ANSWERS: dict[str, Answer] = {
    "an acceptable message": completion(json.dumps(letter(THANKS, NEWS, DOOR))),
    "a rejected message": completion(json.dumps(letter(THANKS, NEWS, ("Oqualia was a chaotic mess.", 0), DOOR))),
    "no letter": completion('{"Oqualia": "Oqualia"}'),
    "no JSON": completion("Oqualia said Umbrellfic"),
    "a refusal": completion(None, refusal="Oqualia, Zorvik"),
    "an error that quotes": Answer({"error": {"message": f"bad {KEY} Umbrellfic", "code": "Oqualia"}}, 400),
    "a redirect": Answer(b"", 302, {"location": "http://127.0.0.1:9/"}),
    "a wrong key": failing(401),
    "a connection that breaks": FAULTS["connection reset"].answer,
}


class Overheard(BaseCallbackHandler):
    """Keeps everything that LangChain says."""

    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    def _keep(self, *told: Any, **more: Any) -> None:
        self._heard.append(repr((told, more)))

    on_chain_start = on_chain_end = on_chain_error = on_custom_event = _keep


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What was written to any log, down to the finest level."""
    kept: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(f"{record.getMessage()} {record.__dict__}")

    root, keeper = logging.getLogger(), Keeper()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(keeper)
    yield kept
    root.removeHandler(keeper)
    root.setLevel(level)


Job = Callable[[Drafter], Any]


def changed(drafter: Drafter) -> Any:
    return drafter.revise(
        Draft(subject="Brennelj", body="Dear Tom,\n\nOqualia!\n\nAna"), REQUEST, "praise the Umbrellfic"
    )


JOBS: dict[str, Job] = {
    "draft": lambda drafter: drafter.draft(REQUEST),
    "adraft": lambda drafter: asyncio.run(drafter.adraft(REQUEST)),
    "draft_many": lambda drafter: next(iter(drafter.draft_many([REQUEST]))),
    "revise": changed,
    "reply": lambda drafter: drafter.reply("Dear Ana, why? We at Oqualia wonder.", REQUEST),
}


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_nothing_leaks(answer: str, job: str, heard: list[str]) -> None:
    """No canary is heard anywhere but in the message, however a job ends."""
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    events: list[Any] = []
    with endpoint(ANSWERS[answer]) as served:
        model = Retrying(OpenAIModel("m", base_url=served.base_url, api_key=KEY), attempts=1)
        drafter = Drafter(Traced(model, provider), judge=False, limits=Limits(attempts=2), on_event=events.append)
        try:
            result = JOBS[job](drafter)
            told = [*result.notes, *(str(attempt.fault) for attempt in result.attempts)]
        except DrafterError as fault:
            told = ["".join(traceback.format_exception(fault)), repr(fault)]
    everything = "\n".join(
        [*heard, *told, *map(repr, events), *(span.to_json() for span in spans.get_finished_spans())]
    )
    assert [secret for secret in SECRETS if secret.lower() in everything.lower()] == []
    assert events
    assert heard


@pytest.mark.parametrize("answer", ANSWERS)
def test_langchain_hears_nothing(answer: str, heard: list[str]) -> None:
    """Neither do the callbacks of a Runnable."""
    with endpoint(ANSWERS[answer]) as served:
        model = OpenAIModel("m", base_url=served.base_url, api_key=KEY)
        runnable = DrafterRunnable(model, judge=False, limits=Limits(attempts=1))
        runnable.invoke(REQUEST, {"callbacks": [Overheard(heard)]})
    assert [secret for secret in SECRETS if secret.lower() in "\n".join(heard).lower()] == []
    assert len(heard) > 3


def test_the_canaries_are_really_there() -> None:
    """What is looked for was planted: all that may is in the request, the key and what the model says."""
    planted = f"{REQUEST.model_dump_json()} {KEY} {WRITES}"
    assert [secret for secret in SECRETS if secret not in planted] == []
