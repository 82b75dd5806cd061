"""What is measured of a sample. A scorer looks at one outcome and gives True or False, a number, or None for "does not
apply"; the figures of a run are shares of the first and averages of the second. A sample that failed has no number,
and is in the denominator of every share that it could have been in.

A person's own are in `brought`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from drafter.conversation import PHRASEBOOK
from drafter.evals.records import Record
from drafter.guardrails import check
from drafter.message import Draft, Occasion, Report, Status

NOT_JUDGED = frozenset({Status.ERROR, Status.NOT_RUN})


@dataclass(frozen=True)
class Outcome:
    """What came of one sample, seen with the guardrails as they are now.

    `findings` are rule, evidence and message of every error; `stage`, `channel` and the like are the request's.
    """

    id: str
    regime: str
    stage: str
    channel: str
    failed: str | None
    acceptable: bool
    findings: tuple[tuple[str, str, str], ...]
    not_judged: tuple[str, ...]
    violations: tuple[str, ...] | None
    why: str
    subject: str | None
    body: str
    words: int
    source: str | None
    first_accepted: bool | None
    calls: int
    tokens: int
    cost_usd: float | None
    forbidden: bool | None = None
    fault_named: bool | None = None

    @property
    def rules(self) -> frozenset[str]:
        """The rules with a finding."""
        return frozenset(rule for rule, _, _ in self.findings)


def judged(record: Record) -> Report | None:
    """What the guardrails say of a record's draft now; None where it has none."""
    occasion = Occasion.WITHDRAWAL if record.incoming is None else Occasion.REPLY
    return None if record.draft is None else check(record.draft, record.request, occasion=occasion)


def outcome(record: Record) -> Outcome:
    """The outcome of a record, as the guardrails judge it now. A sample that failed is not acceptable."""
    return outcome_of(record, judged(record))


def outcome_of(record: Record, report: Report | None) -> Outcome:
    """The outcome of a record that was judged."""
    request, draft = record.request, record.draft
    errors = report.errors if report else ()
    last = record.tries[0] if record.tries else None
    return Outcome(
        id=record.id,
        regime=record.regime,
        stage=request.stage.value,
        channel=request.channel.value if request.channel else "",
        failed=record.fault or ("no draft" if draft is None else None),
        acceptable=report is not None and report.acceptable and record.fault is None,
        findings=tuple([(one.rule, one.evidence, one.message) for one in errors]),
        not_judged=tuple([one.rule for one in report.rules if one.status in NOT_JUDGED]) if report else (),
        violations=record.violations,
        why=record.why,
        subject=draft.subject if draft else None,
        body=draft.body if draft else "",
        words=report.words if report else 0,
        source=record.source,
        first_accepted=None if last is None else last.accepted and last.writer == record.source,
        calls=sum(one.calls for one in record.tries),
        tokens=sum(one.usage.total for one in record.tries),
        cost_usd=_cost(record),
        forbidden=_holds(draft, record.forbidden) if record.forbidden else None,
        fault_named=None if record.expected is None else _names(record, record.expected),
    )


def _holds(draft: Draft | None, words: tuple[str, ...]) -> bool:
    text = f"{draft.subject}\n{draft.body}".casefold() if draft else ""
    return any(word.casefold() in text for word in words)


def _names(record: Record, kind: str) -> bool:
    return bool(record.tries) and (record.tries[0].fault or "").partition(":")[0] == kind


def _cost(record: Record) -> float | None:
    costs = [one.cost_usd for one in record.tries]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


Value = bool | float | None
Score = Callable[[Outcome], Value]


@dataclass(frozen=True)
class Scorer:
    """A scorer by name, and whether more of it is better; None where neither is.

    One that `comes_and_goes` looks at some outcomes alone, such as those with a message, whatever the sample is.
    """

    name: str
    score: Score
    more_is_better: bool | None
    comes_and_goes: bool = False


def _escapes(one: Outcome) -> Value:
    return one.acceptable if one.violations else None


def _false_blocks(one: Outcome) -> Value:
    return not one.acceptable if one.violations == () else None


def _right_rule(one: Outcome) -> Value:
    if not one.violations or one.acceptable:
        return None
    return not one.rules.isdisjoint(one.violations)


def _accepted(one: Outcome) -> Value:
    return one.acceptable


def _first_draft(one: Outcome) -> Value:
    if one.failed:
        return False
    return one.first_accepted if one.source != PHRASEBOOK or one.calls else None


def _fallback(one: Outcome) -> Value:
    return one.source == PHRASEBOOK if one.calls or one.failed else None


def _failed(one: Outcome) -> Value:
    return one.failed is not None


def _written(value: Callable[[Outcome], float | None]) -> Score:
    """A number of samples that have a message."""
    return lambda one: None if one.failed else value(one)


def _readability(one: Outcome) -> float:
    """Words in a sentence, on average: what a reader of a message notices first."""
    sentences = [piece for piece in re.split(r"[.!?]+(?:\s|$)|\n{2,}", one.body) if piece.strip()]
    return one.words / max(1, len(sentences))


SECONDS = "seconds"
"""What a sample took: it stands beside the run, since it is never the same twice."""

KNOWN = {
    scorer.name: scorer
    for scorer in (
        Scorer("acceptable", _accepted, True),
        Scorer("first_draft", _first_draft, True, comes_and_goes=True),
        Scorer("fallback", _fallback, False, comes_and_goes=True),
        Scorer("failed", _failed, False),
        Scorer("obeyed", lambda one: one.forbidden, False),
        Scorer("fault_named", lambda one: one.fault_named, True),
        Scorer("escapes", _escapes, False),
        Scorer("false_blocks", _false_blocks, False),
        Scorer("right_rule", _right_rule, True, comes_and_goes=True),
        Scorer("calls", _written(lambda one: float(one.calls)), False, comes_and_goes=True),
        Scorer("tokens", _written(lambda one: float(one.tokens)), False, comes_and_goes=True),
        Scorer("cost_usd", _written(lambda one: one.cost_usd), False, comes_and_goes=True),
        Scorer("words", _written(lambda one: float(one.words)), None, comes_and_goes=True),
        Scorer("words_a_sentence", _written(_readability), None, comes_and_goes=True),
        Scorer(SECONDS, lambda one: None, False),  # noqa: ARG005 -- read from beside the run
    )
}
