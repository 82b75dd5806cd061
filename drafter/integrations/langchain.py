"""The drafter and its guardrails for LangChain: two Runnables, and a middleware for agents of LangChain 1.x.

>>> from drafter.integrations.langchain import DrafterRunnable
>>> request = {"sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor"}
>>> DrafterRunnable("phrasebook").invoke(request).report.acceptable
True

The Runnables need `langchain-core`, which comes with this package; the middleware needs `langchain`, of the extra
`langchain`. Callbacks and tracers are told of a job's steps and outcome, never of names, private entries or texts,
unless `traced` is set; what a chat model is sent has slots for names, and its own callbacks see that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import adispatch_custom_event, dispatch_custom_event
from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable, RunnableConfig

from drafter.drafting import Drafter
from drafter.errors import Problem, RequestError
from drafter.guardrails import check
from drafter.intake import build_request
from drafter.letter import parted
from drafter.limits import Limits
from drafter.message import Draft, Report, Result
from drafter.request import Request
from drafter.writing import Event

if TYPE_CHECKING:
    from drafter.integrations.middleware import GuardrailsMiddleware

__all__ = ["EVENT", "DrafterRunnable", "GuardrailsMiddleware", "GuardrailsRunnable"]

EVENT = "drafter"
"""The name of the custom events that a `DrafterRunnable` gives: `{"step": …, "attempt": …, "rules": […]}`."""

RequestLike = Request | Mapping[str, Any]
DraftLike = Draft | BaseMessage | str


def __getattr__(name: str) -> Any:
    """The middleware, which alone needs `langchain`, at its first use."""
    if name == "GuardrailsMiddleware":
        from drafter.integrations.middleware import GuardrailsMiddleware

        return GuardrailsMiddleware
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class DrafterRunnable(Runnable[RequestLike, Result]):
    """A request in, a `Result` out: `invoke`, `batch` and `stream`, and each for a running event loop.

    The parameters are those of `drafter.Drafter`. `astream_events` and callbacks are given custom events named `EVENT`.
    Raises as `Drafter.draft` does.
    """

    def __init__(
        self, model: Any = None, *, judge: Any = None, limits: Limits | None = None, seed: int = 0, traced: bool = False
    ) -> None:
        self._drafter = Drafter(model, judge=judge, limits=limits)
        self._seed, self._traced = seed, traced

    def invoke(
        self,
        input: RequestLike,  # noqa: A002 -- LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ARG002
    ) -> Result:
        """The message for one request."""
        request = request_of(input)
        made: list[Result] = []

        def job(_: Any, config: RunnableConfig) -> Any:
            def tell(event: Event) -> None:
                dispatch_custom_event(EVENT, _as_data(event), config=config)

            made.append(self._drafter.told(tell).draft(request, seed=self._seed))
            return self._shown(made[0])

        self._call_with_config(job, self._shown(request), config)  # type: ignore[arg-type]  # config comes by its name
        return made[0]

    async def ainvoke(
        self,
        input: RequestLike,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ARG002
    ) -> Result:
        """`invoke` for a running event loop."""
        request = request_of(input)
        made: list[Result] = []

        async def job(_: Any, config: RunnableConfig) -> Any:
            events: asyncio.Queue[Event | None] = asyncio.Queue()
            teller = asyncio.create_task(_tell(events, config))
            try:
                made.append(await self._drafter.told(events.put_nowait).adraft(request, seed=self._seed))
            finally:
                events.put_nowait(None)
                await teller
            return self._shown(made[0])

        await self._acall_with_config(job, self._shown(request), config)  # type: ignore[arg-type]
        return made[0]

    def _shown(self, held: Request | Result) -> Any:
        """What callbacks and tracers may see of a request or a result."""
        if self._traced:
            return held
        if isinstance(held, Request):
            return held.model_dump(mode="json", include={"stage", "contact", "channel", "tone", "language"})
        calls = {"calls": held.calls, "attempts": len(held.attempts), "words": held.report.words}
        return {"acceptable": held.report.acceptable, "source": held.source, **calls}


async def _tell(events: asyncio.Queue[Event | None], config: RunnableConfig) -> None:
    while (event := await events.get()) is not None:
        await adispatch_custom_event(EVENT, _as_data(event), config=config)


class GuardrailsRunnable(Runnable[DraftLike | Mapping[str, Any], Report]):
    """A draft in, a `Report` out.

    A draft is a `drafter.Draft`, a text whose first line may be "Subject: …", or a chat message, so that it can stand
    behind a model in a chain. The request that it answers is given here, or with each draft, as
    `{"draft": …, "request": …}`. Raises RequestError for a request that is missing or wrong.
    """

    def __init__(self, request: RequestLike | None = None, *, traced: bool = False) -> None:
        self._request = None if request is None else request_of(request)
        self._traced = traced

    def invoke(
        self,
        input: DraftLike | Mapping[str, Any],  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ARG002
    ) -> Report:
        """What the guardrails say of one draft."""
        report = check(*self._both(input))

        def job(_: Any) -> Any:
            return report if self._traced else {"acceptable": report.acceptable, "findings": len(report.findings)}

        self._call_with_config(job, input if self._traced else {}, config)
        return report

    def _both(self, held: DraftLike | Mapping[str, Any]) -> tuple[Draft, Request]:
        request, draft = self._request, held
        if isinstance(held, Mapping):
            request = request_of(held["request"]) if "request" in held else request
            draft = held.get("draft", "")
        if request is None:
            missing = Problem("request", 'is missing; give it to GuardrailsRunnable, or {"draft": …, "request": …}')
            raise RequestError("the input", [missing])
        return draft_of(draft), request


def draft_of(held: object) -> Draft:
    """The draft in a text or chat message: "Subject: …" may be its first line. Raises TypeError for anything else."""
    if isinstance(held, Draft):
        return held
    if not isinstance(held, BaseMessage | str):
        raise TypeError(f"a draft is a Draft, a text or a chat message, not {type(held).__name__}")
    subject, body, _ = parted(held if isinstance(held, str) else str(held.text))
    return Draft(subject=subject, body=body)


def request_of(given: RequestLike) -> Request:
    """The request that fields make. Raises RequestError."""
    return given if isinstance(given, Request) else build_request(dict(given))


def _as_data(event: Event) -> dict[str, Any]:
    return {"step": event.step.value, "attempt": event.attempt, "rules": list(event.rules)}
