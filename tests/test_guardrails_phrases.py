"""Phrases find what their patterns find, and are tried only where a word calls for them."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter.content import read_text
from drafter.guardrails.needs import INDEX, alternatives, read_off
from drafter.guardrails.phrases import Phrases, called_by

WORDS = (
    "fair",
    "unfair",
    "fairly",
    "pay",
    "wages",
    "no",
    "not",
    "note",
    "i",
    "don't",
    "can",
    "cannot",
    "ʀʀʀ",
    "a-b",
    "7",
)
PATTERNS = (
    [r"\bfair\b"],
    [r"\b(?:un)?fair(?:ly)? (?:pay|wages?)\b", r"not\b"],
    [r"(?<!not )\bpay\b(?! note)"],
    [r"ʀ+ (?:\w+ ){0,2}no", r"\bi (?:can|don't)\b"],
    [r"[un]{2}fair|\d", r"\bno(?:te|t)?\b.{0,9}\bcan"],
    [r"\b(?:(?:a|b)-b|pay.*fair)\b"],
    [r"\bi can(?:not)?\b.*\bfair\b|\bno pay\b", r"^(?:not|no|note)\b", r"\d pay|i$"],
)


@given(text=st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), patterns=st.sampled_from(PATTERNS))
def test_phrases_find_what_their_patterns_find(text: str, patterns: list[str]) -> None:
    """The first match and all matches are those of the plain alternation, whatever words were looked up before."""
    phrases, plain = Phrases(patterns), re.compile("|".join(f"(?:{one})" for one in patterns))
    found, wanted = phrases.search(text, called_by(text)), plain.search(text)
    assert (found and found.start()) == (wanted and wanted.start())
    assert [one.span() for one in phrases.finditer(text)] == [one.span() for one in plain.finditer(text)]


def test_phrases_made_after_a_text_was_read_are_found_too() -> None:
    """What the words of a text call for is looked up again for phrases that are newer."""
    called = called_by("a fair wage")
    assert Phrases([r"\bwage\b"]).search("a fair wage", called) is not None


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        (r"\bfair (?:pay|wage)\b", [{"pay", "wage"}]),
        (r"\b(?:kind|nice)r?\b", [{"kind", "kindr", "nice", "nicer"}]),
        (r"\w+ \d", [{r"\d"}]),
        (r"(?:dull|\w+)", []),
        (r"(?:x\w+)?(?:dull|grim)", [{"dull", "grim"}]),
        (r"\b(?:poor|low)\b.{0,9}\bmoney\b", [{"money"}, {"poor", "low"}]),
    ],
)
def test_what_a_pattern_needs_is_read_off_it(pattern: str, letters: list[set[str]]) -> None:
    """The words that a pattern can't do without, stretch by stretch, those met most seldom first."""
    found = read_off(pattern)
    assert [{piece.letters for piece in clause} for clause in found] == letters


def test_phrases_made_in_many_threads_are_all_found() -> None:
    """Phrases that are made at the same time don't take each other's place in the look-up."""
    words = [f"{first}{second}q" for first in "abcdefgh" for second in "ijklmnop"]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda word: Phrases([rf"\b{word}\b"]), words))
    assert [one.search(word) is not None for one, word in zip(made, words, strict=True)] == [True] * len(words)


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        (r"a|b[|]|c\|", ("a", "b[|]", r"c\|")),
        (r"(?<!x )\b(?:a|(?:b|c)\b|d?)", (r"(?<!x )\ba", r"(?<!x )\bb\b", r"(?<!x )\bc\b", r"(?<!x )\bd?")),
        (r"(?:a|b)(?:c|d)", (r"(?:a|b)(?:c|d)",)),
        (r"(?:a|b)?", (r"(?:a|b)?",)),
        (r"(?P<name>a)|b", (r"(?P<name>a)|b",)),
    ],
)
def test_a_pattern_is_cut_only_between_whole_alternatives(pattern: str, parts: tuple[str, ...]) -> None:
    """What stands side by side in a pattern is tried apart; a group that is repeated or named stays whole."""
    assert alternatives(pattern) == parts


def test_a_word_of_any_length_is_looked_up() -> None:
    """A megabyte without a space calls for what stands in it, in linear time."""
    assert Phrases(["needle"]).search("x" * 500_000 + "needle" + "x" * 500_000) is not None


def test_the_index_is_that_of_the_packs_as_they_are() -> None:
    """`make index` would change nothing: every pattern is in it, and nothing else is."""
    code = "import json; from drafter.guardrails.index import build; print(json.dumps(build()))"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert json.loads(read_text(INDEX)) == json.loads(fresh.stdout)
