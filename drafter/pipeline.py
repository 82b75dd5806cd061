"""Write, check, revise, fall back: from a request to a message that passed every guardrail.

The conversation with a model is a generator that yields what is to be asked and is sent what came back, so that it
knows neither threads nor event loops nor a network; `draft`, `adraft` and `draft_many` are thin drivers of it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from drafter.disclosure import Brief, FactKind, brief
from drafter.errors import (
    CutOff,
    DrafterError,
    MalformedReply,
    ModelError,
    NoAcceptableDraft,
    Problem,
    RequestError,
)
from drafter.guardrails import check
from drafter.guide import advise
from drafter.ledger import audited
from drafter.letter import Letter, claims, compose
from drafter.message import Attempt, Draft, Finding, Report, Result, Usage
from drafter.models.interface import Model, ModelCall, ModelReply
from drafter.names import Names
from drafter.phrasebook import write
from drafter.prompts import first_call, languages, parse_letter, repeating_call, revising_call
from drafter.request import Request, contradictions

PHRASEBOOK = "phrasebook"
"""What `Result.source` says, and what `model` is set to, where the built-in writer writes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one message may take: model calls, seconds in all, and tokens in all, in and out."""

    attempts: int = 3
    seconds: float = 90.0
    tokens: int = 12_000

    def __post_init__(self) -> None:
        """Raises ValueError where no call could ever be made."""
        if self.attempts < 1:
            raise ValueError(f"attempts has to be 1 or more, not {self.attempts}")


class Ask(NamedTuple):
    """A call to make, and the seconds that are left for it."""

    call: ModelCall
    timeout: float


class Answer(NamedTuple):
    """What came back, or the fault, and the seconds that it took."""

    reply: ModelReply | ModelError
    seconds: float


class Judged(NamedTuple):
    """A letter, the draft that it makes, and what the guardrails say of it."""

    letter: Letter
    message: Draft
    report: Report


Conversation = Generator[Ask, Answer, Result]


@dataclass
class _Work:
    """What the conversation knows so far."""

    request: Request
    names: Names
    brief: Brief
    attempts: list[Attempt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def left(self, limits: Limits) -> tuple[float, int]:
        """Seconds and tokens that are left."""
        spent = sum(attempt.seconds for attempt in self.attempts)
        used = sum(attempt.usage.total for attempt in self.attempts)
        return limits.seconds - spent, limits.tokens - used

    def judge(self, letter: Letter, writer: str, usage: Usage | None = None, seconds: float = 0.0) -> Judged:
        """Composes a letter, checks it, and records the attempt."""
        message = compose(letter, self.names, self.brief.channel)
        report = audited(check(message, self.request), message, letter, self.brief, self.names)
        self.attempts.append(
            Attempt(writer=writer, draft=message, report=report, usage=usage or Usage(), seconds=seconds)
        )
        return Judged(letter, message, report)


def conversation(
    request: Request, *, model: str | None, seed: int = 0, limits: Limits | None = None, now: date | datetime
) -> Conversation:
    """The whole job as a generator: yields each `Ask`, is sent its `Answer`, returns the Result.

    `model` is the name to report, or None where the phrasebook is to write. Raises RequestError for a request that
    contradicts itself or asks for a language that there is none of, and NoAcceptableDraft where nobody could write.
    """
    _refuse_nonsense(request)
    names = Names.of(request)
    work = _Work(request, names, brief(request, names))
    work.notes += [f"{entry.field} was left out: {entry.why}." for entry in work.brief.withheld]
    written = None
    if model is not None:
        written = yield from _model_writes(work, model, seed, limits or Limits())
    source = PHRASEBOOK if written is None or model is None else model
    taken = written or _phrasebook_writes(work, seed)
    return Result(
        message=taken.message,
        report=taken.report,
        advice=advise(request, now=now),
        claims=claims(taken.letter, names),
        facts=tuple(names.fill(fact.text) for fact in work.brief.facts),
        source=source,
        attempts=tuple(work.attempts),
        notes=tuple(work.notes),
    )


def _refuse_nonsense(request: Request) -> None:
    problems = contradictions(request)
    if request.primary_language not in languages():
        there_are = ", ".join(languages())
        problems.append(
            Problem("language", "no messages can be written in it yet", found=repr(request.language), allowed=there_are)
        )
    if problems:
        raise RequestError("request", problems)


def _model_writes(work: _Work, model: str, seed: int, limits: Limits) -> Generator[Ask, Answer, Judged | None]:
    """The model's letter, or None where its drafts can't be taken; why not is noted."""
    call = first_call(work.brief, seed=seed)
    seen: set[frozenset[tuple[str, str]]] = set()
    for _ in range(limits.attempts):
        seconds, tokens = work.left(limits)
        if seconds <= 0 or tokens <= 0:
            _gave_up(work, model, f"used up its limit of {limits.seconds:g} seconds or {limits.tokens} tokens")
            return None
        answer = yield Ask(call, seconds)
        if isinstance(answer.reply, ModelError):
            fault = answer.reply
            work.attempts.append(Attempt(writer=model, fault=f"{fault.kind}: {fault.what}", seconds=answer.seconds))
            if isinstance(fault, (CutOff, MalformedReply)):
                continue
            _gave_up(work, model, fault.what)
            return None
        reply = answer.reply
        try:
            letter = parse_letter(reply.text)
        except ValueError as unreadable:
            fault_text = f"{MalformedReply.kind}: {unreadable}"
            work.attempts.append(Attempt(writer=model, fault=fault_text, usage=reply.usage, seconds=answer.seconds))
            call = repeating_call(call, reply.text, str(unreadable), work.brief.primary_language)
            continue
        made = work.judge(letter, model, reply.usage, answer.seconds)
        if made.report.acceptable:
            return made
        marks = frozenset((finding.rule, finding.evidence) for finding in made.report.errors)
        if marks in seen:
            _gave_up(work, model, f"repeated what it was asked to mend ({_rules(made.report)})")
            return None
        seen.add(marks)
        call = revising_call(call, reply.text, made.report.errors, work.names, work.brief.primary_language)
    _gave_up(work, model, _last_failure(work))
    return None


def _rules(report: Report) -> str:
    return ", ".join(dict.fromkeys(finding.rule for finding in report.errors)) or "a rule that could not run"


def _last_failure(work: _Work) -> str:
    last = work.attempts[-1]
    if last.report is not None:
        return f"wrote no acceptable draft in {len(work.attempts)} attempts (the last broke {_rules(last.report)})"
    return f"gave no usable answer in {len(work.attempts)} attempts ({last.fault})"


def _gave_up(work: _Work, model: str, why: str) -> None:
    work.notes.append(f"{model}: {why}. So the built-in phrasebook wrote this message.")


def _phrasebook_writes(work: _Work, seed: int) -> Judged:
    """The phrasebook's letter; where the person's own words keep it from being acceptable, with fewer of them."""
    tried: list[Finding] = []
    for told, dropped in _thinner(work.brief):
        made = work.judge(write(told, seed=seed, names=work.names), PHRASEBOOK)
        if made.report.acceptable:
            if dropped:
                work.notes.append(
                    f"{dropped} of your request did not pass the guardrails, so the message leaves it out."
                )
            return made
        tried = list(made.report.errors) or tried
    rules = ", ".join(dict.fromkeys(finding.rule for finding in tried)) or "a rule that could not run"
    raise NoAcceptableDraft(
        f"even the phrasebook's message broke {rules}; look at the request's names and entries", work.attempts
    )


def _thinner(whole: Brief) -> Iterator[tuple[Brief, str]]:
    """The brief, and then with less and less of the person's own words; with what was dropped."""
    yield whole, ""
    told = whole
    for kind, name in ((FactKind.MAY_MENTION, "may_mention"), (FactKind.APPRECIATED, "appreciated")):
        if told.words(kind):
            told = told.model_copy(update={"facts": tuple(fact for fact in told.facts if fact.kind is not kind)})
            yield told, name
    if told.detail:
        yield told.model_copy(update={"detail": None}), "reason.detail"


def draft(
    request: Request,
    *,
    model: Any = None,
    seed: int = 0,
    limits: Limits | None = None,
    now: date | datetime | None = None,
) -> Result:
    """A message that passed every guardrail, for one request.

    `model` is a `drafter.models.Model`, a LangChain chat model, a name such as "gpt-5-mini" or "anthropic:NAME", or
    "phrasebook"; None takes what the environment configures, and the phrasebook where it configures nothing. `now` is
    the person's local date or date-time, which only the advice depends on; None takes the clock's.

    A model that fails or never writes an acceptable draft is no error: the phrasebook writes, and `notes` says why.
    Raises RequestError, ModelNotConfigured (a model was asked for that can't be set up here) and NoAcceptableDraft.
    """
    speaker = chosen_model(model)
    talk = conversation(
        request, model=speaker.name if speaker else None, seed=seed, limits=limits, now=now or datetime.now()
    )
    try:
        ask = next(talk)
        while True:
            assert speaker is not None  # noqa: S101 -- for the type checker: only a model is asked
            started = time.perf_counter()
            try:
                reply: ModelReply | ModelError = speaker.complete(ask.call, timeout=ask.timeout)
            except ModelError as fault:
                reply = fault
            ask = talk.send(Answer(reply, time.perf_counter() - started))
    except StopIteration as done:
        result: Result = done.value
        return result


async def adraft(
    request: Request,
    *,
    model: Any = None,
    seed: int = 0,
    limits: Limits | None = None,
    now: date | datetime | None = None,
) -> Result:
    """`draft` for a running event loop."""
    speaker = chosen_model(model)
    talk = conversation(
        request, model=speaker.name if speaker else None, seed=seed, limits=limits, now=now or datetime.now()
    )
    try:
        ask = next(talk)
        while True:
            assert speaker is not None  # noqa: S101 -- for the type checker: only a model is asked
            started = time.perf_counter()
            try:
                reply: ModelReply | ModelError = await speaker.acomplete(ask.call, timeout=ask.timeout)
            except ModelError as fault:
                reply = fault
            ask = talk.send(Answer(reply, time.perf_counter() - started))
    except StopIteration as done:
        result: Result = done.value
        return result


def draft_many(
    requests: Iterable[Request],
    *,
    model: Any = None,
    seed: int = 0,
    limits: Limits | None = None,
    in_flight: int = 8,
) -> Iterator[Result | DrafterError]:
    """The messages for many requests, in their order, with at most `in_flight` of them being written at a time.

    A request that can't be served gives its error in its place, so that nothing is lost. Requests are taken from the
    iterable as places come free. Raises ModelNotConfigured at once where the model can't be set up here.
    """
    speaker = chosen_model(model) or PHRASEBOOK

    def one(request: Request) -> Result | DrafterError:
        try:
            return draft(request, model=speaker, seed=seed, limits=limits)
        except DrafterError as fault:
            return fault

    def results() -> Iterator[Result | DrafterError]:
        queue = iter(requests)
        with ThreadPoolExecutor(max_workers=in_flight) as pool:
            running: deque[Future[Result | DrafterError]] = deque(pool.submit(one, r) for r in islice(queue, in_flight))
            while running:
                yield running.popleft().result()
                running.extend(pool.submit(one, r) for r in islice(queue, 1))

    return results()


def chosen_model(choice: Any) -> Model | None:
    """The model that a choice names, or None for the phrasebook. Raises ModelNotConfigured."""
    if choice == PHRASEBOOK:
        return None
    if choice is None or isinstance(choice, str):
        from drafter.models import configured_model

        return configured_model(choice)
    if isinstance(choice, Model):
        return choice
    from drafter.models import LangChainModel, Retrying

    return Retrying(LangChainModel(choice))
