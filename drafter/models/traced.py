"""OpenTelemetry spans around the calls of a model, by the semantic conventions for generative AI, without content.

Off unless the setting `tracing` is on. A span is of kind CLIENT, is called "chat MODEL", and holds who was asked for
what, the tokens that it took and the kind of failure; never a message, a name or a key.
(https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from drafter.errors import ModelError, ModelNotConfigured
from drafter.models.interface import Model, ModelCall, ModelReply, lasting

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

PROVIDERS = {
    "azure_openai": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "ibm": "ibm.watsonx.ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
}
"""The conventions' names of providers, where they are not LangChain's."""


class Traced:
    """A model with the interface of the one it wraps, and a span for each call. Raises ModelNotConfigured.

    `provider` is where spans go; None takes the process's.
    """

    def __init__(self, model: Model, provider: TracerProvider | None = None) -> None:
        try:
            from opentelemetry import trace
        except ImportError:
            raise ModelNotConfigured(
                model.name, "is to be traced, which needs: pip install 'graceful-drafter[otel]'"
            ) from None
        self._model = model
        self._tracer = trace.get_tracer("drafter", tracer_provider=provider)

    @property
    def name(self) -> str:
        """The wrapped model's name."""
        return self._model.name

    def lasting(self) -> AbstractAsyncContextManager[None]:
        """The wrapped model's."""
        return lasting(self._model)

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call, in a span. Raises ModelError."""
        with self._span(call) as span:
            return _noted(span, self._model.complete(call, timeout=timeout))

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call in a running event loop, in a span. Raises ModelError."""
        with self._span(call) as span:
            return _noted(span, await self._model.acomplete(call, timeout=timeout))

    @contextmanager
    def _span(self, call: ModelCall) -> Iterator[Span]:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        provider, _, model = self.name.rpartition(":")
        asked: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": PROVIDERS.get(provider, provider) or "openai",
            "gen_ai.request.model": model,
            "gen_ai.request.max_tokens": call.max_tokens,
            "gen_ai.output.type": "json",
        }
        if call.seed is not None:
            asked["gen_ai.request.seed"] = call.seed
        kind = SpanKind.CLIENT
        # What is raised is told by its kind alone: a recorded exception would bring its text and stack along.
        with self._tracer.start_as_current_span(
            f"chat {model}", kind=kind, attributes=asked, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except ModelError as fault:
                span.set_attribute("error.type", fault.kind)
                span.set_status(Status(StatusCode.ERROR, fault.kind))
                raise


def _noted(span: Span, reply: ModelReply) -> ModelReply:
    """A reply, whose model and tokens the span keeps."""
    span.set_attribute("gen_ai.response.model", reply.model)
    span.set_attribute("gen_ai.usage.input_tokens", reply.usage.prompt_tokens)
    span.set_attribute("gen_ai.usage.output_tokens", reply.usage.completion_tokens)
    return reply
