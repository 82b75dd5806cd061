"""The ledger: whether what each sentence of a letter claims to rest on is in the brief, and whether it can rest on it.

The guardrails judge any draft, whoever wrote it. A letter that comes with its claims can be held to more: a sentence
that is neither a courtesy nor made of the brief's own words says something that nobody told its writer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from drafter.content import list_files, read_text, read_toml
from drafter.disclosure import Brief, telling_words
from drafter.guardrails.marks import telling
from drafter.guardrails.pack import language
from drafter.guardrails.reading import Sentence as Running
from drafter.guardrails.reading import running
from drafter.guardrails.tagger import makes
from drafter.letter import Letter, Sentence
from drafter.message import Draft, Finding, Part, Report, RuleStatus, Span, Status
from drafter.names import Names

RULE = "honesty/unsupported-fact"
COURTESIES = frozenset({"thank", "withdraw", "open", "wish_well", "apologise"})
COURTEOUS = ("thank", "withdraw", "open", "wish")
"""The moves that a letter may make in words of its own, by their patterns and by the tagger."""

NEW = 2
"""Telling words of its own that a sentence may have which repeats more than that of a fact."""

RUN = 7
"""Words in a row that no letter has in common with a prompt by chance."""

_SLOT = re.compile(r"\{\w+\}")


def audited(report: Report, draft: Draft, letter: Letter, brief: Brief, names: Names) -> Report:
    """A report with a finding more for every sentence that the brief does not bear, where it has none there yet."""
    unfounded = tuple(one for one in _unfounded(draft, letter, brief, names) if not _is_known(one, report))
    if not unfounded:
        return report
    rules = tuple(RuleStatus(rule=RULE, status=Status.FAIL) if one.rule == RULE else one for one in report.rules)
    return report.model_copy(update={"findings": (*report.findings, *unfounded), "rules": rules})


def _is_known(finding: Finding, report: Report) -> bool:
    """Whether an error is reported in the words of a finding already."""
    place = finding.span
    return place is not None and any(
        one.span.part is place.part and one.span.start < place.end and place.start < one.span.end
        for one in report.errors
        if one.span is not None
    )


def _unfounded(draft: Draft, letter: Letter, brief: Brief, names: Names) -> Iterator[Finding]:
    numbers = {0, *(fact.number for fact in brief.facts)}
    facts = frozenset[str]().union(*(telling_words(fact.text) for fact in brief.facts))
    for sentence in letter.sentences:
        if sentence.fact not in numbers:
            message = f"This sentence claims to rest on fact {sentence.fact}, which the request does not have."
            advice = "Rest it on a fact that is listed, or leave it out."
        elif _tells_the_prompt(sentence, brief.primary_language):
            message, advice = "This repeats what the writer was told.", "Leave it out."
        elif _is_new(sentence, facts, brief.primary_language):
            message = "This says something that the request does not."
            advice = "Keep to the facts, in their own words, and to thanks, good wishes and the door; or leave it out."
        else:
            continue
        text = names.fill(sentence.text.strip())
        # Behind a greeting with a comma a sentence has lost its capital.
        start = max(draft.body.find(text), draft.body.find(text[:1].lower() + text[1:])) if text else -1
        yield Finding(
            rule=RULE,
            span=Span(Part.BODY, start, start + len(text)) if start >= 0 else None,
            evidence=draft.body[start : start + len(text)] if start >= 0 else "",
            message=message,
            advice=advice,
        )


def _is_new(sentence: Sentence, facts: frozenset[str], tag: str) -> bool:
    """Whether a sentence has more telling words that no fact has than such that one has, and is no courtesy."""
    known = _ordinary(tag) | facts
    if not telling_words(_SLOT.sub(" ", sentence.text)) - known:
        return False
    for one in running(sentence.text, language(tag)):
        words = telling(one.wording)
        if len(words - known) > max(0, min(NEW, len(words & facts) - 1)) and not _is_courtesy(one, tag):
            return True
    return False


def _is_courtesy(one: Running, tag: str) -> bool:
    """Whether a sentence makes a move that a letter may make in words of its own."""
    return not COURTESIES.isdisjoint(one.moves) or any(makes(move, one, tag) for move in COURTEOUS)


def _tells_the_prompt(sentence: Sentence, tag: str) -> bool:
    """Whether a sentence has so many words in a row from what a writer is told that it must be from there."""
    return not _runs(sentence.text).isdisjoint(_prompted(tag))


@cache
def _prompted(tag: str) -> frozenset[tuple[str, ...]]:
    return frozenset[tuple[str, ...]]().union(*(_runs(read_text(path)) for path in list_files(f"prompts/{tag}", ".md")))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """All runs of `RUN` words in a text."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return frozenset(zip(*(words[start:] for start in range(RUN)), strict=False))


@cache
def _ordinary(language: str) -> frozenset[str]:
    """The telling words that such letters are made of: those of the phrasebook, of the facts' own frames, and those
    that several of the office sentences have which the tagger learned from.
    """
    files = [f"prompts/{language}/facts.toml", *list_files(f"prompts/{language}/phrasebook", ".toml")]
    told = telling_words(" ".join(text for path in files for text in _texts(read_toml(path))))
    counted = Counter(
        word
        for path in list_files(f"guardrails/{language}/sentences", OFFICE)
        for line in read_text(path).splitlines()
        for word in telling_words(line.partition("\t")[2])
    )
    return told | {word for word, count in counted.items() if count >= SEVERAL}


OFFICE = "office.tsv"
SEVERAL = 3
"""Sentences that have a word which says nothing by itself."""


def _texts(held: object) -> Iterator[str]:
    """Every text in a content file, however deep."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict | list):
        for one in held.values() if isinstance(held, dict) else held:
            yield from _texts(one)
