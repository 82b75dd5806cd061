"""Retries as a wrapper: a model that asks another model again where its failure may pass.

Exponential waits with jitter; a service's Retry-After is honoured; all within one deadline. Made with tenacity.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from drafter.errors import ModelUnavailable
from drafter.models.interface import Model, ModelCall, ModelReply, lasting

if TYPE_CHECKING:
    from tenacity import RetryCallState

FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
"""Seconds: the exponential wait begins near the first and never passes the second, Retry-After aside."""


class Retrying:
    """A model with the interface of the one it wraps; failures that may pass are tried again.

    `attempts` bounds the calls, and `timeout` of each call bounds all of them together with the waits between: a wait
    that would pass it isn't begun, and the last failure is raised. `sleep`, `asleep` and `clock` are for tests.
    """

    def __init__(
        self,
        model: Model,
        *,
        attempts: int = 4,
        sleep: Callable[[float], None] | None = None,
        asleep: Callable[[float], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model, self._attempts, self._clock = model, attempts, clock
        self._sleep, self._asleep = sleep, asleep

    @property
    def name(self) -> str:
        """The wrapped model's name."""
        return self._model.name

    def lasting(self) -> AbstractAsyncContextManager[None]:
        """The wrapped model's."""
        return lasting(self._model)

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call, tried again where that helps, within `timeout` seconds. Raises ModelError."""
        import tenacity

        policy = _Policy(self._attempts, self._clock() + timeout, self._clock)
        for attempt in tenacity.Retrying(
            sleep=self._sleep or time.sleep, retry=policy.retry, wait=policy.wait, stop=policy.stop, reraise=True
        ):
            with attempt:
                return self._model.complete(call, timeout=policy.left())
        raise AssertionError("tenacity ends in a return or a raise")

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call in a running event loop. Raises ModelError."""
        import asyncio

        import tenacity

        policy = _Policy(self._attempts, self._clock() + timeout, self._clock)
        async for attempt in tenacity.AsyncRetrying(
            sleep=self._asleep or asyncio.sleep, retry=policy.retry, wait=policy.wait, stop=policy.stop, reraise=True
        ):
            with attempt:
                return await self._model.acomplete(call, timeout=policy.left())
        raise AssertionError("tenacity ends in a return or a raise")


class _Policy:
    """When to try again, after how many seconds, and when to stop: one for sync and async."""

    def __init__(self, attempts: int, deadline: float, clock: Callable[[], float]) -> None:
        self._attempts, self._deadline, self._clock = attempts, deadline, clock

    def left(self) -> float:
        """Seconds to the deadline; never nought, which clients take for "no limit"."""
        return max(0.001, self._deadline - self._clock())

    @staticmethod
    def retry(state: RetryCallState) -> bool:
        """Only what may pass is tried again."""
        return isinstance(state.outcome and state.outcome.exception(), ModelUnavailable)

    @staticmethod
    def wait(state: RetryCallState) -> float:
        """What the service asked for, else an exponential wait with full jitter."""
        import tenacity

        fault = state.outcome and state.outcome.exception()
        asked = fault.retry_after if isinstance(fault, ModelUnavailable) else None
        jittered: float = tenacity.wait_random_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)(state)
        return jittered if asked is None else max(asked, min(jittered, FIRST_WAIT))

    def stop(self, state: RetryCallState) -> bool:
        """After the last attempt, or where the wait would pass the deadline."""
        return state.attempt_number >= self._attempts or self._clock() + state.upcoming_sleep >= self._deadline
