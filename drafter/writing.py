"""A model writes: its letter is checked, revised line by line where a guardrail objects, and given up where that leads
nowhere. What happens is told as events, which never hold a word of a draft.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from drafter.conversation import Answer, Ask
from drafter.disclosure import Brief
from drafter.errors import CutOff, MalformedReply, ModelError
from drafter.guardrails import check
from drafter.judge import opinion
from drafter.ledger import audited
from drafter.letter import Letter, compose
from drafter.limits import Limits
from drafter.message import Attempt, Draft, Occasion, Progress, Report
from drafter.models.interface import ModelCall, ModelReply
from drafter.names import Names
from drafter.prices import Prices, added
from drafter.prompts import parse_reply, repeating_call, revising_call
from drafter.request import Request
from drafter.revision import Revision, line_of, lines, places, progress, revised


class Step(StrEnum):
    """What is being done for a message."""

    WRITING = "writing"
    CHECKING = "checking"
    REJECTED = "rejected"
    JUDGING = "judging"
    REVISING = "revising"
    FAILED = "failed"
    PHRASEBOOK = "phrasebook"
    DONE = "done"


class Event(NamedTuple):
    """A step, the number of its attempt, from 1, and which rules were broken, where it is `rejected`."""

    step: Step
    attempt: int
    rules: tuple[str, ...] = ()


Listener = Callable[[Event], None]
"""Is told what happens; whatever it raises ends the job."""


class Checked(NamedTuple):
    """A letter, the draft that it makes, and what the guardrails say of it."""

    letter: Letter
    message: Draft
    report: Report


class _Marks(NamedTuple):
    """A rejected letter: where its lines stand, and each finding's rule and line, None where it has no one line."""

    made: Checked
    found: tuple[tuple[str, str | None], ...]

    @property
    def open_lines(self) -> frozenset[str] | None:
        """The lines that may be changed; None where a finding leaves open which."""
        named = frozenset(line for _, line in self.found if line is not None)
        return None if any(line is None for _, line in self.found) else named


@dataclass
class Work:
    """What is known of one job so far: the request, who writes and who judges, and what was tried."""

    request: Request
    names: Names
    brief: Brief
    occasion: Occasion = Occasion.WITHDRAWAL
    model: str = ""
    judge: str | None = None
    prices: Prices = field(default_factory=Prices.known)
    on_event: Listener | None = None
    attempts: list[Attempt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def tell(self, step: Step, rules: tuple[str, ...] = ()) -> None:
        """Tells whoever listens."""
        if self.on_event is not None:
            self.on_event(Event(step, len(self.attempts) + 1, rules))

    def left(self, limits: Limits) -> tuple[float, int]:
        """Seconds and tokens that are left."""
        spent = sum(attempt.seconds for attempt in self.attempts)
        used = sum(attempt.usage.total for attempt in self.attempts)
        return limits.seconds - spent, limits.tokens - used

    def cost(self, before: float | None, *replies: ModelReply) -> float | None:
        """What replies cost on top of what was spent before; None where a price is not known."""
        for reply in replies:
            before = added(before, self.prices.cost(reply))
        return before

    def check(self, letter: Letter) -> Checked:
        """Composes a letter and checks it."""
        self.tell(Step.CHECKING)
        message = compose(letter, self.names, self.brief.channel)
        report = audited(check(message, self.request, occasion=self.occasion), message, letter, self.brief, self.names)
        return Checked(letter, message, report)


class GaveUp(NamedTuple):
    """Why a model's drafts can't be taken, as the rest of a sentence that begins with its name."""

    why: str


def model_writes(work: Work, opening: ModelCall, limits: Limits) -> Generator[Ask, Answer, Checked | GaveUp]:
    """The model's letter, or why there is none. `opening` asks for the whole letter; what follows mends its lines."""
    rounds = _Rounds(work, opening)
    for _ in range(limits.attempts):
        seconds, tokens = work.left(limits)
        if seconds <= 0 or tokens <= 0:
            return GaveUp(f"used up its limit of {limits.seconds:g} seconds or {limits.tokens} tokens")
        ended = yield from rounds.one(seconds)
        if ended is not None:
            return ended
    return GaveUp(_last_failure(work))


class _Rounds:
    """The rounds of one letter: what is to be asked next, and what was found before."""

    def __init__(self, work: Work, opening: ModelCall) -> None:
        self._work, self._opening, self._call = work, opening, opening
        self._before: _Marks | None = None
        self._seen: set[frozenset[tuple[str, str]]] = set()

    def one(self, seconds: float) -> Generator[Ask, Answer, Checked | GaveUp | None]:
        """One attempt: the letter where it is acceptable, why to stop where it leads nowhere, else None."""
        work = self._work
        work.tell(Step.WRITING if self._before is None else Step.REVISING)
        answer = yield Ask(self._call, seconds)
        if isinstance(answer.reply, ModelError):
            return self._failed(answer.reply, answer.seconds)
        reply = answer.reply
        took = Attempt(
            writer=work.model, calls=1, usage=reply.usage, cost_usd=work.cost(0.0, reply), seconds=answer.seconds
        )
        try:
            letter, origins = self._read(reply.text)
        except ValueError as unreadable:
            self._record(took.model_copy(update={"fault": f"{MalformedReply.kind}: {unreadable}"}), Step.FAILED)
            self._call = repeating_call(self._call, reply.text, str(unreadable), work.brief.primary_language)
            return None
        made = work.check(letter)
        attempt = took.model_copy(update={"draft": made.message, "report": made.report})
        if work.judge is not None and made.report.acceptable:
            made, attempt = yield from _judge_reads(work, made, attempt, seconds - answer.seconds)
        return self._weighed(made, attempt, origins)

    def _failed(self, fault: ModelError, seconds: float) -> GaveUp | None:
        """Records a call that brought no answer; one that was cut off or garbled is made again."""
        said = f"{fault.kind}: {fault.what}"
        self._record(Attempt(writer=self._work.model, fault=said, calls=1, seconds=seconds), Step.FAILED)
        return None if isinstance(fault, CutOff | MalformedReply) else GaveUp(fault.what)

    def _record(self, attempt: Attempt, step: Step, rules: tuple[str, ...] = ()) -> None:
        self._work.tell(step, rules)
        self._work.attempts.append(attempt)

    def _read(self, text: str) -> tuple[Letter, Mapping[str, str]]:
        """The letter that an answer makes, and what its lines were called before. Raises ValueError."""
        if self._before is None:
            return parse_reply(text, Letter), {}
        return revised(self._before.made.letter, parse_reply(text, Revision), self._before.open_lines)

    def _weighed(self, made: Checked, attempt: Attempt, origins: Mapping[str, str]) -> Checked | GaveUp | None:
        """What comes of a letter that was checked."""
        work, before, now = self._work, self._before, _marks(made, self._work.names)
        if before is not None:
            attempt = attempt.model_copy(update={"progress": _progress(before, now, origins)})
        if made.report.acceptable:
            self._record(attempt, Step.DONE)
            return made
        self._record(attempt, Step.REJECTED, tuple(rule for rule, _ in now.found))
        if attempt.fault is not None:
            return GaveUp(f"its message could not be judged ({attempt.fault})")
        errors = frozenset((finding.rule, finding.evidence) for finding in made.report.errors)
        if errors in self._seen:
            return GaveUp(f"repeated what it was asked to mend ({_rules(made.report)})")
        self._seen.add(errors)
        self._before = now
        findings = tuple(zip(made.report.errors, (line for _, line in now.found), strict=True))
        self._call = revising_call(self._opening, lines(made.letter), findings, work.names, work.brief.primary_language)
        return None


def _marks(made: Checked, names: Names) -> _Marks:
    where = places(made.letter, made.message, names)
    return _Marks(made, tuple((finding.rule, line_of(finding, where)) for finding in made.report.errors))


def _progress(before: _Marks, now: _Marks, origins: Mapping[str, str]) -> Progress:
    """What became of the findings; a line that was added has a name of its own."""
    named = ((rule, None if line is None else origins.get(line, f"+{line}")) for rule, line in now.found)
    return progress(before.found, named)


def _judge_reads(
    work: Work, made: Checked, attempt: Attempt, seconds: float
) -> Generator[Ask, Answer, tuple[Checked, Attempt]]:
    """A letter that the rules passed, with the judge's word on it; the attempt counts what that took."""
    work.tell(Step.JUDGING)
    said = yield from opinion(made.message, work.request, made.report, seconds=seconds, occasion=work.occasion)
    counted = attempt.model_copy(
        update={
            "judge": work.judge,
            "report": said.report,
            "fault": said.fault,
            "calls": attempt.calls + said.calls,
            "usage": attempt.usage + said.usage,
            "cost_usd": work.cost(attempt.cost_usd, *said.replies),
            "seconds": attempt.seconds + said.seconds,
        }
    )
    return made._replace(report=said.report), counted


def _rules(report: Report) -> str:
    return ", ".join(dict.fromkeys(finding.rule for finding in report.errors)) or "a rule that could not run"


def _last_failure(work: Work) -> str:
    last, count = work.attempts[-1], len(work.attempts)
    tried = "one attempt" if count == 1 else f"{count} attempts"
    if last.report is not None:
        return f"wrote no acceptable draft in {tried} (the last broke {_rules(last.report)})"
    return f"gave no usable answer in {tried} ({last.fault})"
