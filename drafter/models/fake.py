"""A model that says what it was told to say: for people's own tests, and for most of ours."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from threading import Lock
from typing import Any

from drafter.errors import ModelError
from drafter.message import Usage
from drafter.models.interface import ModelCall, ModelReply


class FakeModel:
    """Answers with what was enqueued, in order, and keeps what it was asked in `history`.

    >>> model = FakeModel()
    >>> model.enqueue({"subject": None, "greeting": "Hi {recipient},", "paragraphs": [], "sign_off": "Best,"})
    """

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.history: list[ModelCall] = []
        self._replies: deque[str | ModelError] = deque()
        self._lock = Lock()

    def enqueue(self, *replies: str | Mapping[str, Any] | ModelError) -> None:
        """Adds answers: text as it is, a mapping as JSON, or an error to raise."""
        with self._lock:
            self._replies.extend(json.dumps(reply) if isinstance(reply, Mapping) else reply for reply in replies)

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:  # noqa: ARG002 -- the interface has it
        """The next answer. Raises the error that was enqueued, or LookupError where nothing is left."""
        with self._lock:
            self.history.append(call)
            if not self._replies:
                raise LookupError(f"{self.name}: nothing is enqueued for call {len(self.history)}")
            reply = self._replies.popleft()
        if isinstance(reply, ModelError):
            raise reply
        asked = sum(len(message.content) for message in call.messages)
        return ModelReply(reply, Usage(prompt_tokens=asked // 4, completion_tokens=len(reply) // 4), self.name)

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The next answer, in a running event loop."""
        return self.complete(call, timeout=timeout)
