"""Kinds for the form of a text: unfilled slots, markup, and another language than asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from drafter.guardrails.kinds import Case, Hit, Rule, compiled, kind


@kind("slot")
def slot(rule: Rule, case: Case) -> Iterator[Hit]:
    """Any of `patterns`, or of `cased` in its own case, that no name and no allowed entry of the request holds."""
    for reading in case.readings:
        for found in compiled(rule.parameters["patterns"]).finditer(reading.masked):
            if found[0] not in case.allowed:
                yield Hit(reading, found.start(), found.end())
        for found in re.compile("|".join(rule.parameters["cased"]), re.MULTILINE).finditer(reading.text):
            if not re.search("[ʀᴄᴘꜱ]", reading.masked[found.start() : found.end()]):
                yield Hit(reading, found.start(), found.end())


@kind("markup")
def markup(rule: Rule, case: Case) -> Iterator[Hit]:
    """Any of `patterns` in the lines of a text, or two lines and more that are `listed`."""
    pattern = re.compile("|".join(f"(?:{one})" for one in rule.parameters["patterns"]), re.MULTILINE)
    for reading in case.readings:
        for found in pattern.finditer(reading.masked):
            if found[0].strip() and found[0] not in case.allowed:
                yield Hit(reading, found.start(), found.end())
        listed = list(re.finditer(rule.parameters["listed"], reading.masked, re.MULTILINE))
        if len(listed) > 1:
            yield Hit(reading, listed[0].start(), listed[-1].end())


@kind("other_language")
def other_language(rule: Rule, case: Case) -> Iterator[Hit]:
    """A body with more function words of another language of `words` than of the one that was asked for, and at least
    `least` of them; letters of another script count as a word each.
    """
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", re.sub(r"[ʀᴄᴘꜱ]+", " ", case.body.masked))
    asked = case.language
    tables = {tag: frozenset(str(text).split()) for tag, text in rule.parameters["words"].items()}
    near = {asked, *str(rule.parameters["kin"].get(asked, "")).split()}
    own = sum(word in tables.get(asked, ()) for word in words)
    foreign = sum(letter > "\u036f" and letter.isalpha() for word in words for letter in word)
    counts = {tag: sum(word in table for word in words) for tag, table in tables.items() if tag not in near}
    most = max(counts.values(), default=0)
    bar = min(rule.parameters["least"], max(4, len(words) // 3))
    if (most >= bar and most > own) or (asked in tables and foreign > 20 and foreign > 4 * own):
        yield Hit(None)
