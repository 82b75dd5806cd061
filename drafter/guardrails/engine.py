"""`check`: one draft against every rule. Pure and deterministic; it judges and never edits.

Closed on failure: a rule that breaks or can't run in a language keeps the draft from being acceptable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from drafter.errors import UnknownRule
from drafter.guardrails.asked import of_request
from drafter.guardrails.blanking import name_forms
from drafter.guardrails.kinds import KINDS, TAGGED, Case, Hit, Rule, field_value
from drafter.guardrails.pack import REFERENCE, RULES, has_language, language, needs_words, rules, rules_by_name
from drafter.guardrails.reading import read
from drafter.guardrails.tagged import agreed
from drafter.guardrails.tagger import tagger
from drafter.message import Draft, Finding, Occasion, Part, Report, RuleStatus, Severity, Status
from drafter.request import Request

MOST_FINDINGS = 50
"""Findings of one part of a rule that are listed at most; whoever has mended those can ask again."""

UNKIND = ("positivity/disparagement", "positivity/negative-tone")
"""The rules that no name may break either."""


def check(
    draft: Draft,
    request: Request,
    *,
    waive: Mapping[str, str] | None = None,
    occasion: Occasion = Occasion.WITHDRAWAL,
) -> Report:
    """What the guardrails say of a draft that answers a request.

    `waive` maps rules that are not to be judged to the reason why; they are listed as waived. Spans in the findings are
    Python string indices into the subject or body as given, and `text[start:end] == evidence`. Rules that can't run in
    the request's language are `not_run`, and the draft is then not acceptable. Raises UnknownRule for a rule in `waive`
    that the contract does not have, and PackError for a broken rule pack. On the occasion of a reply, those parts of
    rules are tried that the packs have for replies.
    """
    waived = dict(waive or {})
    for rule in waived:
        if rule not in RULES:
            raise UnknownRule(rule, RULES)
    packs = _applying(request, occasion)
    case = case_of(draft, request, occasion)
    wordless = frozenset[str]() if has_language(case.language) else needs_words()
    findings: list[Finding] = []
    statuses = []
    for name in RULES:
        if name in waived:
            statuses.append(RuleStatus(rule=name, status=Status.WAIVED, note=waived[name]))
            continue
        found, status = judge_rule(name, packs[name], case)
        if status.status is Status.PASS and name in wordless:
            status = RuleStatus(rule=name, status=Status.NOT_RUN, note=f"there is no rule pack for {case.language!r}")
        findings += found
        statuses.append(status)
    findings.sort(key=reading_order)
    return Report(findings=tuple(findings), rules=tuple(statuses), words=case.body.words)


def case_of(draft: Draft, request: Request, occasion: Occasion = Occasion.WITHDRAWAL) -> Case:
    """A draft, read once for all rules."""
    tag = request.primary_language
    blanked, known = name_forms(request).blanked, language(tag)
    subject = None if draft.subject is None else read(draft.subject, Part.SUBJECT, blanked, known)
    return Case(request, draft, read(draft.body, Part.BODY, blanked, known), subject, tag, occasion)


class Parts(NamedTuple):
    """The parts of one rule in the packs of a language that apply to a request; `tagged`: some go by a tagger."""

    known: bool
    applying: tuple[Rule, ...]
    tagged: bool


@of_request
def _applying(request: Request, occasion: Occasion) -> Mapping[str, Parts]:
    """The parts of each rule that apply to a request."""
    language = request.primary_language
    return _applying_to(language, occasion, tuple(field_value(request, name) for name in _asked_about(language)))


@cache
def _asked_about(language: str) -> tuple[str, ...]:
    """The fields of a request that rules of a language apply by."""
    return tuple(sorted({name for rule in rules(language) for name in rule.parameters.get("when", ())}))


@lru_cache(maxsize=512)
def _applying_to(language: str, occasion: Occasion, values: tuple[Any, ...]) -> Mapping[str, Parts]:
    fields = dict(zip(_asked_about(language), values, strict=True))
    return {
        name: Parts(
            bool(parts),
            tuple(rule for rule in parts if rule.applies(fields, occasion)),
            any(rule.kind in TAGGED for rule in parts),
        )
        for name, parts in rules_by_name(language).items()
    }


def judge_rule(name: str, parts: Parts, case: Case) -> tuple[list[Finding], RuleStatus]:
    """The findings of one rule, which may have several parts in the packs, and how it ended."""
    if not parts.known:
        return [], RuleStatus(rule=name, status=Status.NOT_RUN, note="no rule pack has it")
    findings: list[Finding] = []
    taken: list[Taken] = []
    untried = False
    try:
        for rule in parts.applying:
            if rule.kind in TAGGED and tagger(case.language) is None:
                untried = True
            elif rule.is_called(case):
                findings += _findings(rule, case, taken)
    except Exception as fault:  # closed on failure: whatever breaks, the rule has not passed
        return findings, RuleStatus(rule=name, status=Status.ERROR, note=f"the rule broke: {type(fault).__name__}")
    if any(finding.severity is Severity.ERROR for finding in findings):
        return findings, RuleStatus(rule=name, status=Status.FAIL)
    if untried:
        return findings, RuleStatus(rule=name, status=Status.NOT_RUN, note=f"{case.language!r} has no tagger")
    if case.language != REFERENCE and parts.tagged:
        note = f"judged by a small tagger for {case.language!r}, which misses much that is veiled"
        return findings, RuleStatus(rule=name, status=Status.PASS, note=note)
    return findings, _passed(name)


def hits(rule: Rule, case: Case) -> Iterator[Hit]:
    """Where a draft breaks one part of a rule."""
    found = KINDS[rule.kind](rule, case)
    return agreed(rule, found, case) if "head" in rule.parameters and rule.kind not in TAGGED else found


@cache
def _passed(name: str) -> RuleStatus:
    return RuleStatus(rule=name, status=Status.PASS)


Taken = tuple[Part | None, int, int]
"""Where a rule has a finding already: another part of it need not say so again."""


def _findings(rule: Rule, case: Case, taken: list[Taken]) -> list[Finding]:
    findings: list[Finding] = []
    for hit in hits(rule, case):
        part = None if hit.reading is None else hit.reading.part
        if any(part is other and hit.start <= end and start <= hit.end for other, start, end in taken):
            continue
        if len(taken) == MOST_FINDINGS:
            break
        taken.append((part, hit.start, hit.end))
        findings.append(_finding(rule, hit))
    return findings


def _finding(rule: Rule, hit: Hit) -> Finding:
    span, evidence = None, ""
    if hit.reading is not None and hit.end > hit.start:
        span = hit.reading.span(hit.start, hit.end)
        evidence = hit.reading.original[span.start : span.end]
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        span=span,
        evidence=evidence,
        message=hit.message or rule.message,
        advice=hit.advice or rule.advice,
    )


def reading_order(finding: Finding) -> tuple[bool, bool, int]:
    """Findings in reading order: the subject's, the body's, and those of the whole draft last."""
    if finding.span is None:
        return True, True, 0
    return False, finding.span.part is Part.BODY, finding.span.start


def is_unkind_name(name: str, tag: str) -> bool:
    """Whether a company, a role or a person is given by more than a name, and the rest runs somebody down."""
    if len(name.split()) < 3:
        return False
    nobody = Request(sender="-", company="-", role="-", language=tag)
    case = case_of(Draft(body=f"I met {name}."), nobody)
    parts = _applying(nobody, Occasion.WITHDRAWAL)
    return any(judge_rule(rule, parts[rule], case)[0] for rule in UNKIND)
