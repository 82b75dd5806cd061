"""Any endpoint that speaks OpenAI's chat completions, through the `openai` client itself.

A strict JSON schema is asked for; an endpoint that has no schemas is asked for plain JSON, then for nothing but what
the prompt says. What an endpoint takes is remembered for as long as the model object lives.
"""

from __future__ import annotations

import json
import os
import re
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
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
    from openai.resources.chat.completions import AsyncCompletions, Completions

_ABOUT_FORMAT = re.compile(r"response_format|json_schema|json_object|structured output|grammar", re.IGNORECASE)
_ABOUT_LIMIT = re.compile(r"max_tokens|max_completion_tokens", re.IGNORECASE)
_ABOUT_SEED = re.compile(r"\bseed\b", re.IGNORECASE)
_PLAINER = {"json_schema": "json_object", "json_object": None}
_OTHER_LIMIT = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


@dataclass(frozen=True)
class _Dialect:
    """What of the format an endpoint takes. `swapped`: the other name of the limit was tried already."""

    limit: str
    response_format: str | None = "json_schema"
    seed: bool = True
    swapped: bool = False

    def after(self, fault: Exception) -> _Dialect | None:
        """What to try where the endpoint says that it lacks something; None where nothing can be left out.

        Each step leaves something out for good, so that a call ends after five requests at the latest.
        """
        if getattr(fault, "status_code", None) not in {400, 404, 422, 501}:
            return None
        # The body too: the client's message leaves out what is not in OpenAI's own form, such as FastAPI's "detail".
        said = " ".join(str(getattr(fault, field, "")) for field in ("param", "message", "body"))
        if _ABOUT_LIMIT.search(said) and not self.swapped:
            return replace(self, limit=_OTHER_LIMIT[self.limit], swapped=True)
        if _ABOUT_FORMAT.search(said) and self.response_format:
            return replace(self, response_format=_PLAINER[self.response_format])
        if _ABOUT_SEED.search(said) and self.seed:
            return replace(self, seed=False)
        return None

    def body(self, model: str, call: ModelCall) -> dict[str, Any]:
        """The request's body."""
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in call.messages],
            self.limit: call.max_tokens,
        }
        if call.seed is not None and self.seed:
            body["seed"] = call.seed
        if call.temperature is not None:
            body["temperature"] = call.temperature
        if self.response_format == "json_schema":
            schema = {"name": call.schema_name, "strict": True, "schema": dict(call.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.response_format:
            body["response_format"] = {"type": self.response_format}
        return body


@dataclass
class _Lease:
    """An event loop's client, and how many use it."""

    client: AsyncOpenAI
    users: int = 0


class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint.

    `base_url` and `api_key` default to OPENAI_BASE_URL and OPENAI_API_KEY; a local server that was named by its base
    URL needs no key. Threads may share a model object, and so may event loops: the sync client is made at the first
    call in a process, so that none is carried over a fork, and an async one for each event loop, for as long as calls
    are being made in it or it is `lasting`. Raises ModelNotConfigured where there is no usable key.
    """

    def __init__(self, name: str, *, base_url: str | None = None, api_key: str | None = None) -> None:
        self.name = name
        self._base_url = base_url or os.environ.get("OPENAI_BASE_URL") or None
        self._api_key = (api_key or os.environ.get("OPENAI_API_KEY") or "").strip() or (
            "none" if self._base_url else ""
        )
        if not self._api_key:
            raise ModelNotConfigured(
                name, "there is no key; set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs none"
            )
        if not (self._api_key.isascii() and self._api_key.isprintable()):
            raise ModelNotConfigured(name, "the key holds a character that no key has; set OPENAI_API_KEY anew")
        self._client: tuple[int, OpenAI] | None = None
        self._leases: dict[AbstractEventLoop, _Lease] = {}
        self._making = Lock()
        self._dialect = _Dialect("max_completion_tokens" if _is_openai(self._base_url) else "max_tokens")

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call, within `timeout` seconds. Raises ModelError."""
        try:
            chat = self._sync_client().chat.completions  # before the clock starts: loading the library takes seconds
            return self._asked(chat, call, monotonic() + timeout)
        except Exception as fault:
            raise fault_of_exception(self.name, fault) from None

    def _asked(self, chat: Completions, call: ModelCall, deadline: float) -> ModelReply:
        """The answer, by as many requests as it takes to find out what the endpoint knows."""
        dialect = self._dialect
        while True:
            body = dialect.body(self.name, call)
            try:
                with chat.with_streaming_response.create(**body, timeout=_left(deadline)) as raw:
                    self._dialect = dialect
                    return self._reply(_read(raw.iter_bytes(), deadline))
            except Exception as fault:
                plainer = dialect.after(fault)
                if plainer is None:
                    raise
                dialect = plainer

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call in a running event loop, within `timeout` seconds. Raises ModelError."""
        import asyncio

        try:
            async with self._leased() as client:
                chat = client.chat.completions  # before the clock starts, as above
                async with asyncio.timeout(timeout):
                    return await self._aasked(chat, call, timeout)
        except Exception as fault:
            raise fault_of_exception(self.name, fault) from None

    async def _aasked(self, chat: AsyncCompletions, call: ModelCall, timeout: float) -> ModelReply:
        """`_asked` for a running event loop."""
        dialect = self._dialect
        while True:
            body = dialect.body(self.name, call)
            try:
                raw = await chat.with_raw_response.create(**body, timeout=timeout)
            except Exception as fault:
                plainer = dialect.after(fault)
                if plainer is None:
                    raise
                dialect = plainer
            else:
                self._dialect = dialect
                return self._reply(raw.http_response.content)

    def _sync_client(self) -> OpenAI:
        from openai import OpenAI

        process = os.getpid()
        with self._making:
            if self._client is None or self._client[0] != process:
                self._client = process, OpenAI(base_url=self._base_url, api_key=self._api_key, max_retries=0)
            return self._client[1]

    @asynccontextmanager
    async def lasting(self) -> AsyncIterator[None]:
        """Keeps one client and its connections open in the running event loop until the end of the block."""
        async with self._leased():
            yield

    @asynccontextmanager
    async def _leased(self) -> AsyncIterator[AsyncOpenAI]:
        """The running event loop's client, which is closed when nobody uses it any more."""
        from openai import AsyncOpenAI

        loop = get_running_loop()
        with self._making:
            lease = self._leases.get(loop)
            if lease is None:
                client = AsyncOpenAI(base_url=self._base_url, api_key=self._api_key, max_retries=0)
                lease = self._leases[loop] = _Lease(client)
            lease.users += 1
        try:
            yield lease.client
        finally:
            with self._making:
                lease.users -= 1
                if last := not lease.users:
                    del self._leases[loop]
            if last:
                await lease.client.close()

    def _reply(self, raw: bytes) -> ModelReply:
        """The reply in a response body, read strictly: what is missing or odd in it is MalformedReply."""
        try:
            data = json.loads(raw)
            (choice,) = data["choices"]  # one was asked for
            message = choice["message"]
            text, refusal, finish = message.get("content"), message.get("refusal"), choice.get("finish_reason")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise MalformedReply(self.name, "the service's answer is not a chat completion") from None
        check_finish(self.name, finish, refusal=refusal)
        return ModelReply(answer_text(self.name, text), _usage(data.get("usage")), str(data.get("model") or self.name))


def _is_openai(base_url: str | None) -> bool:
    """Whether that is OpenAI's own endpoint, whose newer models no longer know max_tokens."""
    return base_url is None or f"{base_url}/".startswith("https://api.openai.com/")


def _left(deadline: float) -> float:
    """Seconds to the deadline. Raises TimeoutError where it has passed."""
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(chunks: Iterable[bytes], deadline: float) -> bytes:
    """The whole body. The client's own limit holds between chunks only, and some services send blanks to keep alive."""
    body = bytearray()
    for chunk in chunks:
        _left(deadline)
        body += chunk
    return bytes(body)


def check_finish(model: str, finish: object, *, refusal: object = None) -> None:
    """Raises the error that a finish reason or a refusal stands for, in the words of any provider."""
    finish = finish if isinstance(finish, str) else None
    if refusal or finish in {"refusal", "refused"}:
        raise Refused(model, "the model declined to write the message")
    if finish in {"content_filter", "safety", "SAFETY", "content_filtered"}:
        raise ContentFiltered(model, "the service's content filter withheld the answer")
    if finish in {"length", "max_tokens", "MAX_TOKENS"}:
        raise CutOff(model, "the answer was cut off at the token limit")


def answer_text(model: str, text: object) -> str:
    """The answer as text that can be written down. Raises MalformedReply where it is none, or blank."""
    if not isinstance(text, str) or not text.strip():
        raise MalformedReply(model, "the answer is empty")
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        raise MalformedReply(model, "the answer holds a broken character") from None
    return text


def _usage(data: object) -> Usage:
    """The tokens that a service counted; nought where it counted none, or nonsense."""

    def count(key: str) -> int:
        value = data.get(key) if isinstance(data, dict) else None
        return value if isinstance(value, int) and value >= 0 else 0

    return Usage(prompt_tokens=count("prompt_tokens"), completion_tokens=count("completion_tokens"))
