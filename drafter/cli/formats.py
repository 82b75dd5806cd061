"""Reports for programs: JSON, SARIF (static-analysis results) and GitHub's workflow commands."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from drafter.cli.render import as_json, report_data
from drafter.message import Draft, Finding, Report, Severity, Span, Status


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class Source(NamedTuple):
    """The file that a draft stands in, and the line on which its body begins; None where it has no lines of its own."""

    file: str
    body_line: int | None


def formatted(report: Report, draft: Draft, form: Format, source: Source) -> str:
    """A report in one of the formats for programs."""
    if form is Format.SARIF:
        return as_json(_sarif(report, draft, source))
    if form is Format.GITHUB:
        return "\n".join(_github(report, draft, source))
    return as_json(report_data(report))


def _sarif(report: Report, draft: Draft, source: Source) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS, 2020)."""
    from drafter import __version__

    unjudged = [one for one in report.rules if one.status in {Status.ERROR, Status.NOT_RUN}]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "drafter",
                        "version": __version__,
                        "rules": [{"id": one.rule} for one in report.rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not unjudged,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": f"{one.rule} was not judged: {one.note}"}}
                            for one in unjudged
                        ],
                    }
                ],
                "results": [_result(one, draft, source) for one in report.findings],
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


def _github(report: Report, draft: Draft, source: Source) -> list[str]:
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
        for one in report.rules
        if one.status in {Status.ERROR, Status.NOT_RUN}
    ]
    return lines


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
