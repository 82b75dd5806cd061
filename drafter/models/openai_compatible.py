"""Any endpoint that speaks OpenAI's chat completions, through the `openai` client itself.

A strict JSON schema is asked for; an endpoint that has no schemas is asked for plain JSON, then for nothing but what
the prompt says. What an endpoint takes is remembered for as long as the model object lives.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from drafter.errors import (
    ContentFiltered,
    CutOff,
    MalformedReply,
    ModelNotConfigured,
    Refused,
)
from drafter.message import Usage
from drafter.models.faults import fault_of_exception
from drafter.models.interface import ModelCall, ModelReply

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

_ABOUT_FORMAT = re.compile(r"response_format|json_schema|json_object|structured output|grammar", re.IGNORECASE)
_ABOUT_LIMIT = re.compile(r"max_tokens|max_completion_tokens", re.IGNORECASE)
_ABOUT_SEED = re.compile(r"\bseed\b", re.IGNORECASE)


class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint.

    `base_url` and `api_key` default to OPENAI_BASE_URL and OPENAI_API_KEY; a local server that was named by its base
    URL needs no key. The client is made at the first call, and an async one for each call, so that none outlives its
    event loop.
    """

    def __init__(self, name: str, *, base_url: str | None = None, api_key: str | None = None) -> None:
        self.name = name
        self._base_url = base_url or os.environ.get("OPENAI_BASE_URL") or None
        self._api_key = api_key or os.environ.get("OPENAI_API_KEY") or ("none" if self._base_url else None)
        if self._api_key is None:
            raise ModelNotConfigured(
                name, "there is no key; set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs none"
            )
        self._client: OpenAI | None = None
        self._formats = ["json_schema", "json_object", "none"]
        self._limit = "max_tokens" if self._base_url else "max_completion_tokens"
        self._takes_seed = True

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call, within `timeout` seconds. Raises ModelError."""
        if self._client is None:
            from openai import OpenAI

            self._client = OpenAI(base_url=self._base_url, api_key=self._api_key, max_retries=0)
        while True:
            try:
                raw = self._client.chat.completions.with_raw_response.create(**self._sent(call), timeout=timeout)
                return self._reply(raw.http_response.content)
            except Exception as fault:
                if not self._adapts(fault):
                    raise fault_of_exception(self.name, fault) from None

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call in a running event loop. Raises ModelError."""
        async with self._async_client() as client:
            while True:
                try:
                    raw = await client.chat.completions.with_raw_response.create(**self._sent(call), timeout=timeout)
                    return self._reply(raw.http_response.content)
                except Exception as fault:
                    if not self._adapts(fault):
                        raise fault_of_exception(self.name, fault) from None

    def _async_client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        return AsyncOpenAI(base_url=self._base_url, api_key=self._api_key, max_retries=0)

    def _sent(self, call: ModelCall) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": message.role, "content": message.content} for message in call.messages],
            self._limit: call.max_tokens,
        }
        if call.seed is not None and self._takes_seed:
            body["seed"] = call.seed
        if call.temperature is not None:
            body["temperature"] = call.temperature
        if self._formats[0] == "json_schema":
            schema = {"name": call.schema_name, "strict": True, "schema": dict(call.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self._formats[0] == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def _adapts(self, fault: Exception) -> bool:
        """Whether the endpoint said that it lacks something that can be left out; then the next call does."""
        if getattr(fault, "status_code", None) not in {400, 404, 422, 501}:
            return False
        said = f"{getattr(fault, 'param', '')} {getattr(fault, 'message', '')}"
        if _ABOUT_LIMIT.search(said) and self._limit == "max_completion_tokens" and self._base_url:
            self._limit = "max_tokens"
        elif _ABOUT_LIMIT.search(said) and self._limit == "max_tokens":
            self._limit = "max_completion_tokens"
            self._base_url = self._base_url or "https://api.openai.com/v1"
        elif _ABOUT_FORMAT.search(said) and len(self._formats) > 1:
            del self._formats[0]
        elif _ABOUT_SEED.search(said) and self._takes_seed:
            self._takes_seed = False
        else:
            return False
        return True

    def _reply(self, raw: bytes) -> ModelReply:
        """The reply in a response body, read strictly: what is missing or odd in it is MalformedReply."""
        try:
            data = json.loads(raw)
            choice = data["choices"][0]
            message = choice["message"]
            text, refusal, finish = message.get("content"), message.get("refusal"), choice.get("finish_reason")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise MalformedReply(self.name, "the service's answer is not a chat completion") from None
        check_finish(self.name, finish, refusal=refusal)
        if not isinstance(text, str) or not text.strip():
            raise MalformedReply(self.name, "the service's answer is empty")
        return ModelReply(text, _usage(data.get("usage")), str(data.get("model") or self.name))


def check_finish(model: str, finish: object, *, refusal: object = None) -> None:
    """Raises the error that a finish reason or a refusal stands for, in the words of any provider."""
    if refusal or finish in {"refusal", "refused"}:
        raise Refused(model, "the model declined to write the message")
    if finish in {"content_filter", "safety", "SAFETY", "content_filtered"}:
        raise ContentFiltered(model, "the service's content filter withheld the answer")
    if finish in {"length", "max_tokens", "MAX_TOKENS"}:
        raise CutOff(model, "the answer was cut off at the token limit")


def _usage(data: object) -> Usage:
    """The tokens that a service counted; nought where it counted none, or nonsense."""

    def count(key: str) -> int:
        value = data.get(key) if isinstance(data, dict) else None
        return value if isinstance(value, int) and value >= 0 else 0

    return Usage(prompt_tokens=count("prompt_tokens"), completion_tokens=count("completion_tokens"))
