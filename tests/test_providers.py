"""Other providers through LangChain: their real packages, against loopback servers that speak their wire format."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from drafter import Drafter, Request, Result
from drafter.models import configured_model
from tests.loopback import Answer, Endpoint, endpoint
from tests.test_pipeline import GOOD, UNKIND, changes

Make = Callable[..., Request]


def anthropic(text: str, stop: str = "end_turn") -> Answer:
    """Anthropic's Messages API."""
    usage = {"input_tokens": 11, "output_tokens": 5}
    content = [{"type": "text", "text": text}]
    return Answer(
        {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": content,
         "stop_reason": stop, "stop_sequence": None, "usage": usage}
    )  # fmt: skip


def ollama(text: str, done: str = "stop") -> Answer:
    """Ollama's chat API, which streams lines of JSON."""
    usage = {"prompt_eval_count": 11, "eval_count": 5, "total_duration": 1, "done_reason": done}
    last = {"model": "llama-x", "created_at": "2026-01-01T00:00:00Z", "done": True}
    line = {**last, **usage, "message": {"role": "assistant", "content": text}}
    return Answer(json.dumps(line).encode() + b"\n", headers={"content-type": "application/x-ndjson"})


PROVIDERS: dict[str, tuple[str, Callable[..., Answer], Answer, str]] = {
    "anthropic": (
        "claude-x",
        anthropic,
        Answer({"type": "error", "error": {"type": "x", "message": "canary"}}, 401),
        "max_tokens",
    ),
    "ollama": ("llama-x", ollama, Answer({"error": "canary"}, 404), "length"),
}
each = pytest.mark.parametrize("provider", PROVIDERS)


@pytest.fixture
def drafter_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Endpoint], Drafter]:
    """A drafter with a provider's model, named as a person would name it."""

    def make(provider: str, served: Endpoint) -> Drafter:
        root = served.base_url.removesuffix("/v1")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "unused")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", root)
        monkeypatch.setenv("OLLAMA_HOST", root)
        return Drafter(f"{provider}:{PROVIDERS[provider][0]}", judge=False)

    return make


@each
@pytest.mark.parametrize("within_a_loop", [False, True])
def test_another_provider_writes(
    provider: str, within_a_loop: bool, drafter_of: Callable[[str, Endpoint], Drafter], request_of: Make
) -> None:
    """Its answers are checked and revised like any other's, its tokens counted, its own name kept."""
    _, wire, _, _ = PROVIDERS[provider]
    with endpoint(wire(json.dumps(UNKIND)), wire(json.dumps(changes(("4", ""))))) as served:
        drafter = drafter_of(provider, served)
        result = asyncio.run(drafter.adraft(request_of())) if within_a_loop else drafter.draft(request_of())
    assert (result.source, result.report.acceptable) == (f"{provider}:{PROVIDERS[provider][0]}", True)
    assert (result.calls, result.usage.prompt_tokens, result.usage.completion_tokens) == (2, 22, 10)
    roles = [message["role"] for message in served.asked[1]["messages"]]
    assert roles in (["user"], ["system", "user"])


@each
def test_another_providers_faults_are_told_apart(
    provider: str, drafter_of: Callable[[str, Endpoint], Drafter], request_of: Make
) -> None:
    """A wrong key, an unknown model, an answer that was cut off: each has its name, and none of the service's words."""
    _, wire, refusal, length = PROVIDERS[provider]
    kinds = []
    for answer in (refusal, wire('{"subject"', length)):
        with endpoint(answer) as served:
            result: Result = drafter_of(provider, served).draft(request_of())
        kinds.append(str(result.attempts[0].fault).split(":")[0])
        assert "canary" not in result.model_dump_json()
    assert kinds == [{"anthropic": "wrong-key", "ollama": "unknown-model"}[provider], "cut-off"]


@each
def test_a_batch_of_another_provider(
    provider: str, drafter_of: Callable[[str, Endpoint], Drafter], request_of: Make
) -> None:
    """`draft_many` works with any provider."""
    _, wire, _, _ = PROVIDERS[provider]
    with endpoint(wire(json.dumps(GOOD))) as served:
        results: list[Any] = list(drafter_of(provider, served).draft_many([request_of()] * 4, in_flight=4))
    assert [result.source for result in results] == [f"{provider}:{PROVIDERS[provider][0]}"] * 4


def test_a_provider_whose_package_is_missing_is_said() -> None:
    """The error says what to install."""
    from drafter.errors import ModelNotConfigured

    with pytest.raises(ModelNotConfigured, match="pip install langchain-mistralai"):
        configured_model("mistralai:x")
