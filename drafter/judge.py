"""The second opinion: a language model reads what the rules have passed.

One call for all rules at once. The judge sees the brief and the draft with names as slots, never a private entry. Its
word counts only against a draft, and only with a quote that stands in it, or for a rule that could not run here; a
judge that is silent, malformed or away has passed nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from drafter import guardrails
from drafter.conversation import Answer, Ask, Conversation, Speaker, chosen_model, run
from drafter.disclosure import Brief, brief
from drafter.errors import CutOff, MalformedReply, ModelError, ModelNotConfigured
from drafter.guardrails.engine import reading_order
from drafter.guardrails.pack import REFERENCE, RULES, rules_by_name
from drafter.message import Draft, Finding, Occasion, Part, Report, RuleStatus, Severity, Span, Status, Usage
from drafter.models.interface import ModelReply
from drafter.names import Names
from drafter.prompts import judging_call, languages, parse_reply, repeating_call
from drafter.request import Request

COUNTED = frozenset({"brevity/too-long", "form/placeholder", "form/wrong-name"})
"""Rules that are counted or compared to the letter, and that a model would only do worse."""

JUDGED = tuple(rule for rule in RULES if rule not in COUNTED)
"""The rules that a judge gives its verdict on."""

SECONDS = 60.0
"""Seconds that a judge may take for one draft, where nobody says otherwise."""

TRIES = 2
"""Times that a judge is asked, where its answer can't be read."""


class Verdict(StrEnum):
    """What a judge may say of a rule; no confidences."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    FAIL = "fail"
    CANNOT_TELL = "cannot_tell"


class _Answered(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ruling(_Answered):
    """A judge's verdict on one rule, with the words at fault as they stand in the draft."""

    rule: str
    quote: str | None
    verdict: Verdict


class Rulings(_Answered):
    """A judge's whole answer."""

    verdicts: tuple[Ruling, ...]


RULINGS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["verdicts"],
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["rule", "quote", "verdict"],
                "properties": {
                    "rule": {"type": "string", "enum": list(JUDGED)},
                    "quote": {"type": ["string", "null"]},
                    "verdict": {"type": "string", "enum": [verdict.value for verdict in Verdict]},
                },
            },
        }
    },
}
"""The strict JSON schema of `Rulings`, in the subset that providers take: every field required."""


class Opinion(NamedTuple):
    """A report with the judge's word in it, and what it took; `fault` says why there is no such word."""

    report: Report
    replies: tuple[ModelReply, ...] = ()
    seconds: float = 0.0
    calls: int = 0
    fault: str | None = None

    @property
    def usage(self) -> Usage:
        """Tokens over all replies."""
        return sum((reply.usage for reply in self.replies), Usage())


def check(
    draft: Draft,
    request: Request,
    *,
    waive: Mapping[str, str] | None = None,
    judge: Any = None,
    seconds: float = SECONDS,
    occasion: Occasion = Occasion.WITHDRAWAL,
) -> Report:
    """What the guardrails say of a draft that answers a request.

    `waive` maps rules that are not to be judged to the reason why; they are listed as waived. Spans in the findings are
    Python string indices into the subject or body as given, and `text[start:end] == evidence`. Rules that can't run in
    the request's language are `not_run`, and the draft is then not acceptable.

    `judge` is a model, or a name of one, as for `drafter.draft`: it reads what the rules have passed, within `seconds`,
    and covers the rules that could not run. Without one, nothing leaves this process. `occasion` says whether the draft
    withdraws, or answers what came back after a withdrawal: then it need not say again that the sender withdraws.

    Raises UnknownRule for a rule in `waive` that the contract does not have, PackError for a broken rule pack, and
    ModelNotConfigured for a judge that can't be set up here.
    """
    report = guardrails.check(draft, request, waive=waive, occasion=occasion)
    if judge is None:
        return report
    model = chosen_model(judge)
    if model is None:
        raise ModelNotConfigured(str(judge), "is no language model, so it can't judge")
    return run(opinion(draft, request, report, seconds=seconds, occasion=occasion), {Speaker.JUDGE: model}).report


def opinion(
    draft: Draft,
    request: Request,
    report: Report,
    *,
    seconds: float = SECONDS,
    occasion: Occasion = Occasion.WITHDRAWAL,
) -> Conversation[Opinion]:
    """The conversation with a judge about a draft that the rules reported on; it is not asked about a rejected one."""
    if report.errors or any(one.status in {Status.FAIL, Status.ERROR} for one in report.rules):
        return Opinion(report)
    names = Names.of(request)
    call = judging_call(draft, _told(request, names), names, RULINGS_SCHEMA, occasion)
    replies: list[ModelReply] = []
    spent, fault = 0.0, "was not asked"
    for calls in range(1, TRIES + 1):
        answer: Answer = yield Ask(call, seconds - spent, Speaker.JUDGE)
        spent += answer.seconds
        if isinstance(answer.reply, ModelError):
            fault = f"{answer.reply.kind}: {answer.reply.what}"
            if isinstance(answer.reply, CutOff | MalformedReply) and spent < seconds:
                continue
            break
        replies.append(answer.reply)
        try:
            rulings = _complete(parse_reply(answer.reply.text, Rulings))
        except ValueError as unreadable:
            fault = f"{MalformedReply.kind}: {unreadable}"
            call = repeating_call(call, answer.reply.text, str(unreadable), languages()[0])
            if spent >= seconds:
                break
            continue
        return Opinion(_heard(report, rulings, draft, names), tuple(replies), spent, calls)
    unheard = _unheard(report, f"the judge gave no usable answer ({fault})")
    return Opinion(unheard, tuple(replies), spent, calls, fault)


def _complete(rulings: Rulings) -> Rulings:
    """An answer that leaves no rule out. Raises ValueError for another."""
    if missing := [rule for rule in JUDGED if rule not in {ruling.rule for ruling in rulings.verdicts}]:
        raise ValueError(f"it gives no verdict on {', '.join(missing)}")
    return rulings


def _told(request: Request, names: Names) -> Brief:
    """The brief, in a language that there are prompts for; it names the language that the draft has to be in."""
    tag = request.primary_language if request.primary_language in languages() else languages()[0]
    known = brief(request.model_copy(update={"language": tag}), names)
    return known.model_copy(update={"language": request.language})


def _unheard(report: Report, why: str) -> Report:
    """The report where the judge was asked and said nothing that counts: what it was to judge has not been judged."""
    return report.model_copy(
        update={
            "rules": tuple(
                RuleStatus(rule=one.rule, status=Status.NOT_RUN, note=why) if _open(one) else one
                for one in report.rules
            )
        }
    )


def _open(one: RuleStatus) -> bool:
    """Whether a judge has a say in a rule."""
    return one.rule in JUDGED and one.status is not Status.WAIVED


def _heard(report: Report, rulings: Rulings, draft: Draft, names: Names) -> Report:
    """The report with the judge's verdicts in it."""
    findings: list[Finding] = []
    statuses = []
    for one in report.rules:
        said = [ruling for ruling in rulings.verdicts if ruling.rule == one.rule and _open(one)]
        found = list(_found(one.rule, said, draft, names))
        findings += found
        statuses.append(_status(one, said, at_fault=bool(found)))
    ordered = tuple(sorted((*report.findings, *findings), key=reading_order))
    return report.model_copy(update={"findings": ordered, "rules": tuple(statuses)})


def _status(one: RuleStatus, said: list[Ruling], *, at_fault: bool) -> RuleStatus:
    """How a rule ends: at fault, passed, or as the rules left it, where the judge has no say or can't tell."""
    if at_fault:
        return RuleStatus(rule=one.rule, status=Status.FAIL, note="found by the judge")
    if said and all(ruling.verdict is Verdict.PASS for ruling in said):
        return RuleStatus(rule=one.rule, status=Status.PASS)
    return one


def _found(rule: str, said: list[Ruling], draft: Draft, names: Names) -> Iterator[Finding]:
    """A finding for every quote that stands in the draft."""
    text = rules_by_name(REFERENCE)[rule][0]
    for ruling in said:
        if ruling.verdict is Verdict.FAIL and (span := _place(ruling.quote or "", draft, names)):
            whole = draft.body if span.part is Part.BODY else draft.subject or ""
            yield Finding(
                rule=rule,
                severity=Severity.ERROR,
                span=span,
                evidence=whole[span.start : span.end],
                message=text.message,
                advice=text.advice,
            )


def _place(quote: str, draft: Draft, names: Names) -> Span | None:
    """Where a quote stands in the draft, line breaks and spaces apart; None where it does not."""
    words = names.fill(quote).split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    for part, text in ((Part.BODY, draft.body), (Part.SUBJECT, draft.subject or "")):
        if match := pattern.search(text):
            return Span(part, *match.span())
    return None
