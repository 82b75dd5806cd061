"""Text in one form of Unicode, with the way back to what was given; its letters and its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

from drafter.content import read_toml

_DROPPED = re.compile(r"[\u00ad\u034f\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_QUOTES = str.maketrans("‘’ʼ‛′´“”„‟″«»‐‑‒–—―−", "''''''" + '"""""""' + "-------")
_PLAIN_QUOTES = {sign: as_ for sign, as_ in _QUOTES.items() if unicodedata.normalize("NFKC", chr(sign)) == chr(sign)}
"""The quotes and dashes that only have to be exchanged."""
_MOVING = re.compile(r"[^\S \n]|[ \n] ")
"""Spaces that are not left as they are."""
_UNSPACED = (
    (re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 2),  # Chinese and Japanese
    (re.compile(r"[\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u109f\u1780-\u17d3]"), 5),  # Thai, Lao, Burmese, Khmer
)
"""Scripts that set no spaces between words, and about how many characters of theirs make a word."""
_WORD = re.compile(r"[^\W_]+(?:['.&+/-][^\W_]+)*")


def normalise(original: str) -> tuple[str, Sequence[tuple[int, int]] | None]:
    """A text in one form of Unicode, and for each of its characters the start and end of what it was.

    The second part is None where nothing moved.
    """
    if original.isascii() and "\r" not in original and "\t" not in original and "  " not in original:
        return original, None
    if (text := original.translate(_PLAIN_QUOTES)).isascii() and not _MOVING.search(text):
        return text, None
    letters: list[str] = []
    origins: list[tuple[int, int]] = []
    for start, end in _clusters(original):
        for letter in _one_form(original[start:end]):
            if letter == " " and letters and letters[-1] in " \n":
                continue
            letters.append(letter)
            origins.append((start, end))
    text = "".join(letters)
    return _latinised(text), origins


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Each character together with the combining marks behind it."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not unicodedata.combining(text[index]):
            yield start, index
            start = index


def _one_form(cluster: str) -> str:
    if cluster == "\r" or _DROPPED.fullmatch(cluster):
        return ""
    form = unicodedata.normalize("NFKC", _DROPPED.sub("", cluster)).translate(_QUOTES)
    return " " if form != "\n" and form.isspace() else form


@cache
def _look_alikes() -> dict[int, str]:
    table = read_toml("guardrails/any/look_alikes.toml")["letters"]
    return {ord(foreign): latin for latin, foreigns in table.items() for foreign in foreigns}


def _latinised(text: str) -> str:
    """Words that mix Latin letters with foreign look-alikes, with Latin ones throughout. Lengths stay as they are."""
    if text.isascii():
        return text

    def plain(word: re.Match[str]) -> str:
        mixed = not word[0].isascii() and re.search(r"[A-Za-z]", word[0])
        return word[0].translate(_look_alikes()) if mixed else word[0]

    return re.sub(r"\w+", plain, text)


def lower(text: str) -> str:
    """Lower case, letter for letter: where a lower-case form is longer, the letter stays as it is."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def joins(letter: str) -> bool:
    """Whether a letter or digit (or nothing) runs on into the word beside it, as Chinese and Japanese ones don't."""
    return letter.isalnum() and not "\u2e80" <= letter <= "\U0003ffff"


def count_words(text: str) -> int:
    """Words as a person would count them, also in scripts that set no spaces."""
    unspaced = 0
    if not text.isascii():
        for script, letters in _UNSPACED:
            text, found = script.subn(" ", text)
            unspaced += -(-found // letters)
    words = text.split()
    bare = [word for word in words if not word[0].isalnum()]
    return len(words) - sum(not any(map(str.isalnum, word)) for word in bare) + unspaced


def words_of(text: str) -> list[str]:
    """The words of a text, without punctuation at their edges."""
    return _WORD.findall(text)
