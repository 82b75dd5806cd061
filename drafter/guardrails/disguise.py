"""Text in disguise: pictures, spaced-out or leet letters, and what decodes from base64, hexadecimal, URL or ROT13."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/_-]{12,}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"\b(?:[0-9a-fA-F]{2}[ :]?){6,}\b")
_URL = re.compile(r"(?:%[0-9A-Fa-f]{2}){2,}")
_SPACED = re.compile(r"(?:(?<=\s)|^|(?<=\())(?:\w[ .\-_*]{1,3}){3,}\w(?!\w)")
_LEET = str.maketrans("013457@$", "oieastas")
_LEET_WORD = re.compile(r"(?<!\w)(?=\w*[a-z@$])(?=\w*[013457@$]\w*)[\w@$]{3,}(?!\w)", re.IGNORECASE)


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


def _hidden(text: str) -> Iterator[str]:
    if pictures := [letter for letter in text if letter > "\u2190" and unicodedata.category(letter) == "So"]:
        yield " ".join(unicodedata.name(letter, "") for letter in pictures)
    if _SPACED.search(text):
        yield _SPACED.sub(
            lambda run: re.sub(r"(?<=\w)[ .\-_*](?=\w)", "", re.sub(r"\s{2,}", " / ", run[0])), text
        ).translate(_LEET)
        yield re.sub(r"(?<=\w)[.\-_* ](?=\w)", "", text).translate(_LEET)
    if _LEET_WORD.search(text):
        yield text.translate(_LEET)
    if _URL.search(text):
        yield unquote(text)
    for pattern, decode in ((_BASE64, _from_base64), (_HEX, _from_hex)):
        for found in pattern.finditer(text):
            yield decode(found[0]) or ""
    if not re.search(r"\b(?:the|and|you|i|for|to|a)\b", text.lower()) and len(text) > 12:
        yield codecs.decode(text, "rot13")


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
