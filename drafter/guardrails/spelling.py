"""Names as people write them: whether a text holds one, and whether it holds one that is misspelt.

Case, accents, apostrophes, hyphens and "&" for "and" make no difference; letters do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from drafter.guardrails.plain import joins, normalise
from drafter.names import company_forms

_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_RUN = re.compile(r"[^\W_]+")
_MARKS, _GENITIVE = re.compile(r"[\W_]"), re.compile(r"'s$")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_AND = ("and", "und", "et", "y", "e", "i", "en", "og", "och")
_UNSPACED = re.compile(r"[\u0590-\u06ff\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af]")
_FORM_FIRST = re.compile(r"^(?:n\.?v|b\.?v|s\.?a|s\.?p\.?a|pt|ооо|оао|зао|пао|ао|тов|тоо)\.?\s+(?=\S)", re.IGNORECASE)
_NO_FORM = re.compile(r"株式会社|有限会社|合同会社|\(株\)|有限公司|주식회사")


@lru_cache(maxsize=512)
def fold(text: str) -> str:
    """Small letters without accents; lengths may change."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_PLAIN)


def spellings(text: str) -> tuple[str, str]:
    """A text in the two ways that keyboards without accents know: Muller and Mueller for Müller."""
    if text.isascii():
        return (low := text.lower()), low
    composed = unicodedata.normalize("NFC", text.casefold())
    return fold(text), fold(composed.translate(_GERMAN))


def tokens(name: str) -> list[str]:
    """The runs of letters and digits of a name, folded."""
    return _RUN.findall(fold(normalise(name)[0]))


def holds(text: str, name: str) -> bool:
    """Whether a text holds a name, in either spelling; a name without letters must stand there as it is."""
    plain = normalise(name)[0].strip()
    if not _RUN.search(plain):
        return plain in text
    return stands(text, name) or any(
        _folded_stands(other, one) for one, other in set(zip(spellings(plain), spellings(text), strict=True))
    )


def stands(text: str, name: str) -> bool:
    """Whether a text holds a name letter for letter, and no letter runs into it."""
    plain, start = normalise(name)[0].strip(), -1
    while (start := text.find(plain, start + 1)) >= 0:
        if not joins(text[max(0, start - 1) : start]) and not joins(text[start + len(plain) : start + len(plain) + 1]):
            return True
    return False


def _folded_stands(text: str, name: str) -> bool:
    """Whether a folded text holds a folded name, whatever stands between its words, in the genitive perhaps."""
    runs = _runs(name)
    if not all(run in text for run in runs):
        return False  # most often so, and compiling a pattern takes longer than all the rest
    opens, closes = (not _UNSPACED.match(run[edge]) for run, edge in ((runs[0], 0), (runs[-1], -1)))
    pattern, start = _pattern(runs), 0
    while found := pattern.search(text, start):
        start = found.start() + 1  # where one runs on into a word, the next may begin within it
        begun = opens and joins(text[max(0, found.start() - 1) : found.start()])
        ended = closes and joins(text[found.end("name") : found.end("name") + 1]) and joins(text[found.end() :][:1])
        if not begun and not ended:
            return True
    return False


@lru_cache(maxsize=512)
def _runs(folded: str) -> tuple[str, ...]:
    """The words of a folded name, without those that mean "and"."""
    runs = _RUN.findall(folded)
    return tuple(run for run in runs if run not in _AND) or tuple(runs)


@lru_cache(maxsize=512)
def _pattern(runs: tuple[str, ...]) -> re.Pattern[str]:
    between = rf"[\W_]{{0,3}}(?:(?:{'|'.join(_AND)})[\W_]{{1,3}})?"
    return re.compile(f"(?P<name>{between.join(map(re.escape, runs))})(?:'?s)?")


@lru_cache(maxsize=256)
def company_names(company: str) -> tuple[str, ...]:
    """A company's name with and without its legal form, wherever that stands."""
    forms = company_forms(company)
    cut = forms[-1]
    while (shorter := company_forms(cut.rstrip(" &+,"))[-1]) != cut:  # "Co. KG" goes in two steps: "… GmbH &" is left
        cut = shorter
    plain = (_NO_FORM.sub("", normalise(form)[0]).strip() for form in forms)
    initial = _FORM_FIRST.sub("", cut)
    return tuple(dict.fromkeys(form for form in (*forms, *plain, cut, initial) if form))


def short_company(text: str, company: str, people: frozenset[str]) -> bool:
    """Whether a text calls a company by the first words of its name, or by its initials, and by no other name.

    "Harbour Street" is good for Harbour Street Capital; "Harbour View" is not, nor is a name that one of the `people`
    has, too.
    """
    words = company_names(company)[-1].split()
    initials = "".join(word[0] for word in words if word[0].isupper())
    if len(initials) >= 3 and initials in text and re.search(rf"\b{re.escape(initials)}\b", text):
        return True
    short = (words[:count] for count in range(len(words) - 1, 0, -1))
    return any(_stands_alone(text, one) for one in short if not people.issuperset(tokens(" ".join(one))))


def _stands_alone(text: str, words: list[str]) -> bool:
    head = " ".join(words).rstrip(",:")
    if (
        len(head) < 4
        or head not in text
        or not head[0].isupper()
        or tokens(head)[:1] in (["st"], ["new"], ["the"], ["institute"])
    ):
        return False
    alone = rf"(?<!\w)(?<![A-Z]\w{{2}} ){re.escape(head)}(?:'s)?(?![\w-])(?!\s+(?:of\b|&|and [A-Z]|[A-Z]))"
    return re.search(alone, text) is not None


def words_at(text: str, start: int = 0, end: int | None = None) -> list[re.Match[str]]:
    """The words of a stretch of text, with inner apostrophes and hyphens, and where they stand."""
    return list(_WORD.finditer(text, start, len(text) if end is None else end))


@lru_cache(maxsize=20_000)
def bare(word: str) -> str:
    """A word folded, without the English genitive and without apostrophes and hyphens."""
    low = fold(word)
    return low if low.isalnum() else _MARKS.sub("", _GENITIVE.sub("", low))


def is_misspelling(word: str, name: str, *, inflected: bool) -> bool:
    """Whether a folded word is a folded name with a letter or two wrong: swapped, dropped, doubled or another one.

    One begun with the other is an inflection ("Larkfields"), and so is, where `inflected`, one that differs at its end.
    """
    if min(len(word), len(name)) < 4 or word == name or word.startswith(name) or name.startswith(word):
        return False
    if inflected and word[:-2] == name[: len(word) - 2]:
        return False
    most = 1 if len(name) < 8 else 2
    return abs(len(word) - len(name)) <= most and _distance(word, name) <= most


def _distance(one: str, other: str) -> int:
    """Letters dropped, added, changed or swapped with their neighbour, as few as will do (Damerau, 1964)."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """Every word of some texts, bare, and every part of a word with a hyphen."""
    found = [word[0] for text in texts for word in words_at(normalise(text)[0])]
    parts = {part for word in found for part in (word, *word.split("-"))}
    return frozenset(bare(form) for part in parts for form in set(spellings(part)))
