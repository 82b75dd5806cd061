"""Spans of model calls, by OpenTelemetry's conventions for generative AI, and without content."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from drafter import Drafter, Request
from drafter.errors import ModelUnavailable
from drafter.models import FakeModel
from drafter.models.traced import Traced
from tests.test_pipeline import GOOD, UNKIND, changes

Make = Callable[..., Request]


@pytest.fixture
def spans() -> Any:
    """Where the spans of a `provider` end up."""
    return InMemorySpanExporter()


@pytest.fixture
def provider(spans: InMemorySpanExporter) -> TracerProvider:
    held = TracerProvider()
    held.add_span_processor(SimpleSpanProcessor(spans))
    return held


@pytest.mark.parametrize("within_a_loop", [False, True])
def test_each_call_has_a_span(
    within_a_loop: bool, spans: InMemorySpanExporter, provider: TracerProvider, request_of: Make
) -> None:
    """A span says who was asked and what it took."""
    fake = FakeModel("mistralai:large")
    fake.enqueue(UNKIND, changes(("4", "")))
    drafter = Drafter(Traced(fake, provider), judge=False)
    result = asyncio.run(drafter.adraft(request_of())) if within_a_loop else drafter.draft(request_of())
    first, second = spans.get_finished_spans()
    assert (first.name, first.kind) == ("chat large", SpanKind.CLIENT)
    assert dict(first.attributes or {}) == {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "mistral_ai", "gen_ai.request.model": "large",
        "gen_ai.request.max_tokens": 900, "gen_ai.request.seed": 0, "gen_ai.output.type": "json",
        "gen_ai.response.model": "mistralai:large",
        "gen_ai.usage.input_tokens": result.attempts[0].usage.prompt_tokens,
        "gen_ai.usage.output_tokens": result.attempts[0].usage.completion_tokens,
    }  # fmt: skip
    assert second.status.status_code is StatusCode.UNSET


def test_a_failure_is_named_and_nothing_more(
    spans: InMemorySpanExporter, provider: TracerProvider, request_of: Make
) -> None:
    """A failed call's span has the kind of the failure; neither text nor stack comes along."""
    fake = FakeModel()
    fake.enqueue(ModelUnavailable("fake", "the canary sang", status=503))
    Drafter(Traced(fake, provider), judge=False).draft(request_of())
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})["error.type"] == "unavailable"
    assert (span.status.status_code, list(span.events)) == (StatusCode.ERROR, [])
    assert "canary" not in span.to_json()


def test_no_name_and_no_text_is_in_a_span(
    spans: InMemorySpanExporter, provider: TracerProvider, request_of: Make
) -> None:
    """Content never travels with a span."""
    fake = FakeModel()
    fake.enqueue(GOOD)
    asked = request_of(private=["the canary sings"], appreciated=["the tour"])
    Drafter(Traced(fake, provider), judge=False).draft(asked)
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert not [word for word in ("Ruiz", "Larkfield", "canary", "tour", "withdraw") if word in told]


@pytest.mark.parametrize(("setting", "wrapped"), [(None, False), ("1", True)])
def test_tracing_is_off_unless_it_is_set(
    setting: str | None, wrapped: bool, monkeypatch: pytest.MonkeyPatch, request_of: Make
) -> None:
    """`DRAFTER_TRACING` turns it on."""
    made: list[Any] = []

    def traced(model: Any) -> Any:
        made.append(model)
        return model

    monkeypatch.setattr("drafter.drafting.Traced", traced)
    if setting:
        monkeypatch.setenv("DRAFTER_TRACING", setting)
    fake = FakeModel()
    fake.enqueue(GOOD)
    Drafter(fake, judge=False).draft(request_of())
    assert bool(made) is wrapped
