"""What comes out: drafts, findings, reports and results. The names are fixed by the contract."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from drafter.request import Channel, Contracted


class Severity(StrEnum):
    """`error`: the draft may not be returned. `warning`: it may."""

    ERROR = "error"
    WARNING = "warning"


class Occasion(StrEnum):
    """What a draft is for: the message that withdraws, or the answer to what came back after it."""

    WITHDRAWAL = "withdrawal"
    REPLY = "reply"


class Status(StrEnum):
    """How one rule ended. Anything but `pass` and `waived` keeps a draft from being acceptable."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    FAIL = "fail"
    ERROR = "error"
    NOT_RUN = "not_run"
    WAIVED = "waived"


class Part(StrEnum):
    """Which text of the draft a span points into."""

    SUBJECT = "subject"
    BODY = "body"


class Span(NamedTuple):
    """Python string indices into the subject or the body as given: `text[start:end]` is the evidence."""

    part: Part
    start: int
    end: int


class Draft(Contracted):
    """A message that may or may not be fit to send. `subject` is null unless the channel is e-mail."""

    subject: Annotated[str, Field(max_length=1_000_000)] | None = None
    body: Annotated[str, Field(max_length=10_000_000)]


class Finding(Contracted):
    """What a guardrail says of a draft.

    `span` is null where the whole draft is meant; `evidence` is then empty. `advice` says in one sentence how to mend
    it. Neither message nor advice ever repeats a private entry.
    """

    rule: str
    severity: Severity = Severity.ERROR
    span: Span | None = None
    evidence: str = ""
    message: str
    advice: str


class RuleStatus(Contracted):
    """How one rule ended, and why where that needs words (the waiver's reason, the fault, the missing pack)."""

    rule: str
    status: Status
    note: str | None = None


class Report(Contracted):
    """What the guardrails say of one draft: every finding, and how every rule ended. `words` counts the body."""

    findings: tuple[Finding, ...] = ()
    rules: tuple[RuleStatus, ...] = ()
    words: int = 0

    @property
    def acceptable(self) -> bool:
        """True when every rule that was asked for ran, and none of them found an error."""
        closed = {Status.PASS, Status.WAIVED}
        return bool(self.rules) and all(rule.status in closed for rule in self.rules) and not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the draft from being returned."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


class Claim(Contracted):
    """One sentence of a message, and the number of the brief's fact that it rests on; null for a courtesy."""

    text: str
    fact: int | None = None


class Usage(Contracted):
    """Tokens that a model call took, as the service counted them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
        )


class Progress(Contracted):
    """What became of an attempt's findings in the next, by rule: one persists where its line still has it."""

    fixed: tuple[str, ...] = ()
    persisting: tuple[str, ...] = ()
    introduced: tuple[str, ...] = ()


class Attempt(Contracted):
    """One try at the message: who wrote, what came of it, and what it took.

    `fault` names a model's failure ("wrong-key: …") where there was one: the writer's where there is no draft, else the
    judge's. `judge` is the model that was asked for a second opinion; calls, usage and seconds are those of both.
    `progress` is there where the attempt revised the one before. `cost_usd` is null where the model's price is not
    known.
    """

    writer: str
    judge: str | None = None
    draft: Draft | None = None
    report: Report | None = None
    fault: str | None = None
    progress: Progress | None = None
    calls: int = 0
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    seconds: float = 0.0


class Advice(Contracted):
    """What to do with the message: each field is a plain sentence or two, or null where there is nothing to say.

    `channel` is the one asked for, or else the one that the guide recommends; `channel_why` says why.
    """

    channel: Channel
    channel_why: str
    when: str
    whom: str
    wait: str | None = None
    follow_up: str | None = None
    expect: tuple[str, ...] = ()


class Result(Contracted):
    """A message that passed every guardrail, and how it came about.

    `source` is the model's name or "phrasebook"; `notes` says in plain sentences what the person should know, such as
    why the model's drafts were not taken or which entries of the request were left out. `others` are the further
    candidates that were asked for and are acceptable, the best first.
    """

    message: Draft
    report: Report
    advice: Advice
    claims: tuple[Claim, ...] = ()
    facts: tuple[str, ...] = ()
    source: str
    attempts: tuple[Attempt, ...] = ()
    notes: tuple[str, ...] = ()
    others: tuple[Result, ...] = ()

    @property
    def usage(self) -> Usage:
        """Tokens over all attempts, those of the others included, as in all four sums."""
        return sum((attempt.usage for attempt in self._every_attempt()), Usage())

    @property
    def cost_usd(self) -> float | None:
        """US dollars over all attempts; None where one of them has no known price."""
        costs = [attempt.cost_usd for attempt in self._every_attempt()]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def calls(self) -> int:
        """Model calls over all attempts, the judge's included."""
        return sum(attempt.calls for attempt in self._every_attempt())

    @property
    def seconds(self) -> float:
        """Seconds over all attempts, as if one had followed the other."""
        return sum(attempt.seconds for attempt in self._every_attempt())

    def _every_attempt(self) -> Iterator[Attempt]:
        yield from self.attempts
        for other in self.others:
            yield from other.attempts
