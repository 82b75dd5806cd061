"""Grounding: every specific thing in a draft is looked up in the request; what is not there is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from drafter.guardrails.kinds import Case, Hit, Rule, compiled, kind
from drafter.guardrails.reading import BLANKS, Reading, Sentence, lower, normalise

_CAPITALISED = re.compile(r"(?<![\w'])[^\W\d_][\w'&-]*")
_FIGURES = re.compile(r"(?<![\w.])[$€£]?\d[\d.,:]*\w*\s?%?")
_BLANK = frozenset(BLANKS.values())


@lru_cache(maxsize=256)
def _given(case_words: tuple[str, ...]) -> frozenset[str]:
    """The words of the request's own texts, in lower case, without an ending "s"."""
    return frozenset(_plain(word) for text in case_words for word in re.findall(r"\w+", lower(normalise(text)[0])))


def _plain(word: str) -> str:
    return re.sub(r"(?:'s|s'|s)$", "", word) if len(word) > 3 else word


def known_words(case: Case) -> frozenset[str]:
    """Every word that the request gives and a draft may repeat: names, titles, entries, the date of the interview."""
    request = case.request
    texts = [request.sender, request.company, request.role, request.recipient or "", case.allowed]
    if moment := request.next_interview:
        texts.append(f"{moment:%A %B %d} {moment.day} {moment.year} {moment:%Y-%m-%d}")
        if isinstance(moment, datetime):
            texts.append(f"{moment:%H %M %I} {moment.hour} {moment.hour % 12 or 12} {moment:%p}am {moment:%H:%M}")
    return _given(tuple(texts))


@kind("grounding")
def grounding(rule: Rule, case: Case) -> Iterator[Hit]:
    """A name, figure, date, quantity or thing of theirs that the request does not give."""
    known = known_words(case)
    for sentence in case.body.sentences:
        if sentence.place in {"salutation", "sign_off"}:
            continue
        for start, end in _specific(rule, sentence, known):
            yield Hit(case.body, sentence.start + start, sentence.start + end)


def _specific(rule: Rule, sentence: Sentence, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    yield from _names(rule, sentence, known)
    yield from _figures(sentence, known)
    yield from _dates(rule, sentence, known)
    yield from _quantities(rule, sentence, known)
    for found in compiled(rule.parameters["things"]).finditer(sentence.masked):
        # A thing is given when the words that name it are: the little words around it say nothing.
        told = [_plain(word) for word in re.findall(r"[a-z]{4,}", found[0]) if word not in _LITTLE]
        if not told:  # "showed me round" is given where the sentence speaks of what is given
            told = [word for word in map(_plain, re.findall(r"[a-z]{3,}", sentence.masked)) if word in known][:1]
        if not told or not all(word in known for word in told):
            yield found.start(), found.end()


_LITTLE = frozenset(
    """your their about with from that this these those recent latest upcoming current showed shown showing around round
    through into years have been were being""".split()  # noqa: SIM905 -- words read better as words
)


def _names(rule: Rule, sentence: Sentence, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Capitalised words in mid-sentence; where nearly all words have capitals, they name nothing."""
    plain = frozenset(str(rule.parameters["plain"]).split())
    words = list(_CAPITALISED.finditer(sentence.text))
    capitals = [word for word in words if word[0][0].isupper()]
    if len(capitals) > 3 and len(capitals) * 2 > len(words):
        return
    for word in capitals:
        before = sentence.text[: word.start()].rstrip(" \"'(")
        if not before or before[-1] in ".!?:;-\n" or sentence.masked[word.start()] in _BLANK:
            continue
        name = lower(word[0])
        if name in plain or _plain(name) in known or name.split("'")[0] in plain or _plain(name.split("'")[0]) in known:
            continue
        if all(piece in plain or _plain(piece) in known for piece in re.findall(r"\w+", name)):
            continue
        yield word.start(), word.end()


def _figures(sentence: Sentence, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    for found in _FIGURES.finditer(sentence.masked):
        pieces = re.findall(r"\d+", found[0])
        if not all(piece in known or piece.lstrip("0") in known for piece in pieces):
            yield found.start(), found.end()


def _dates(rule: Rule, sentence: Sentence, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Months and weekdays, in capitals, so that "may" and "march" in other senses are none."""
    names = frozenset(f"{rule.parameters['months']} {rule.parameters['weekdays']}".split())
    for word in _CAPITALISED.finditer(sentence.text):
        name = lower(word[0]).split("'")[0].removesuffix("s")
        at_start = not sentence.text[: word.start()].strip()
        if (
            not word[0][0].isupper()
            or name not in names
            or _plain(name) in known
            or (at_start and name in {"may", "march"})
        ):
            continue
        if sentence.masked[word.start()] not in _BLANK:
            yield word.start(), word.end()


def _quantities(rule: Rule, sentence: Sentence, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    for found in _counted(str(rule.parameters["numbers"]), str(rule.parameters["units"])).finditer(sentence.masked):
        if not all(_plain(word) in known for word in re.findall(r"[a-z]+", found[0])):
            yield found.start(), found.end()


@lru_cache(maxsize=8)
def _counted(numbers: str, units: str) -> re.Pattern[str]:
    either, of = "|".join(numbers.split()), "|".join(re.escape(unit) for unit in units.split())
    return re.compile(rf"\b(?:{either})\b(?: of (?:your|the))?(?: \w+)? (?:{of})(?!\w)")


@kind("promise")
def promise(rule: Rule, case: Case) -> Iterator[Hit]:
    """A commitment of the sender's whose words the request's `may_mention` does not give."""
    pattern, known = compiled(rule.parameters["patterns"]), known_words(case)
    for sentence in case.body.sentences:
        found = pattern.search(sentence.masked)
        if found and not _is_given(case.body, sentence, found, known):
            yield Hit(case.body, sentence.start + found.start(), sentence.end)


def _is_given(body: Reading, sentence: Sentence, found: re.Match[str], known: frozenset[str]) -> bool:
    """Whether most of the words from the promise onwards stand in the request."""
    told = [
        _plain(word) for word in re.findall(r"[a-z]{4,}", body.masked[sentence.start + found.start() : sentence.end])
    ]
    return bool(told) and sum(word in known for word in told) * 2 > len(told)
