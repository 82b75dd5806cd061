"""Conversations with language models, as generators, and the drivers that have them answered.

A conversation yields each `Ask` and is sent its `Answer`, so that it knows neither threads nor event loops nor a
network (as httpx's auth flows do); `run` and `arun` are the only places where a model is called.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from drafter.errors import ModelError
from drafter.models.interface import Model, ModelCall, ModelReply

PHRASEBOOK = "phrasebook"
"""What `Result.source` says, and what `model` is set to, where the built-in writer writes."""

Outcome = TypeVar("Outcome")


class Speaker(StrEnum):
    """Whom a call is for."""

    WRITER = "writer"
    JUDGE = "judge"


class Ask(NamedTuple):
    """A call to make, the seconds that are left for it, and whom to ask."""

    call: ModelCall
    timeout: float
    speaker: Speaker = Speaker.WRITER


class Answer(NamedTuple):
    """What came back, or the fault, and the seconds that it took."""

    reply: ModelReply | ModelError
    seconds: float


Conversation = Generator[Ask, Answer, Outcome]
"""Yields what is to be asked, is sent what came back, returns its outcome."""


def run(talk: Conversation[Outcome], speakers: dict[Speaker, Model]) -> Outcome:
    """The outcome of a conversation, whose calls are answered one by one."""
    try:
        ask = next(talk)
        while True:
            started = time.perf_counter()
            try:
                reply: ModelReply | ModelError = speakers[ask.speaker].complete(ask.call, timeout=ask.timeout)
            except ModelError as fault:
                reply = fault
            ask = talk.send(Answer(reply, time.perf_counter() - started))
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome


async def arun(talk: Conversation[Outcome], speakers: dict[Speaker, Model]) -> Outcome:
    """`run` for a running event loop."""
    try:
        ask = next(talk)
        while True:
            started = time.perf_counter()
            try:
                reply: ModelReply | ModelError = await speakers[ask.speaker].acomplete(ask.call, timeout=ask.timeout)
            except ModelError as fault:
                reply = fault
            ask = talk.send(Answer(reply, time.perf_counter() - started))
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome


def chosen_model(choice: Any) -> Model | None:
    """The model that a choice names, or None for the phrasebook. Raises ModelNotConfigured.

    A choice is a Model, a LangChain chat model, a name, "phrasebook", or None for what the environment configures.
    """
    if choice == PHRASEBOOK:
        return None
    if choice is None or isinstance(choice, str):
        from drafter.models import configured_model

        return configured_model(choice)
    if isinstance(choice, Model):
        return choice
    from drafter.models import LangChainModel, Retrying

    return Retrying(LangChainModel(choice))
