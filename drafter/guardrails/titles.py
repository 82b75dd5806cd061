"""Whether a draft names another role than the request's (`form/wrong-name`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from drafter.guardrails.kinds import Case, Hit, Rule, kind
from drafter.guardrails.naming import spoken_words
from drafter.guardrails.reading import BLANKS, Reading, Sentence
from drafter.guardrails.spelling import bare, tokens, words_at
from drafter.names import spoken

_NO_TITLE = frozenset({"the", "a", "an", "i"})
_SMALL_WORDS = frozenset({"of", "and", "the", "for", "in", "at"})


@lru_cache(maxsize=8)
def _titles(rule: Rule) -> frozenset[str]:
    return frozenset(f"{rule.parameters['titles']} {rule.parameters['ranks']}".split())


@lru_cache(maxsize=256)
def _role_words(role: str) -> tuple[str, ...]:
    return tuple(token for token in tokens(spoken(role)) if token not in _SMALL_WORDS)


@kind("other_role")
def other_role(rule: Rule, case: Case) -> Iterator[Hit]:
    """A title that is not the request's: in the role's place, or sharing a word with it and differing in another.

    A run of words (`run`) stands in the role's place when `before` or `after` matches beside it. Words of the request
    are never strange, nor are titles of another job (`elsewhere`) or of a person (`person`).
    """
    known = spoken_words(case.request) | frozenset(_long_forms(rule, case.request.role))
    for reading in case.readings:
        for sentence in reading.sentences:
            if sentence.place == "salutation":
                continue
            for run in re.compile(rule.parameters["run"]).finditer(reading.text, sentence.start, sentence.end):
                if _is_other(rule, case, reading, run, known) and not _is_elsewhere(rule, reading, sentence, run):
                    yield Hit(reading, run.start(), run.end())


def _is_other(rule: Rule, case: Case, reading: Reading, run: re.Match[str], known: frozenset[str]) -> bool:
    titles = _titles(rule)
    named = [word[0] for word in words_at(run[0]) if word[0][0].isupper() or bare(word[0]) in titles]
    words = [bare(word) for word in named if word.lower() not in _NO_TITLE and not word.startswith("I'")]
    strange = [word for word in words if len(word) > 1 and word not in known and not _is_initials(word, case)]
    if not strange:
        return False
    titled = any(word in titles for word in strange)
    shared = not frozenset(_role_words(case.request.role)).isdisjoint(words)
    opens = len(words) == 1 and run.start() in reading.starts
    if opens and not titled:
        return False
    if _is_placed(rule, reading, run):
        whole = BLANKS["role"] in reading.masked[run.start() : run.end()]  # "the Remote Copy Editor role" adds to it
        return titled or (run[0][0].isupper() and not whole and (shared or len(strange) == len(words)))
    before = reading.masked[max(0, run.start() - 40) : run.start()]
    return shared and titled and not opens and not re.search(rule.parameters["person"], before)


def _is_initials(word: str, case: Case) -> bool:
    """Whether a word is made of first letters of the role's words in their order: "RN" for Registered Nurse."""
    letters = "".join(token[0] for token in _role_words(case.request.role))
    return len(word) <= 4 and word in letters


def _is_placed(rule: Rule, reading: Reading, run: re.Match[str]) -> bool:
    before = reading.text[max(0, run.start() - 60) : run.start()]
    behind = re.compile(rule.parameters["after"]).match(reading.text, run.end())
    return bool(behind or re.search(rule.parameters["before"], before))


def _is_elsewhere(rule: Rule, reading: Reading, sentence: Sentence, run: re.Match[str]) -> bool:
    """Whether a title stands where another job is spoken of, and not, further on, the one that is withdrawn from."""
    before, after = reading.masked[sentence.start : run.start()], reading.masked[run.end() : sentence.end]
    for found in re.compile(rule.parameters["here"]).finditer(before):
        before = reading.masked[sentence.start + found.end() : run.start()]
    elsewhere = rule.wanted("elsewhere")
    return bool(elsewhere.search(before) or elsewhere.match(after[:40].lstrip()))


def _long_forms(rule: Rule, role: str) -> Iterator[str]:
    """What the short forms in a role's title stand for ("Sr." is "Senior"), and the short forms of its long ones."""
    words = set(tokens(spoken(role)))
    for short, long in rule.parameters["short"].items():
        if short in words:
            yield long
        if long in words:
            yield short
