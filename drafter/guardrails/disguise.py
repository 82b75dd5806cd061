"""Text in disguise: pictures, spaced-out or leet letters, and what decodes from base64, hexadecimal, URL or ROT13."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from drafter.disclosure import everyday_words

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/_-]{12,}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"\b(?:[0-9a-fA-F]{2}[ :]?){6,}\b")
_URL = re.compile(r"(?:%[0-9A-Fa-f]{2}){2,}")
_SPACED = re.compile(r"(?:(?<=\s)|^|(?<=\())(?:\w[ .\-_*·•∙|/~]{1,3}){3,}\w(?!\w)")
_LETTERSPACED = re.compile(r"(?<!\S)(?:[^\W\d_] {1,2}){6,}[^\W\d_](?!\w)")
_BITS = re.compile(r"(?<!\d)(?:[01]{8}[ ,]?){3,}(?!\d)")
# Little words that no language has, but English turned by thirteen letters or written backwards.
_MORSE = re.compile(r"(?<![\w.-])(?:[.\-·−]{1,5}[ /]+){5,}[.\-·−]{1,5}(?![\w.-])")
_ROT13, _REVERSED = (
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        "gur|naq|lbh|zl|vf|jnf|sbe|jvgu|unir|guvf|gung|jvyy|bhe|sebz",
        "eht|uoy|ym|rof|htiw|evah|siht|taht|lliw|morf|tuoba",
    )
)
_LITTLE = {pattern: frozenset(pattern.pattern[5:-3].split("|")) for pattern in (_ROT13, _REVERSED)}
_RUN = re.compile(r"\w+")
_MARKED = re.compile(r"[01]{8}|[.\-·−][ /]+[.\-·−]")
"""Without these there are neither bits nor Morse signs."""
_CALLED = (
    r"\b(?:alpha|alfa|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|"
    r"quebec|romeo|sierra|tango|uniform|victor|whiskey|x-?ray|yankee|zulu)\b"
)
_LETTER_CALLED = re.compile(_CALLED, re.IGNORECASE)
_ALPHABET = re.compile(rf"(?:{_CALLED}[\s,.;:/-]*(?:and\s)?){{4,}}", re.IGNORECASE)
"""A word told by the alphabet of radio operators."""
_LEET = str.maketrans("013457@$", "oieastas")
_LEET_SIGN = re.compile(r"[013457@$]")
_LEET_WORD = re.compile(r"(?<!\w)(?=\w*[a-z@$])(?=\w*[013457@$]\w*)[\w@$]{3,}(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=64)
def unveiled(text: str) -> tuple[str, ...]:
    """What may be hidden in a text, in lower case; nothing where nothing looks disguised."""
    found = dict.fromkeys(hidden.lower() for hidden in _hidden(text) if hidden.strip())
    return tuple(found)


def encoded(text: str) -> Iterator[tuple[int, int]]:
    """Where a text holds something that decodes to readable text from base64 or hexadecimal."""
    for pattern, decode in ((_BASE64, _from_base64), (_HEX, _from_hex)):
        for found in pattern.finditer(text):
            if decode(found[0]):
                yield found.start(), found.end()
    for pattern in (_BITS, _MORSE, _LETTERSPACED) if _MARKED.search(text) else (_LETTERSPACED,):
        yield from (found.span() for found in pattern.finditer(text))
    for pattern in _turned_words(text):
        words = list(pattern.finditer(text))
        if len(words) > 1:
            yield words[0].start(), words[-1].end()


def _turned_words(text: str) -> tuple[re.Pattern[str], ...]:
    """Which of the little words, turned by thirteen letters or backwards, a text may hold."""
    if not text.isascii():
        return _ROT13, _REVERSED
    words = set(_RUN.findall(text.lower()))
    return tuple(pattern for pattern, little in _LITTLE.items() if not little.isdisjoint(words))


def signs(text: str, wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where a text holds one of the pictures that are wanted."""
    if wanted and not wanted.isdisjoint(text):
        yield from ((place, place + 1) for place, letter in enumerate(text) if letter in wanted)


def _hidden(text: str) -> Iterator[str]:
    if pictures := [letter for letter in text if letter > "\u2190" and unicodedata.category(letter) == "So"]:
        yield " ".join(unicodedata.name(letter, "") for letter in pictures)
    if _SPACED.search(text):
        yield _SPACED.sub(
            lambda run: re.sub(r"(?<=\w)[ .\-_*·•∙|/~](?=\w)", "", re.sub(r"\s{2,}", " / ", run[0])), text
        ).translate(_LEET)
    if _LEET_SIGN.search(text) and _LEET_WORD.search(text):
        yield text.translate(_LEET)
    if _URL.search(text):
        yield unquote(text)
    for pattern, decode in ((_BASE64, _from_base64), (_HEX, _from_hex)):
        for found in pattern.finditer(text):
            yield decode(found[0]) or ""
    if bits := _BITS.findall(text):
        yield " ".join("".join(chr(int(byte, 2)) for byte in re.findall("[01]{8}", run)) for run in bits)
    for spoken in _ALPHABET.finditer(text):
        yield "".join(word[0] for word in _LETTER_CALLED.findall(spoken[0]))
    yield from _turned_round(text)


def _turned_round(text: str) -> Iterator[str]:
    yield from (line[::-1] for line in text.splitlines() if _is_reversed(line))
    for pattern in _turned_words(text):
        if len(pattern.findall(text)) > 1:
            yield codecs.decode(text, "rot13") if pattern is _ROT13 else text[::-1]


def _is_reversed(line: str) -> bool:
    """Whether a line has few everyday words, but backwards several and more of them."""
    forwards = _everyday(line)
    return 2 * forwards < line.count(" ") and _everyday(line[::-1]) > max(forwards, 2)


def _everyday(line: str) -> int:
    return sum(len(word) > 1 for word in everyday_words().intersection(_RUN.findall(line.lower())))


_SPELLABLE = re.compile(r"[^\W\d_]{5,}")


def spellable(text: str) -> frozenset[str]:
    """The words of a text that are so long that the initials of sentences do not spell them by chance."""
    return frozenset(_SPELLABLE.findall(text.lower()))


_LONG = re.compile(r"[a-z]{6,40}")


def turned(text: str) -> frozenset[str]:
    """The long words of a lower-case text backwards, and by thirteen letters: one may hide among plain ones, which are
    no words then.
    """
    return frozenset().union(*map(_turned, _LONG.findall(text)))


@lru_cache(maxsize=20_000)
def _turned(word: str) -> tuple[str, str]:
    return word[::-1], codecs.decode(word, "rot13")


def _from_base64(blob: str) -> str | None:
    plain = blob.rstrip("=").replace("-", "+").replace("_", "/")
    if plain.isalpha() and (plain.islower() or plain.istitle()):
        return None  # a long word
    try:
        return _readable(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _from_hex(blob: str) -> str | None:
    try:
        return _readable(bytes.fromhex(re.sub(r"[ :]", "", blob)))
    except ValueError:
        return None


def _readable(raw: bytes) -> str | None:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return (
        text
        if len(text) > 5 and text.isprintable() and sum(letter.isalpha() for letter in text) > len(text) / 2
        else None
    )
