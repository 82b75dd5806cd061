"""The ledger: whether what each sentence of a letter claims to rest on is in the brief."""

from __future__ import annotations

from collections.abc import Iterator

from drafter.disclosure import Brief
from drafter.letter import Letter
from drafter.message import Draft, Finding, Part, Report, RuleStatus, Span, Status
from drafter.names import Names

RULE = "honesty/unsupported-fact"


def audited(report: Report, draft: Draft, letter: Letter, brief: Brief, names: Names) -> Report:
    """A report with a finding more for every sentence that rests on a fact that the brief does not have."""
    unfounded = tuple(_unfounded(draft, letter, brief, names))
    if not unfounded:
        return report
    rules = tuple(RuleStatus(rule=RULE, status=Status.FAIL) if one.rule == RULE else one for one in report.rules)
    return report.model_copy(update={"findings": (*report.findings, *unfounded), "rules": rules})


def _unfounded(draft: Draft, letter: Letter, brief: Brief, names: Names) -> Iterator[Finding]:
    numbers = {0, *(fact.number for fact in brief.facts)}
    for sentence in letter.sentences:
        if sentence.fact in numbers:
            continue
        text = names.fill(sentence.text.strip())
        # Behind a greeting with a comma a sentence has lost its capital.
        start = max(draft.body.find(text), draft.body.find(text[:1].lower() + text[1:])) if text else -1
        yield Finding(
            rule=RULE,
            span=Span(Part.BODY, start, start + len(text)) if start >= 0 else None,
            evidence=draft.body[start : start + len(text)] if start >= 0 else "",
            message=f"This sentence claims to rest on fact {sentence.fact}, which the request does not have.",
            advice="Rest it on a fact that is listed, or leave it out.",
        )
