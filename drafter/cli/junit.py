"""JUnit XML, for CI servers: a suite for each draft, and in it a case for each rule."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from drafter.cli.formats import Judged
from drafter.message import Finding, RuleStatus, Severity, Status


def junit(judged: Sequence[Judged]) -> str:
    """The reports as one XML document."""
    suites = ET.Element("testsuites", name="drafter check")
    for one in judged:
        file, report = _fit(one.source.file), one.report
        suite = ET.SubElement(suites, "testsuite", name=file)
        for status in report.rules:
            case = ET.SubElement(suite, "testcase", classname=file, name=status.rule, file=file)
            _outcome(case, status, [found for found in report.findings if found.rule == status.rule])
        _count(suite)
    _count(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode")


def _outcome(case: ET.Element, status: RuleStatus, found: list[Finding]) -> None:
    """Errors fail a case; a rule that could not run is an error of it, a waived one is skipped, warnings are output."""
    said = "\n".join(" ".join(filter(None, (one.evidence, one.message, one.advice))) for one in found)
    if status.status in {Status.ERROR, Status.NOT_RUN}:
        ET.SubElement(case, "error", message=_fit(f"not judged: {status.note}"))
    elif status.status is Status.WAIVED:
        ET.SubElement(case, "skipped", message=_fit(status.note or ""))
    elif errors := [one for one in found if one.severity is Severity.ERROR]:
        ET.SubElement(case, "failure", message=_fit(errors[0].message), type=status.rule).text = _fit(said)
    elif found:
        ET.SubElement(case, "system-out").text = _fit(said)


def _count(suite: ET.Element) -> None:
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(1 for _ in suite.iter(tag))))


def _fit(text: str) -> str:
    """Text without the characters that XML can't hold."""
    return "".join(sign for sign in text if sign in "\t\n" or (sign >= " " and sign.isprintable()))
