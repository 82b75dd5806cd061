"""Scores and comparisons as text for other programs: Markdown for a pull request, JUnit XML for a CI server."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from drafter.evals.check import Rate
from drafter.evals.comparing import Change, Comparison
from drafter.evals.scoring import Numbers, Scores


def share(rate: Rate) -> str:
    """A share with its interval: "3/40 = 7.5% [2.6%-19.9%]"."""
    if rate.value is None or rate.interval is None:
        return "none to judge"
    low, high = rate.interval
    return f"{rate.count}/{rate.total} = {rate.value:.1%} [{low:.1%}-{high:.1%}]"


def number(numbers: Numbers) -> str:
    """An average in short: "mean 61.2, median 60, 90 % up to 84"."""
    return f"mean {numbers.mean:.4g}, median {numbers.median:.4g}, 90 % up to {numbers.p90:.4g}"


def figure_rows(scores: Scores) -> Iterator[tuple[str, str, str]]:
    """Every figure as its name, the group that it is of, and its value in words."""
    for name, rate in scores.shares.items():
        yield name, "all", share(rate)
        if len(scores.regimes) > 1:
            for regime, group in scores.regimes.items():
                if name in group:
                    yield "", regime, share(group[name])
    for name, numbers in scores.numbers.items():
        yield name, "all", number(numbers)
    if scores.variety is not None:
        rate = scores.variety
        yield "variety", "all", f"{rate.count}/{rate.total} = {rate.value:.1%} of runs of four words are new"


def scores_markdown(scores: Scores) -> str:
    """The figures of a run as Markdown, with what fell short first."""
    lines = [f"## {scores.suite}: {scores.samples} samples", ""]
    if scores.shortfalls:
        lines += ["**Fell short:**", "", *(f"- {one}" for one in scores.shortfalls), ""]
    lines += ["| figure | of | value |", "| --- | --- | --- |"]
    lines += [f"| {name} | {group} | {value} |" for name, group, value in figure_rows(scores)]
    if scores.misses:
        lines += ["", f"<details><summary>{len(scores.misses)} judged wrongly</summary>", ""]
        lines += [f"- `{_plain(miss.id)}` {miss.kind} ({miss.regime}): {_plain(miss.why)}" for miss in scores.misses]
        lines += ["", "</details>"]
    if scores.failed:
        lines += ["", f"{len(scores.failed)} failed:", ""]
        lines += [f"- `{_plain(id_)}`: {_plain(why)}" for id_, why in scores.failed]
    return "\n".join(lines) + "\n"


def comparison_markdown(made: Comparison) -> str:
    """A comparison as Markdown: the verdict, a row a figure, and the samples that changed sides."""
    lines = [f"## {made.suite}: {made.verdict}", "", f"{made.pairs} samples in both runs", ""]
    lines += ["| figure | before | after | verdict | what it rests on |", "| --- | --- | --- | --- | --- |"]
    for one in made.changes:
        lines.append(f"| {one.figure} | {one.before:.4g} | {one.after:.4g} | {one.verdict} | {grounds(one)} |")
    for word, ids in (("worse", "lost"), ("better", "won")):
        if found := {one.figure: getattr(one, ids) for one in made.changes if getattr(one, ids)}:
            lines += ["", f"Now {word}:", ""]
            lines += [f"- {figure}: {', '.join(f'`{_plain(id_)}`' for id_ in held)}" for figure, held in found.items()]
    return "\n".join(lines) + "\n"


def grounds(one: Change) -> str:
    """What the verdict on a figure rests on."""
    if one.p is not None and one.visible is not None:
        return (
            f"{one.pairs} pairs, {len(one.lost)} worse, {len(one.won)} better, p = {one.p:.3g}; "
            f"so many could show {one.visible:.1%}"
        )
    low, high = one.interval or (0.0, 0.0)
    return f"{one.pairs} pairs, the difference is in [{low:.4g}, {high:.4g}]"


def scores_junit(scores: Scores) -> str:
    """A run as JUnit XML: a case for each gate, and one for each sample that failed or was judged wrongly."""
    suite = ET.Element("testsuite", name=scores.suite)
    fallen = {one.figure: str(one) for one in scores.shortfalls}
    for figure, said in fallen.items():
        _case(suite, "gates", figure, said)
    for miss in scores.misses:
        _case(suite, miss.regime, miss.id, f"{miss.kind}: {miss.why}", kind="skipped")
    for id_, why in scores.failed:
        _case(suite, "failed", id_, why)
    good = scores.samples - len(scores.misses) - len(scores.failed)
    suite.set("tests", str(len(suite) + good))
    suite.set("failures", str(len(fallen) + len(scores.failed)))
    suite.set("skipped", str(len(scores.misses)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _case(suite: ET.Element, group: str, name: str, said: str, kind: str = "failure") -> None:
    case = ET.SubElement(suite, "testcase", classname=_xml(group), name=_xml(name))
    ET.SubElement(case, kind, message=_xml(said))


def _xml(text: str) -> str:
    """Text without the control characters that XML can't hold."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def _plain(text: str) -> str:
    """Text that means nothing in a Markdown table or list."""
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
