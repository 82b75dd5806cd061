"""Grounding: every specific thing in a draft is looked up in the request; what is not there is a finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from drafter.disclosure import everyday_words
from drafter.guardrails.asked import of_request
from drafter.guardrails.kinds import Case, Hit, Rule, allowed, kind
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.plain import lower, normalise
from drafter.guardrails.reading import BLANK_LETTERS, Reading, Sentence
from drafter.request import Request

Span = tuple[int, int]

_CAPITALISED = re.compile(r"(?<![\w'])[^\W\d_][\w'&-]*")
_ENDS = re.compile(r"[.!?:;\n¡¿-]$|[:;]-?[)(dp]$", re.IGNORECASE)
"""What may stand before a word that opens a sentence: a stop, or a face such as ":)"."""
_WORD, _DIGIT, _DIGITS = re.compile(r"\w+"), re.compile(r"\d"), re.compile(r"\d+")
_FIGURES = re.compile(r"(?<![\w.])[$€£]?\d[\d.,:]*\w*\s?%?")
# Slots, links and addresses are other rules' matter; what stands in them names and counts nothing.
_FOREIGN = re.compile(r"\[[^\]\n]{0,80}\]|\{[^}\n]{0,80}\}|<[^>\n]{0,80}>|\bhttps?://\S+|\bwww\.\S+|\S+@\S+")


@lru_cache(maxsize=256)
def _given(texts: tuple[str, ...]) -> frozenset[str]:
    """The words of the request's own texts, in lower case, without an ending "s"."""
    plain = [lower(normalise(text)[0]) for text in texts]
    return frozenset(singular(word) for text in plain for word in [*_WORD.findall(text), *_DIGITS.findall(text)])


@lru_cache(maxsize=64)
def listed(words: str) -> frozenset[str]:
    """The words of a list of a pack."""
    return frozenset(words.split())


@lru_cache(maxsize=4)
def _dated(rule: Rule) -> frozenset[str]:
    return frozenset(f"{rule.parameters['months']} {rule.parameters['weekdays']}".split())


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """A word without an ending "s"."""
    return re.sub(r"(?:'s|s'|s)$", "", word) if len(word) > 3 else word


@of_request
def known_words(request: Request) -> frozenset[str]:
    """Every word that the request gives as true and a draft may repeat: names, titles, entries."""
    return _given((request.sender, request.company, request.role, request.recipient or "", allowed(request)))


@of_request
def true_words(request: Request) -> frozenset[str]:
    """`known_words`, and what is true but not to be told.

    A secret that a draft gives away is no invention; `discretion/private-fact` has it.
    """
    return known_words(request) | _given((*request.private, request.reason.detail or ""))


@of_request
def _dated_words(request: Request, rule: Rule) -> frozenset[str]:
    """The date of the interview, in any written form."""
    moment = request.next_interview
    return frozenset() if moment is None else _written(moment, rule.parameters)


def _written(moment: date, words: Mapping[str, Any]) -> frozenset[str]:
    """The words and figures in which a date, and a time where there is one, may be written."""
    month, weekday = words["months"].split()[moment.month - 1], words["weekdays"].split()[moment.weekday()]
    ordinals = words["ordinals"].split()
    texts = [month, month[:3], month[:4], weekday, weekday[:3], weekday[:4], ordinals[moment.day - 1]]
    texts += [f"{moment.day} {moment.month} {moment.year} {moment:%d %m %y}"]
    texts += [f"{moment.day}{suffix}" for suffix in words["suffixes"].split()]
    if isinstance(moment, datetime):
        hours, hour = words["hours"].split(), moment.hour % 12
        # "quarter to eleven" is a quarter before the next hour
        texts += [hours[hour], hours[(hour + 1) % 12], *words["minutes"].get(str(moment.minute), ())]
        texts += [f"{clock} {clock}{half}" for clock in (moment.hour, hour or 12) for half in ("am", "pm", "h")]
        texts += [f"{moment:%H %M %I} {moment:%H%M}"]
    return _given(tuple(texts))


@kind("grounding")
def grounding(rule: Rule, case: Case) -> Iterator[Hit]:
    """A name, figure, date or quantity that the request does not give."""
    known = true_words(case.request) | _dated_words(case.request, rule)
    for sentence in case.body.sentences:
        if sentence.place not in {"salutation", "sign_off"}:
            for start, end in _specific(rule, sentence, known):
                yield Hit(case.body, sentence.start + start, sentence.start + end)


def _specific(rule: Rule, sentence: Sentence, known: frozenset[str]) -> Iterator[Span]:
    words = list(_CAPITALISED.finditer(sentence.text))
    capitals = [word for word in words if word[0][0].isupper()]
    few = len(capitals) <= 3 or len(capitals) * 2 <= len(words)  # where nearly all have capitals, they name nothing
    found = [
        *(_names(rule, sentence, capitals, known) if few and rule.parameters.get("names", True) else ()),
        *_dates(rule, sentence, capitals, known),
        *(_figures(sentence, known, rule) if _DIGIT.search(sentence.masked) else ()),
    ]
    foreign = [span.span() for span in _FOREIGN.finditer(sentence.text)] if found else []
    for start, end in found:
        if not any(first <= start < last for first, last in foreign):
            yield start, end
    yield from _quantities(rule, sentence, known)


Words = list[re.Match[str]]


def _names(rule: Rule, sentence: Sentence, capitals: Words, known: frozenset[str]) -> Iterator[Span]:
    """Capitalised words in mid-sentence, and a person's name at the start."""
    plain = listed(rule.parameters["plain"])
    if opener := rule.wanted("openers").match(sentence.masked):
        capitals = [word for word in capitals if word.start() > 0 or opener.lastgroup == "person"]
    for word in capitals:
        before = sentence.text[: word.start()].rstrip(" \"'(")
        first = not before or _ENDS.search(before) is not None or unicodedata.category(before[-1]) == "So"
        if sentence.masked[word.start()] in BLANK_LETTERS or (first and not (opener and word.start() == 0)):
            continue
        if len(word[0]) > 1 and word[0].isupper() and lower(word[0]) in everyday_words():
            continue  # a word in capitals for emphasis
        if not _is_known_name(lower(word[0]), plain, known):
            yield word.start(), word.end()


def _is_known_name(name: str, plain: frozenset[str], known: frozenset[str]) -> bool:
    pieces = {name, name.split("'")[0]}, set(re.findall(r"\w+", name))
    if any(piece in plain or singular(piece) in known for piece in pieces[0]):
        return True
    if "'" in name and name.split("'")[0] in everyday_words():  # "Let's", "What's"
        return True
    if all(piece in plain or singular(piece) in known for piece in pieces[1]):
        return True
    # A misspelt name of the request is no invention; `form/wrong-name` has it.
    return len(name) > 4 and bool(get_close_matches(singular(name), (word for word in known if len(word) > 3), 1, 0.8))


def _figures(sentence: Sentence, known: frozenset[str], rule: Rule) -> Iterator[Span]:
    plain = listed(rule.parameters["plain_figures"])
    for found in _FIGURES.finditer(sentence.masked):
        pieces = re.findall(r"\d+", found[0])
        if found[0].strip(" .,:") not in plain and not all(
            piece in known or piece.lstrip("0") in known for piece in pieces
        ):
            yield found.start(), found.end()


def _dates(rule: Rule, sentence: Sentence, capitals: Words, known: frozenset[str]) -> Iterator[Span]:
    """Months and weekdays, in capitals, so that "may" and "march" in other senses are none; nor are `weekly` rounds."""
    names = _dated(rule)
    for word in capitals:
        name = lower(word[0]).split("'")[0].removesuffix("s")
        if name not in names or _is_weekly(rule, sentence, word.start()):
            continue
        at_start = not sentence.text[: word.start()].strip()
        if (
            singular(name) not in known
            and not (at_start and name in {"may", "march"})
            and sentence.masked[word.start()] not in BLANK_LETTERS
        ):
            yield word.start(), word.end()


def _is_weekly(rule: Rule, sentence: Sentence, index: int) -> bool:
    """Whether a day stands in a round of them, such as "from Monday to Friday", and so is no date."""
    rounds = rule.phrases("weekly")
    return rounds is not None and any(one.start() <= index < one.end() for one in sentence.wording.finditer(rounds))


def _quantities(rule: Rule, sentence: Sentence, known: frozenset[str]) -> Iterator[Span]:
    """What is counted in words, and times of day in words."""
    numbers, units = str(rule.parameters["numbers"]), str(rule.parameters["units"])
    for found in sentence.wording.finditer(_counted(numbers, units)):
        if not all(singular(word) in known for word in re.findall(r"[a-z]+", found[0])):
            yield found.start(), found.end()
    for found in sentence.wording.finditer(rule.wanted("clock")):
        if found["hour"] not in known:
            yield found.start(), found.end()


@lru_cache(maxsize=8)
def _counted(numbers: str, units: str) -> Phrases:
    either, of = "|".join(numbers.split()), "|".join(re.escape(unit) for unit in units.split())
    # "half past ten meeting" is a time, a hundred per cent is an emphasis, and "where I want to be in ten years" is far
    return Phrases(
        [
            r"(?<!past )(?<!to )(?<!got )(?<!spare )(?<!have )(?<!doing in )(?<!be in )(?!hundred percent)"
            rf"\b(?:{either})\b(?!-)"
            rf"(?: of (?:your|the))?(?: \w+)? (?:{of})(?!\w)"
        ]
    )


@kind("promise", called_by="patterns")
def promise(rule: Rule, case: Case) -> Iterator[Hit]:
    """A commitment of the sender's whose words the request's `may_mention` does not give."""
    pattern, unless, known = rule.wanted(), rule.wanted("unless"), known_words(case.request)
    for sentence in case.body.sentences:
        found = sentence.wording.search(pattern)
        if found and not sentence.wording.search(unless) and not _is_given(case.body, sentence, found, known):
            yield Hit(case.body, sentence.start + found.start(), sentence.end)


def _is_given(body: Reading, sentence: Sentence, found: re.Match[str], known: frozenset[str]) -> bool:
    """Whether most of the words from the promise onwards stand in the request."""
    told = [
        singular(word) for word in re.findall(r"[a-z]{4,}", body.masked[sentence.start + found.start() : sentence.end])
    ]
    return bool(told) and sum(word in known for word in told) * 2 > len(told)
