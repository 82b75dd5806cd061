"""Write, check, revise, fall back: from a request to a message that passed every guardrail.

The talk with the models is a generator (`drafter.conversation`); `draft`, `adraft` and `draft_many` only have it run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from drafter.conversation import PHRASEBOOK, Answer, Ask, Conversation, Speaker, arun, chosen_model, run
from drafter.disclosure import Brief, FactKind, brief
from drafter.errors import (
    CutOff,
    DrafterError,
    MalformedReply,
    ModelError,
    ModelNotConfigured,
    NoAcceptableDraft,
    Problem,
    RequestError,
)
from drafter.guardrails import check
from drafter.guide import advise
from drafter.judge import opinion
from drafter.ledger import audited
from drafter.letter import Letter, claims, compose
from drafter.message import Attempt, Draft, Finding, Report, Result, Usage
from drafter.models.interface import Model
from drafter.names import Names
from drafter.phrasebook import write
from drafter.prompts import first_call, languages, parse_reply, repeating_call, revising_call
from drafter.request import Request, contradictions


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


class Checked(NamedTuple):
    """A letter, the draft that it makes, and what the guardrails say of it."""

    letter: Letter
    message: Draft
    report: Report


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

    def failed(self, writer: str, fault: str, usage: Usage, seconds: float) -> None:
        """Records an attempt that came to no letter."""
        self.attempts.append(Attempt(writer=writer, fault=fault, calls=1, usage=usage, seconds=seconds))

    def check(self, letter: Letter) -> Checked:
        """Composes a letter and checks it."""
        message = compose(letter, self.names, self.brief.channel)
        report = audited(check(message, self.request), message, letter, self.brief, self.names)
        return Checked(letter, message, report)


def conversation(
    request: Request,
    *,
    model: str | None,
    judge: str | None = None,
    seed: int = 0,
    limits: Limits | None = None,
    now: date | datetime,
) -> Conversation[Result]:
    """The whole job as a generator: yields each `Ask`, is sent its `Answer`, returns the Result.

    `model` and `judge` are the names to report; without a model the phrasebook writes, and without a judge the rules
    alone decide. Raises RequestError for a request that contradicts itself or asks for a language that there is none
    of, and NoAcceptableDraft where nobody could write.
    """
    _refuse_nonsense(request)
    names = Names.of(request)
    work = _Work(request, names, brief(request, names))
    work.notes += [f"{entry.field} was left out: {entry.why}." for entry in work.brief.withheld]
    written = None
    if model is not None:
        written = yield from _model_writes(work, model, judge, seed, limits or Limits())
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


def _model_writes(
    work: _Work, model: str, judge: str | None, seed: int, limits: Limits
) -> Generator[Ask, Answer, Checked | None]:
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
            work.failed(model, f"{fault.kind}: {fault.what}", Usage(), answer.seconds)
            if isinstance(fault, CutOff | MalformedReply):
                continue
            _gave_up(work, model, fault.what)
            return None
        reply = answer.reply
        try:
            letter = parse_reply(reply.text, Letter)
        except ValueError as unreadable:
            work.failed(model, f"{MalformedReply.kind}: {unreadable}", reply.usage, answer.seconds)
            call = repeating_call(call, reply.text, str(unreadable), work.brief.primary_language)
            continue
        made = work.check(letter)
        attempt = Attempt(
            writer=model, draft=made.message, report=made.report, calls=1, usage=reply.usage, seconds=answer.seconds
        )
        if judge is not None and made.report.acceptable:
            made, attempt = yield from _judge_reads(work, made, attempt, judge, seconds - answer.seconds)
        work.attempts.append(attempt)
        if made.report.acceptable:
            return made
        if attempt.fault is not None:
            _gave_up(work, model, f"its message could not be judged ({attempt.fault})")
            return None
        marks = frozenset((finding.rule, finding.evidence) for finding in made.report.errors)
        if marks in seen:
            _gave_up(work, model, f"repeated what it was asked to mend ({_rules(made.report)})")
            return None
        seen.add(marks)
        call = revising_call(call, reply.text, made.report.errors, work.names, work.brief.primary_language)
    _gave_up(work, model, _last_failure(work))
    return None


def _judge_reads(
    work: _Work, made: Checked, attempt: Attempt, judge: str, seconds: float
) -> Generator[Ask, Answer, tuple[Checked, Attempt]]:
    """A letter that the rules passed, with the judge's word on it; the attempt counts what that took."""
    said = yield from opinion(made.message, work.request, made.report, seconds=seconds)
    counted = attempt.model_copy(
        update={
            "judge": judge,
            "report": said.report,
            "fault": said.fault,
            "calls": attempt.calls + said.calls,
            "usage": attempt.usage + said.usage,
            "seconds": attempt.seconds + said.seconds,
        }
    )
    return made._replace(report=said.report), counted


def _rules(report: Report) -> str:
    return ", ".join(dict.fromkeys(finding.rule for finding in report.errors)) or "a rule that could not run"


def _last_failure(work: _Work) -> str:
    last, count = work.attempts[-1], len(work.attempts)
    tried = "one attempt" if count == 1 else f"{count} attempts"
    if last.report is not None:
        return f"wrote no acceptable draft in {tried} (the last broke {_rules(last.report)})"
    return f"gave no usable answer in {tried} ({last.fault})"


def _gave_up(work: _Work, model: str, why: str) -> None:
    work.notes.append(f"{model}: {why}. So the built-in phrasebook wrote this message.")


def _phrasebook_writes(work: _Work, seed: int) -> Checked:
    """The phrasebook's letter; where the person's own words keep it from being acceptable, with fewer of them."""
    tried: list[Finding] = []
    for told, dropped in _thinner(work.brief):
        made = work.check(write(told, seed=seed, names=work.names))
        work.attempts.append(Attempt(writer=PHRASEBOOK, draft=made.message, report=made.report))
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
    judge: Any = None,
    seed: int = 0,
    limits: Limits | None = None,
    now: date | datetime | None = None,
) -> Result:
    """A message that passed every guardrail, for one request.

    `model` is a `drafter.models.Model`, a LangChain chat model, a name such as "gpt-5-mini" or "anthropic:NAME", or
    "phrasebook"; None takes what the environment configures, and the phrasebook where it configures nothing. What a
    model wrote and the rules passed is read by a `judge` too: None takes the same model, False none; the choice is
    otherwise that of `model`. `now` is the person's local date or date-time, which only the advice depends on; None
    takes the clock's.

    A model that fails or never writes an acceptable draft is no error: the phrasebook writes, and `notes` says why.
    Raises RequestError, ModelNotConfigured (a model was asked for that can't be set up here) and NoAcceptableDraft.
    """
    speakers = _speakers(model, judge)
    return run(_talk(request, speakers, seed, limits, now), speakers)


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
    speakers = _speakers(model, judge)
    return await arun(_talk(request, speakers, seed, limits, now), speakers)


def _talk(
    request: Request, speakers: dict[Speaker, Model], seed: int, limits: Limits | None, now: date | datetime | None
) -> Conversation[Result]:
    names = {speaker: model.name for speaker, model in speakers.items()}
    return conversation(
        request,
        model=names.get(Speaker.WRITER),
        judge=names.get(Speaker.JUDGE),
        seed=seed,
        limits=limits,
        now=now or datetime.now(),
    )


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


def draft_many(
    requests: Iterable[Request],
    *,
    model: Any = None,
    judge: Any = None,
    seed: int = 0,
    limits: Limits | None = None,
    in_flight: int = 8,
) -> Iterator[Result | DrafterError]:
    """The messages for many requests, in their order, with at most `in_flight` of them being written at a time.

    A request that can't be served gives its error in its place, so that nothing is lost. Requests are taken from the
    iterable as places come free. Raises ModelNotConfigured at once where a model can't be set up here.
    """
    speakers = _speakers(model, judge)

    def one(request: Request) -> Result | DrafterError:
        try:
            return run(_talk(request, speakers, seed, limits, None), speakers)
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
