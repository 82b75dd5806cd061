"""Whether a draft is in the language that was asked for, by its function words and its script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from drafter.guardrails.kinds import Case, Hit, Rule, kind
from drafter.guardrails.reading import BLANK_LETTERS, BLANKED, Reading
from drafter.guardrails.wording import Wording, kept

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SCRIPTS = {
    "cyrillic": r"\u0400-\u052f",
    "greek": r"\u0370-\u03ff\u1f00-\u1fff",
    "hebrew": r"\u0590-\u05ff",
    "arabic": r"\u0600-\u06ff\u0750-\u077f",
    "indic": r"\u0900-\u0dff",
    "thai": r"\u0e00-\u0eff",
    "kana": r"\u3041-\u30ff",
    "han": r"\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff",
    "hangul": r"\u1100-\u11ff\uac00-\ud7af",
    "caucasian": r"\u0530-\u058f\u10a0-\u10ff",
}
_WRITTEN = {
    "cyrillic": "ru uk bg sr mk be kk ky mn tg tt",
    "greek": "el",
    "hebrew": "he iw yi",
    "arabic": "ar fa ur ps ku ug sd",
    "indic": "hi mr ne bn pa gu ta te kn ml si or sa",
    "thai": "th lo",
    "kana": "ja",
    "han": "ja zh yue ko",
    "hangul": "ko",
    "caucasian": "hy ka",
}
_LETTERS = {script: re.compile(f"[{letters}]") for script, letters in _SCRIPTS.items()}
_DENSE = {"kana", "han", "hangul"}  # scripts in which a letter is worth about half a word


Table = Mapping[str, list[str]]


class Stretch(NamedTuple):
    """A sentence in another language, and how many words it comes to."""

    reading: Reading
    start: int
    end: int
    words: float


@kind("other_language")
def other_language(rule: Rule, case: Case) -> Iterator[Hit]:
    """Sentences in another language, where they come to `least` words or to a third of the subject or body."""
    for reading in case.readings:
        weighed = ((one, _foreign(one.wording, rule, case.language)) for one in reading.sentences)
        found = [Stretch(reading, one.start, one.end, words) for one, words in weighed if words]
        total = sum(one.words for one in found)
        if total >= min(rule.parameters["least"], max(4, reading.words / 3)):
            yield from (Hit(one.reading, one.start, one.end) for one in found)


@lru_cache(maxsize=4)
def _table(rule: Rule) -> Table:
    """Each function word, and the languages that have it."""
    having: dict[str, list[str]] = {}
    for language, listed in rule.parameters["words"].items():
        for word in frozenset(listed.split()):
            having.setdefault(word, []).append(language)
    return having


@kept
def _foreign(said: Wording, rule: Rule, asked: str) -> float:
    """The words' worth of a sentence in another language than was asked for; 0 where it is in that one."""
    kin = frozenset(str(rule.parameters["kin"].get(asked, "")).split())
    return _in_other_script(said.masked, asked) or _in_other_words(said.masked, asked, _table(rule), kin)


def _in_other_script(text: str, asked: str) -> float:
    """The words' worth of letters in a script that the language asked for does not use; 0 where they are few."""
    text = BLANKED.sub("", text)
    if text.isascii():
        return 0.0
    scripts = {script for script, languages in _WRITTEN.items() if asked in languages.split()}
    total = sum(map(str.isalpha, text))
    weight = 0.0
    for script, letters in _LETTERS.items():
        count = 0 if script in scripts else len(letters.findall(text))
        if count * 2 > total:
            weight += count / (2 if script in _DENSE else 5)
        elif script == "kana" and "han" in scripts and count * 4 > total:
            weight += total / 2
    return weight


def _in_other_words(text: str, asked: str, table: Table, kin: frozenset[str]) -> float:
    """The number of words of a sentence whose function words are another language's; 0 where they are not."""
    words = [word for word in _WORD.findall(text) if word[0] not in BLANK_LETTERS]
    hits = Counter(chain.from_iterable(filter(None, map(table.get, words))))
    own = hits.pop(asked, 0)
    least = max(2, 0.25 * len(words), own + 2, 2 * own + 1)
    return float(len(words)) if any(hits[one] >= least for one in hits if one not in kin) else 0.0
