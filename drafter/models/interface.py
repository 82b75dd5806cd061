"""The one small interface that every language model is behind: messages in, text out, failures as ModelError."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from drafter.message import Usage

Role = Literal["system", "user", "assistant"]


class Message(NamedTuple):
    """One chat message."""

    role: Role
    content: str


@dataclass(frozen=True)
class ModelCall:
    """What a model is asked: messages, and the JSON schema that its answer has to follow.

    `max_tokens` bounds the answer. `seed` and `temperature` are passed on where the service takes them.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    schema_name: str = "withdrawal"
    max_tokens: int = 800
    seed: int | None = None
    temperature: float | None = None


@dataclass(frozen=True)
class ModelReply:
    """What a model answered: its text as it came, the tokens it took, and the model's own name for itself."""

    text: str
    usage: Usage
    model: str


@runtime_checkable
class Model(Protocol):
    """A language model: two ends, sync and async, of the same thing.

    Both raise a ModelError, and nothing else, where no usable text comes back within `timeout` seconds.
    """

    @property
    def name(self) -> str:
        """The name by which the model was asked for."""
        ...

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call."""
        ...

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call, in a running event loop."""
        ...


@asynccontextmanager
async def lasting(*models: Model) -> AsyncIterator[None]:
    """Has models keep what they need in the running event loop, such as connections, until the end of the block.

    A model that can has a `lasting` of its own; for one that can't nothing is done.
    """
    async with AsyncExitStack() as stack:
        for one in {id(model): model for model in models}.values():
            if own := getattr(one, "lasting", None):
                await stack.enter_async_context(own())
        yield
