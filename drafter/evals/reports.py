"""Scores and comparisons as text for other programs: Markdown for a pull request, JUnit XML for a CI server."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from drafter.evals.check import Rate
from drafter.evals.comparing import Change, Comparison, Verdict
from drafter.evals.scoring import Scores
from drafter.evals.sums import Numbers


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
        groups = {regime: group[name] for regime, group in scores.regimes.items() if name in group}
        if len({one.value for one in groups.values()}) > 1:  # alike everywhere is said once
            for regime, one in groups.items():
                yield "", regime, share(one)
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
    if rows := list(rule_rows(scores)):
        lines += ["", "| rule | precision | recall | F1 |", "| --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    if scores.misses:
        lines += ["", f"<details><summary>{wrongly(scores)}</summary>", ""]
        lines += [f"- `{_plain(miss.id)}` {miss.kind} ({miss.regime}): {_plain(miss.why)}" for miss in scores.misses]
        lines += ["", "</details>"]
    if scores.unread:
        lines += ["", f"{scores.counts['unread']} lines could not be read:", ""]
        lines += [f"- {_plain(one)}" for one in scores.unread]
    if scores.failed:
        lines += ["", f"{scores.counts['failed']} failed:", ""]
        lines += [f"- `{_plain(id_)}`: {_plain(why)}" for id_, why in scores.failed]
    return "\n".join(lines) + "\n"


def rule_rows(scores: Scores, *, intervals: bool = True) -> Iterator[tuple[str, str, str, str]]:
    """Every rule with its precision, recall and F1, where drafts are labelled."""
    for one in scores.rules if any(rule.recall.total for rule in scores.rules) else ():
        precision, recall = (share(rate) for rate in (one.precision, one.recall))
        if not intervals:
            precision, recall = (said.partition(" [")[0] for said in (precision, recall))
        yield one.rule, precision, recall, "" if one.f1 is None else f"{one.f1:.3f}"


def wrongly(scores: Scores) -> str:
    """How many drafts were judged wrongly, by kind: "34 × escape, 7 × false block"; empty where none was."""
    kinds = {kind: count for kind, count in scores.counts.items() if kind not in {"failed", "unread"}}
    return ", ".join(f"{count} × {kind}" for kind, count in kinds.items())


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
    for figure in dict.fromkeys((*scores.gates, *fallen)):
        _case(suite, "gates", figure, fallen.get(figure))
    for miss in scores.misses:
        _case(suite, miss.regime, miss.id, f"{miss.kind}: {miss.why}", kind="skipped")
    for id_, why in scores.failed:
        _case(suite, "failed", id_, why)
    good = scores.samples - len(scores.misses) - len(scores.failed)
    suite.set("tests", str(len(suite) + good))
    return _document(suite)


def comparison_junit(made: Comparison) -> str:
    """A comparison as JUnit XML: a case for each figure, which fails where it got worse."""
    suite = ET.Element("testsuite", name=f"{made.suite}, compared")
    for one in made.changes:
        said = f"{one.verdict}: {one.before:.4g} before, {one.after:.4g} after; {grounds(one)}"
        worse, unclear = one.verdict is Verdict.REGRESSED, one.verdict is Verdict.TOO_FEW
        _case(suite, "compared", one.figure, said if worse or unclear else None, "failure" if worse else "skipped")
    suite.set("tests", str(len(suite)))
    return _document(suite)


def _document(suite: ET.Element) -> str:
    for name, kind in (("failures", "failure"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _case(suite: ET.Element, group: str, name: str, said: str | None, kind: str = "failure") -> None:
    """A case, which is good where there is nothing to be said."""
    case = ET.SubElement(suite, "testcase", classname=_xml(group), name=_xml(name))
    if said is not None:
        ET.SubElement(case, kind, message=_xml(said))


def _xml(text: str) -> str:
    """Text without the control characters that XML can't hold."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def _plain(text: str) -> str:
    """Text that means nothing in a Markdown table or list."""
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
