"""Having messages written: one at a time, many at a time, in threads and in event loops.

The jobs themselves are in `drafter.pipeline`; here they only meet models, clocks and whoever waits for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager
from copy import copy
from datetime import date, datetime
from itertools import islice
from typing import Any

from drafter.conversation import Conversation, Speaker, arun, chosen_model, run
from drafter.errors import DrafterError, ModelNotConfigured
from drafter.limits import Limits
from drafter.message import Draft, Result
from drafter.models.interface import Model, lasting
from drafter.models.traced import Traced
from drafter.pipeline import Terms, changing, drafting, replying
from drafter.prices import Prices
from drafter.ranking import best_first
from drafter.request import Request
from drafter.settings import current_settings
from drafter.writing import Listener

LOOKAHEAD = 4
"""Requests that a batch has begun on or finished, for each that may be in flight, before the first has to be taken."""


class Drafter:
    """Writes and checks messages with one model, whose connections all of them share.

    `model` is a `drafter.models.Model`, a LangChain chat model, a name such as "gpt-5-mini" or "anthropic:NAME", or
    "phrasebook"; None takes what the settings name, and the phrasebook where they name nothing. What a model wrote and
    the rules passed is read by a `judge` too: None takes the settings' or else the same model, False none; the choice
    is otherwise that of `model`. `on_event` is told what happens, and never a word of a draft.

    Threads may share a drafter, and so may event loops, one after the other or side by side. Raises ModelNotConfigured
    where a model can't be set up here, and SettingsError for settings that say something else.
    """

    def __init__(
        self, model: Any = None, *, judge: Any = None, limits: Limits | None = None, on_event: Listener | None = None
    ) -> None:
        settings = current_settings()
        self._limits = limits or settings.limits
        self._prices = Prices.known(settings.prices)
        self._on_event = on_event
        speakers = _speakers(model, _judge(judge, settings.judge))
        self._speakers: dict[Speaker, Model] = (
            {who: Traced(one) for who, one in speakers.items()} if settings.tracing else speakers
        )

    def told(self, on_event: Listener) -> Drafter:
        """The same drafter with another listener; both share their models and connections."""
        other = copy(self)
        other._on_event = on_event
        return other

    def draft(
        self, request: Request, *, seed: int = 0, candidates: int = 1, now: date | datetime | None = None
    ) -> Result:
        """The message that withdraws. `candidates` are written side by side, and ranked: `Result.others`.

        Each candidate has the next seed. `now` is the person's local date or date-time, which only the advice depends
        on; None takes the clock's. A model that fails or never writes an acceptable draft is no error: the phrasebook
        writes, and `notes` says why. Raises RequestError and NoAcceptableDraft.
        """
        talks = _candidates(request, self._terms(seed, now), candidates)
        if len(talks) == 1:
            return run(talks[0], self._speakers)
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(len(talks)) as pool:
            return best_first(list(pool.map(lambda talk: run(talk, self._speakers), talks)))

    async def adraft(
        self, request: Request, *, seed: int = 0, candidates: int = 1, now: date | datetime | None = None
    ) -> Result:
        """`draft` for a running event loop."""
        import asyncio

        talks = _candidates(request, self._terms(seed, now), candidates)
        async with self._lasting():
            return best_first(await asyncio.gather(*(arun(talk, self._speakers) for talk in talks)))

    def draft_many(
        self, requests: Iterable[Request], *, seed: int = 0, in_flight: int = 8
    ) -> Iterator[Result | DrafterError]:
        """The messages for many requests, in their order, with at most `in_flight` calls being made at a time.

        A request that can't be served gives its error in its place, so that nothing is lost. Requests are taken from
        the iterable as places come free.
        """
        if in_flight < 1:
            raise ValueError(f"in_flight has to be 1 or more, not {in_flight}")
        return _in_a_thread(lambda: self.adraft_many(requests, seed=seed, in_flight=in_flight))

    async def adraft_many(
        self, requests: Iterable[Request], *, seed: int = 0, in_flight: int = 8
    ) -> AsyncIterator[Result | DrafterError]:
        """`draft_many` for a running event loop."""
        import asyncio

        places = asyncio.Semaphore(in_flight)

        async def one(request: Request) -> Result | DrafterError:
            async with places:
                try:
                    return await arun(drafting(request, self._terms(seed, None)), self._speakers)
                except DrafterError as fault:
                    return fault

        async with self._lasting():
            queue = iter(requests)
            running = deque(asyncio.create_task(one(each)) for each in islice(queue, LOOKAHEAD * in_flight))
            try:
                while running:
                    yield await running.popleft()
                    running.extend(asyncio.create_task(one(each)) for each in islice(queue, 1))
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)

    def revise(self, draft: Draft, request: Request, ask: str, *, seed: int = 0) -> Result:
        """A message changed as the person asks ("shorter, and mention the tour"), under the same guardrails.

        What is to be told has to be in the request. Raises RequestError, and NoAcceptableDraft where there is no model
        or nothing acceptable came of it; the draft is never touched.
        """
        return run(changing(draft, request, ask, self._terms(seed, None)), self._speakers)

    async def arevise(self, draft: Draft, request: Request, ask: str, *, seed: int = 0) -> Result:
        """`revise` for a running event loop."""
        return await arun(changing(draft, request, ask, self._terms(seed, None)), self._speakers)

    def reply(self, incoming: str, request: Request, *, seed: int = 0) -> Result:
        """An answer to what came back: they ask why, offer more, propose another date, or want to stay in touch.

        `incoming` is their message, of which nothing is taken for an order. Raises as `draft` does.
        """
        return run(replying(incoming, request, self._terms(seed, None)), self._speakers)

    async def areply(self, incoming: str, request: Request, *, seed: int = 0) -> Result:
        """`reply` for a running event loop."""
        return await arun(replying(incoming, request, self._terms(seed, None)), self._speakers)

    def _terms(self, seed: int, now: date | datetime | None) -> Terms:
        names = {speaker: model.name for speaker, model in self._speakers.items()}
        return Terms(
            model=names.get(Speaker.WRITER),
            judge=names.get(Speaker.JUDGE),
            seed=seed,
            limits=self._limits,
            prices=self._prices,
            now=now or datetime.now(),
            on_event=self._on_event,
        )

    @asynccontextmanager
    async def _lasting(self) -> AsyncIterator[None]:
        """Has every model keep its connections in this event loop until the end of the block."""
        async with lasting(*self._speakers.values()):
            yield


def _candidates(request: Request, terms: Terms, count: int) -> list[Conversation[Result]]:
    if count < 1:
        raise ValueError(f"candidates has to be 1 or more, not {count}")
    return [drafting(request, terms.other(terms.seed + further)) for further in range(count)]


def _judge(choice: Any, setting: str | None) -> Any:
    """The judge that was chosen, or the settings'; "none" is False."""
    chosen = setting if choice is None else choice
    return False if chosen == "none" else chosen


def _speakers(model: Any, judge: Any) -> dict[Speaker, Model]:
    """Who writes and who judges; nobody where the phrasebook writes. Raises ModelNotConfigured."""
    writer = chosen_model(model)
    if writer is None:
        return {}
    if judge is False:
        return {Speaker.WRITER: writer}
    reader = writer if judge is None else chosen_model(judge)
    if reader is None:
        raise ModelNotConfigured(str(judge), "is no language model, so it can't judge")
    return {Speaker.WRITER: writer, Speaker.JUDGE: reader}


def _in_a_thread(start: Callable[[], AsyncIterator[Result | DrafterError]]) -> Iterator[Result | DrafterError]:
    """What an asynchronous generator gives, for a caller that has no event loop or is inside another one.

    The generator's loop runs in a thread of its own, so that calls go on while the caller is busy with a result.
    """
    import asyncio
    from threading import Thread

    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="drafter", daemon=True)
    thread.start()

    def done(step: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(step, loop).result()

    async def closed(results: AsyncIterator[Any]) -> None:
        async with aclosing(results):  # type: ignore[type-var]  # it is a generator
            pass

    results = start()
    try:
        while True:
            try:
                yield done(anext(results))  # type: ignore[arg-type]  # a generator's step is a coroutine
            except StopAsyncIteration:
                return
    finally:
        done(closed(results))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def draft(
    request: Request,
    *,
    model: Any = None,
    judge: Any = None,
    seed: int = 0,
    limits: Limits | None = None,
    now: date | datetime | None = None,
) -> Result:
    """A message that passed every guardrail, for one request; `Drafter` says what each parameter is."""
    return Drafter(model, judge=judge, limits=limits).draft(request, seed=seed, now=now)


async def adraft(
    request: Request,
    *,
    model: Any = None,
    judge: Any = None,
    seed: int = 0,
    limits: Limits | None = None,
    now: date | datetime | None = None,
) -> Result:
    """`draft` for a running event loop."""
    return await Drafter(model, judge=judge, limits=limits).adraft(request, seed=seed, now=now)


def draft_many(
    requests: Iterable[Request],
    *,
    model: Any = None,
    judge: Any = None,
    seed: int = 0,
    limits: Limits | None = None,
    in_flight: int = 8,
) -> Iterator[Result | DrafterError]:
    """The messages for many requests, in their order; see `Drafter.draft_many`.

    Raises ModelNotConfigured at once where a model can't be set up here.
    """
    return Drafter(model, judge=judge, limits=limits).draft_many(requests, seed=seed, in_flight=in_flight)
