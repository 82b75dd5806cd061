"""Reports for programs: JSON, SARIF (static-analysis results), GitHub's workflow commands, JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from drafter.cli.render import as_json, report_data
from drafter.message import Draft, Finding, Report, RuleStatus, Severity, Span, Status
from drafter.request import Request


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    JUNIT = "junit"


class Source(NamedTuple):
    """The file that a draft stands in, and the line on which its body begins; None where it has no lines of its own."""

    file: str
    body_line: int | None


class Judged(NamedTuple):
    """A draft, where it came from, what the guardrails say of it, and the request that it answers."""

    source: Source
    draft: Draft
    report: Report
    request: Request


def formatted(judged: Sequence[Judged], form: Format) -> str:
    """Reports in one of the formats for programs. As JSON, one draft is its report; several are a list with files."""
    if form is Format.SARIF:
        return as_json(_sarif(judged))
    if form is Format.GITHUB:
        return "\n".join(line for one in judged for line in _github(one.source, one.draft, one.report))
    if form is Format.JUNIT:
        from drafter.cli.junit import junit

        return junit(judged)
    if len(judged) == 1:
        return as_json(report_data(judged[0].report))
    listed = [{"file": one.source.file, **report_data(one.report)} for one in judged]
    return as_json({"acceptable": all(one.report.acceptable for one in judged), "drafts": listed})


def unjudged(report: Report) -> list[RuleStatus]:
    """The rules that could not run."""
    return [one for one in report.rules if one.status in {Status.ERROR, Status.NOT_RUN}]


def _sarif(judged: Sequence[Judged]) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS, 2020)."""
    from drafter import __version__

    rules = dict.fromkeys(status.rule for one in judged for status in one.report.rules)
    open_ = [(one.source.file, status) for one in judged for status in unjudged(one.report)]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "drafter", "version": __version__, "rules": [{"id": id_} for id_ in rules]}
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not open_,
                        "toolExecutionNotifications": [
                            {
                                "level": "error",
                                "message": {"text": f"{file}: {status.rule} was not judged: {status.note}"},
                            }
                            for file, status in open_
                        ],
                    }
                ],
                "results": [_result(found, one.draft, one.source) for one in judged for found in one.report.findings],
            }
        ],
    }


def _result(finding: Finding, draft: Draft, source: Source) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": source.file}}
    if ends := _ends(finding.span, draft, source):
        (line, column), (last, end) = ends
        place["region"] = {"startLine": line, "startColumn": column, "endLine": last, "endColumn": end}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.span is not None:
        location["logicalLocations"] = [{"name": str(finding.span.part)}]
    return {
        "ruleId": finding.rule,
        "level": str(finding.severity),
        "message": {"text": f"{finding.message} {finding.advice}"},
        "locations": [location],
    }


def _ends(span: Span | None, draft: Draft, source: Source) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Line and column of a span's start and end in the file, counted from 1; None where lines can't tell."""
    if span is None or source.body_line is None:
        return None
    text, line, column = draft.body, source.body_line, 1
    if span.part == "subject":
        text, line, column = draft.subject or "", 1, len("Subject: ") + 1

    def place(index: int) -> tuple[int, int]:
        begins = text.rfind("\n", 0, index) + 1
        return line + text.count("\n", 0, index), index - begins + (column if begins == 0 else 1)

    return place(span.start), place(span.end)


def _github(source: Source, draft: Draft, report: Report) -> list[str]:
    """GitHub's workflow commands, one a line, for annotations in a pull request."""
    lines = []
    for one in report.findings:
        level = "error" if one.severity is Severity.ERROR else "warning"
        properties = [f"file={_property(source.file)}", f"title={_property(one.rule)}"]
        if ends := _ends(one.span, draft, source):
            (line, column), (last, end) = ends
            properties[1:1] = [f"line={line}", f"endLine={last}", f"col={column}", f"endColumn={end}"]
        lines.append(f"::{level} {','.join(properties)}::{_data(f'{one.message} {one.advice}')}")
    lines += [
        f"::error file={_property(source.file)},title={_property(one.rule)}::{_data(f'not judged: {one.note}')}"
        for one in unjudged(report)
    ]
    return lines


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
