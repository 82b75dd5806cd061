"""Scores and comparisons as text for other programs: Markdown for a pull request, JUnit XML for a CI server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from pydantic import BaseModel, computed_field

from drafter.evals.comparing import Change, Comparison, Verdict
from drafter.evals.scoring import Scores
from drafter.evals.statistics import Rate
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
        lines += ["", f"{lines_in_words(scores.counts['unread'])} could not be read:", ""]
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
    kinds = {kind: count for kind, count in scores.counts.items() if kind not in {"failed", "unread", "missing"}}
    return ", ".join(f"{count} × {kind}" for kind, count in kinds.items())


def comparison_markdown(made: Comparison) -> str:
    """A comparison as Markdown: the verdict, a row a figure, and the samples that changed sides."""
    return "\n".join([f"## {made.suite}: {made.verdict}", "", *_compared(made)]) + "\n"


def _compared(made: Comparison) -> list[str]:
    lines = [f"{made.pairs} samples in both runs", ""]
    if missing := [f"- {_plain(one)}" for one in gaps(made)]:
        lines += [*missing, ""]
    lines += ["| figure | before | after | verdict | what it rests on |", "| --- | --- | --- | --- | --- |"]
    for one in made.changes:
        lines.append(f"| {one.figure} | {one.before:.4g} | {one.after:.4g} | {one.verdict} | {grounds(one)} |")
    for word, ids in (("worse", "lost"), ("better", "won")):
        if found := {one.figure: getattr(one, ids) for one in made.changes if getattr(one, ids)}:
            lines += ["", f"Now {word}:", ""]
            lines += [f"- {figure}: {', '.join(f'`{_plain(id_)}`' for id_ in held)}" for figure, held in found.items()]
    return lines


NAMED = 10
"""Samples of one kind that a sentence names; the others are counted."""


def gaps(made: Comparison) -> Iterator[str]:
    """What could not be compared, in sentences, which name the first few of each kind."""
    if made.only_before:
        yield (
            f"{_samples(made.only_before)} missing from the second run: {_some(made.only_before)}. What is left out on "
            "purpose takes a new baseline."
        )
    if made.only_after:
        yield f"{_samples(made.only_after)} missing from the first run: {_some(made.only_after)}."
    for figure, ids in made.missing.items():
        yield f"`{figure}` is missing for {_samples(ids, verb=False)} of the second run: {_some(ids)}."
    for figure, (was, now) in made.other_kind.items():
        yield f"`{figure}` is {was} in the first run and {now} in the second, which can't be compared."
    for run, lines in (("first", made.unread_before), ("second", made.unread_after)):
        if lines:
            yield f"{lines_in_words(len(lines))} of the {run} run could not be read: {_some(lines, '; ')}."


def lines_in_words(count: int) -> str:
    """How many lines: "1 line", "3 lines"."""
    return f"{count} line{'' if count == 1 else 's'}"


def _samples(ids: Sequence[str], *, verb: bool = True) -> str:
    said = f"{len(ids)} sample{'' if len(ids) == 1 else 's'}"
    return said + (" is" if len(ids) == 1 else " are") * verb


def _some(names: Sequence[str], between: str = ", ") -> str:
    more = f"{between}and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return between.join(names[:NAMED]) + more


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
    return _document(_scores_suite(scores))


def _scores_suite(scores: Scores) -> ET.Element:
    suite = ET.Element("testsuite", name=scores.suite)
    fallen = {one.figure: str(one) for one in scores.shortfalls}
    for figure in dict.fromkeys((*scores.gates, *fallen)):
        _case(suite, "gates", figure, fallen.get(figure))
    for miss in scores.misses:
        _case(suite, miss.regime, miss.id, f"{miss.kind}: {miss.why}", kind="skipped")
    for id_, why in scores.failed:
        _case(suite, "failed", id_, why)
    good = scores.samples - len(scores.misses) - len(scores.failed)
    return _counted(suite, good)


def comparison_junit(made: Comparison) -> str:
    """A comparison as JUnit XML: a case for each figure, which fails where it got worse, and one for what lacks."""
    return _document(_comparison_suite(made))


def _comparison_suite(made: Comparison) -> ET.Element:
    suite = ET.Element("testsuite", name=f"{made.suite}, compared")
    missing = " ".join(gaps(made)) if made.incomplete else None
    _case(suite, "compared", "every sample is in both runs", missing)
    for one in made.changes:
        said = f"{one.verdict}: {one.before:.4g} before, {one.after:.4g} after; {grounds(one)}"
        worse, unclear = one.verdict is Verdict.REGRESSED, one.verdict is Verdict.TOO_FEW
        _case(suite, "compared", one.figure, said if worse or unclear else None, "failure" if worse else "skipped")
    return _counted(suite)


class Trial(BaseModel):
    """What came of one suite: its figures, and what changed since its baseline, where it has one."""

    scores: Scores
    comparison: Comparison | None


class Tried(BaseModel):
    """What came of several suites.

    `left_out` says why of each that was not tried, `lacking` what of those that were asked for is not there (recordings
    of one that was named, a baseline), `errors` what ended one, and all; `stopped` that Ctrl-C did.
    """

    suites: list[Trial] = []
    left_out: dict[str, str] = {}
    lacking: dict[str, str] = {}
    errors: dict[str, str] = {}
    stopped: bool = False

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether anything was tried, no gate fell short, and nothing is worse than the baseline or missing."""
        worse = {Verdict.REGRESSED, Verdict.INCOMPLETE}
        whole = bool(self.suites) and not (self.stopped or self.lacking or self.errors)
        return whole and not any(
            one.scores.shortfalls or (one.comparison is not None and one.comparison.verdict in worse)
            for one in self.suites
        )


def tried_markdown(tried: Tried) -> str:
    """Several suites as one Markdown text, each with what changed since its baseline."""
    parts = []
    for one in tried.suites:
        parts.append(scores_markdown(one.scores))
        if (made := one.comparison) is not None:
            parts.append("\n".join([f"### Beside its baseline: {made.verdict}", "", *_compared(made), ""]))
    parts += [f"## {name}: left out\n\n{_plain(why)}\n" for name, why in tried.left_out.items()]
    parts += [f"## {name}: not passed\n\n{_plain(why)}\n" for name, why in tried.lacking.items()]
    parts += [f"## {name}: ended in an error\n\n{_plain(why)}\n" for name, why in tried.errors.items()]
    if tried.stopped:
        parts.append("The other suites were not come to: this was stopped.\n")
    return "\n".join(parts)


def tried_junit(tried: Tried) -> str:
    """Several suites as one JUnit document: two test suites for each, its figures and what changed."""
    suites = ET.Element("testsuites", name="drafter eval")
    for one in tried.suites:
        suites.append(_scores_suite(one.scores))
        if one.comparison is not None:
            suites.append(_comparison_suite(one.comparison))
    ended = {"drafter eval": "stopped: the other suites were not come to"} if tried.stopped else {}
    left_out = {name: why for name, why in tried.left_out.items() if name not in tried.lacking}
    for kind, told in (("skipped", left_out), ("failure", tried.lacking), ("error", {**tried.errors, **ended})):
        for name, why in told.items():
            _case(one_more := ET.SubElement(suites, "testsuite", name=name), "suite", name, why, kind)
            _counted(one_more)
    for count in COUNTED:
        suites.set(count, str(sum(int(one.get(count, "0")) for one in suites)))
    return _document(suites)


COUNTED = {"tests": "", "failures": "failure", "errors": "error", "skipped": "skipped"}
"""What JUnit counts, and the element that each is told by."""


def _counted(suite: ET.Element, more: int = 0) -> ET.Element:
    """A suite with its counts; `more` are cases that went well and are not listed."""
    suite.set("tests", str(len(suite) + more))
    for name, kind in list(COUNTED.items())[1:]:
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    return suite


def _document(root: ET.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


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
