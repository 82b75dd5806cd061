"""A run, or two beside each other, as one page that needs neither a network nor a server.

The page is evals/page.html with the data put into it as JSON; whatever a draft holds, it stays data there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drafter.content import read_text
from drafter.evals.comparing import compare
from drafter.evals.reading import Told, read_run, refuse_two_suites
from drafter.evals.records import Record, Unread
from drafter.evals.reports import figure_rows, gaps, grounds, rule_rows
from drafter.evals.scorers import Outcome, judged, outcome_of
from drafter.evals.scoring import Scores, score, scored_of
from drafter.evals.suites import Suite
from drafter.evals.sums import wrong
from drafter.message import Finding, Report

PLACE = "/*DATA*/null"


@dataclass(frozen=True)
class Seen:
    """A sample with what the guardrails say of it."""

    record: Record
    report: Report | None
    outcome: Outcome


def page(suite: Suite, run: Path, other: Path | None = None, told: Told | None = None) -> str:
    """The page for one run, or for two of one suite.

    Lines that can't be read are listed on it, and `told` is told of each; without it the first of them raises
    EvalDataError, as do a file that can't be read and runs of two suites.
    """
    if other is not None:
        refuse_two_suites(run, other)
    unread: tuple[list[Unread], list[Unread]] = ([], [])
    heard = [None if told is None else lines.append for lines in unread]
    header, records = read_run(run, heard[0])
    first = {record.id: _seen(record) for record in records}
    scores = score(suite, (seen.outcome for seen in first.values()))
    data: dict[str, Any] = {
        "suite": suite.name,
        "about": suite.about,
        "header": header.model_dump(mode="json"),
        "figures": list(_bars(scores)),
        "rules": list(rule_rows(scores)),
        "samples": [_sample(seen) for seen in first.values()],
    }
    if other is not None:
        _, later = read_run(other, heard[1])
        second = {record.id: _seen(record, first.get(record.id)) for record in later}
        old, new = (scored_of(suite, [seen.outcome for seen in held.values()]) for held in (first, second))
        made = compare(suite, old, new, unread)
        data["after"] = {id_: _sample(seen) for id_, seen in second.items()}
        data["changes"] = [{**one.model_dump(mode="json"), "grounds": grounds(one)} for one in made.changes]
        data["verdict"], data["gaps"] = made.verdict, list(gaps(made))
    data["unread"] = [str(one) for one in (*unread[0], *unread[1])]
    if told is not None:
        for one in (*unread[0], *unread[1]):
            told(one)
    return read_text("evals/page.html").replace(PLACE, _as_script(data))


def _seen(record: Record, before: Seen | None = None) -> Seen:
    """A sample as it is judged; what stands in both runs word for word is judged once."""
    alike = before is not None and all(
        getattr(record, field) == getattr(before.record, field) for field in ("draft", "request", "incoming")
    )
    report = before.report if before is not None and alike else judged(record)
    return Seen(record, report, outcome_of(record, report))


def _as_script(data: Any) -> str:
    """Data as JavaScript that can't end the script that it stands in."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _bars(scores: Scores) -> Iterator[dict[str, Any]]:
    """Every figure, with its interval where it is a share."""
    rates = {(name, "all"): rate for name, rate in scores.shares.items()}
    rates |= {(name, regime): rate for regime, group in scores.regimes.items() for name, rate in group.items()}
    last = ""
    for name, group, said in figure_rows(scores):
        last = name or last
        rate = rates.get((last, group))
        yield {
            "name": last,
            "of": group,
            "said": said,
            "value": rate.value if rate else None,
            "interval": rate.interval if rate else None,
        }


def _sample(sample: Seen) -> dict[str, Any]:
    record, report, seen = sample.record, sample.report, sample.outcome
    draft = record.draft
    return {
        "id": record.id,
        "regime": record.regime,
        "stage": record.request.stage,
        "acceptable": seen.acceptable,
        "wrong": wrong(seen) is not None,
        "failed": seen.failed,
        "labelled": None if record.violations is None else list(record.violations),
        "why": record.why,
        "subject": draft.subject if draft else None,
        "body": draft.body if draft else "",
        "findings": [_finding(one) for one in report.findings] if report else [],
        "rules": sorted(seen.rules),
        "request": record.request.model_dump(mode="json", exclude_defaults=True),
        "source": record.source,
        "not_judged": list(seen.not_judged),
        "claims": [[one.text, record.facts[one.fact - 1] if one.fact else None] for one in record.claims],
        "notes": list(record.notes),
        "tries": [one.model_dump(mode="json", exclude={"draft"}) for one in record.tries],
    }


def _finding(one: Finding) -> dict[str, Any]:
    span = list(one.span) if one.span else None
    return {"rule": one.rule, "span": span, "message": one.message, "advice": one.advice, "severity": one.severity}
