"""Whether a draft names the right company, recipient and sender (`form/wrong-name`); roles are in `titles`."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from drafter.content import read_toml
from drafter.disclosure import everyday_words
from drafter.guardrails.asked import of_request
from drafter.guardrails.kinds import Case, Hit, Rule, kind
from drafter.guardrails.pack import language
from drafter.guardrails.reading import Reading
from drafter.guardrails.spelling import (
    bare,
    company_names,
    fold,
    holds,
    is_misspelling,
    known_words,
    short_company,
    spellings,
    stands,
    tokens,
    words_at,
)
from drafter.guide import channel_for
from drafter.names import spoken
from drafter.request import Channel, Request

DATES = frozenset(name.lower() for name in (*calendar.month_name, *calendar.day_name))
"""Months and weekdays: "March" is no "Marco" misspelt."""
_SPOKEN = {Channel.PHONE, Channel.TEXT}
_CAPITALISED = re.compile(r"(?<![^\W_])(?<![^\W_]['-])[^\W\d_a-zß-öø-ÿ][^\W_]*(?:['-][^\W_]+)*")
_ARTICLES = frozenset({
    "der", "die", "das", "den", "dem", "des", "le", "la", "les", "l", "el", "los", "las", "il", "lo", "gli", "os",
    "het",
})  # fmt: skip
_ENDINGS = ("s", "n", "en", "e", "es", "em", "er", "m", "a", "u", "i", "om")
"""What a name may have added to it in languages that inflect names."""
_HONOURED = re.compile(r"-[a-z]{2,6}$")  # "Tanaka-san"
_ASIDE = re.compile(r"\s*[(\[<].*$|,.*$|\s[-|/]\s.*$")


@cache
def _title_words() -> frozenset[str]:
    return frozenset(fold(word) for titles in read_toml("guardrails/titles.toml").values() for word in titles.split())


@lru_cache(maxsize=256)
def person_tokens(name: str) -> frozenset[str]:
    """The words that a person may be called by, bare, without titles and without what stands behind a comma."""
    said = spoken(name)
    whole = (_ASIDE.sub("", said).strip() or said).split()
    kept = [word for word in whole if fold(word).strip(".,") not in _title_words() | {"the"}] or whole
    found = (bare(form) for word in kept for part in (word, *word.split("-")) for form in spellings(part))
    return frozenset(form for form in found if form)


def _is_slot(rule: Rule, text: str) -> bool:
    """Whether a slot stands where the name belongs: then the finding is `form/placeholder`, and no other is needed."""
    return re.search(rule.parameters["slots"], text, re.IGNORECASE) is not None


@kind("company_named")
def company_named(rule: Rule, case: Case) -> Iterator[Hit]:
    """The company stands nowhere in subject or body, in none of the forms that people write."""
    names = company_names(case.request.company)
    texts = [reading.text for reading in case.readings]
    if any(stands(text, name) for text in texts for name in names):
        return
    if any(holds(text, name) for text in texts for name in names):
        return
    people = person_tokens(case.request.recipient or "") | person_tokens(case.request.sender)
    if any(short_company(text, case.request.company, people) or _is_slot(rule, text) for text in texts):
        return
    if case.language == "en" or not any(_stands_inflected(text, name) for text in texts for name in names):
        yield Hit(None)


def _stands_inflected(text: str, name: str) -> bool:
    """Whether a text holds a name's words, each with the ending that its case asks for, and the article perhaps run
    into the word before: "Den Vereinigten Werken", "des Tisserands" of Les Tisserands.
    """
    wanted = tokens(name)
    wanted = wanted[1:] if len(wanted) > 1 and wanted[0] in _ARTICLES else wanted
    found = [word[0] for word in words_at(text)]
    starts = range(len(found) - len(wanted) + 1)
    return any(all(map(_is_form, found[at : at + len(wanted)], wanted)) for at in starts)


def _is_form(word: str, name: str) -> bool:
    """Whether a word of a text is that of a name in another case: with a capital, and no more than an ending added."""
    said = bare(word)
    return said == name or (
        word[0].isupper() and len(name) > 3 and said.startswith(name) and said[len(name) :] in _ENDINGS
    )


@kind("recipient_greeted")
def recipient_greeted(rule: Rule, case: Case) -> Iterator[Hit]:
    """No word of the recipient's name near the start, or a title that is for another kind of person."""
    if case.request.recipient is None:
        return
    text = case.body.text
    start, end = _greeting(case) or (0, 0)
    if end:  # "Good afternoon, Ms Rhodes.", or a greeting in the line above that is in no list
        start, end = min(start, case.body.sentences[0].start), min(len(text), end + len(case.request.recipient) + 6)
    if end == 0 or channel_for(case.request)[0] is Channel.PHONE:
        start = len(text) - len(text.lstrip())
        end = min(len(text), start + rule.parameters["within"])
    if _is_slot(rule, text[start:end]):
        return
    if not _is_named(text[start:end], case.request.recipient, inflected=case.language != "en"):
        yield Hit(case.body, start, min(end, start + 80)) if end > start else Hit(None)
    elif _mistitled(text[start:end], case.request.recipient, rule.parameters["titles"]):
        yield Hit(case.body, start, end, "The title in the greeting is another one.")


def _greeting(case: Case) -> tuple[int, int] | None:
    """`_found_greeting`, worked out once for a draft."""
    if "greeting" not in case.found:
        case.found["greeting"] = _found_greeting(case)
    found: tuple[int, int] | None = case.found["greeting"]
    return found


def _found_greeting(case: Case) -> tuple[int, int] | None:
    """Where the greeting stands, be it the first line or not; None where the language's greetings are not known.

    A greeting that ends at a title's full stop ("drs.") has been cut there, so it goes on to the end of its line.
    """
    known = language(case.language)
    for one in case.body.sentences:
        if known and (found := known.greeting.match(one.masked)) and (one.place != "body" or found[0][:3] != "to "):
            line = case.body.text.find("\n", one.start)
            line = len(case.body.text) if line < 0 else line
            cut = one.text.endswith(".") and fold(one.text.split()[-1]).strip(".") in _title_words()
            return one.start, line if cut else min(one.end, one.start + found.end())
    return None


def _is_named(text: str, name: str, *, inflected: bool) -> bool:
    said = spoken(name)
    if holds(text, said):
        return True
    wanted = person_tokens(name)
    found = {
        bare(form) for word in words_at(text) for part in (word[0], *word[0].split("-")) for form in spellings(part)
    }
    if wanted & found or any(len(one) >= 3 and name_.startswith(one) for one in found for name_ in wanted):
        return True
    cut = (one for one in wanted if not one.isascii() and one in fold(text))
    if next(cut, None):
        return True
    return inflected and any(_inflects(one, name_) for one in found for name_ in wanted)


def _inflects(word: str, name: str) -> bool:
    return len(name) >= 3 and word[: max(3, len(name) - 2)] == name[: max(3, len(name) - 2)]


def _mistitled(greeting: str, recipient: str, titles: list[str]) -> bool:
    kinds = [set(fold(words).split()) for words in titles]
    said, meant = ({fold(word).strip(".,") for word in text.split()} for text in (greeting, spoken(recipient)))
    return any(said & kinds[mine] and meant & kinds[1 - mine] and not said & kinds[1 - mine] for mine in (0, 1))


@kind("sender_signed")
def sender_signed(rule: Rule, case: Case) -> Iterator[Hit]:
    """The sender's name stands not at the end; in a call or a text it may stand anywhere."""
    body, sender = case.body, case.request.sender
    start = 0 if channel_for(case.request)[0] in _SPOKEN else _tail(body)
    if holds(body.text[start:], spoken(sender)) or _has_own_line(body, spoken(sender)):
        return
    named = [word for word in words_at(body.text, start) if _is_part(word, body, sender)]
    if not named:
        if not _is_slot(rule, body.text[start:]):
            yield Hit(None)
        return
    own = person_tokens(sender)
    for word in named:
        if (wrong := _next_name(body, word, case)) and bare(wrong[0]) not in own:
            yield Hit(body, word.start(), wrong.end())
            return


def _tail(body: Reading) -> int:
    """Where the signature may begin: after the last full sentence, and within the last third of a single line."""
    full = [one for one in body.sentences if one.place == "body" and len(one.text.split()) >= 6]
    text = body.text.rstrip()
    if full and full[-1].end < len(text) and any(letter.isalnum() for letter in text[full[-1].end :]):
        return full[-1].end
    return max(text.rfind("\n") + 1, len(text) - 60)


def _has_own_line(body: Reading, sender: str) -> bool:
    """Whether a short line in the second half is the sender's name, with something behind it."""
    lines = body.text[len(body.text) // 2 :].split("\n")[1:]
    return any(len(line.split()) <= len(sender.split()) + 3 and holds(line, sender) for line in lines)


def _is_part(word: re.Match[str], body: Reading, sender: str) -> bool:
    """Whether a word is part of the sender's name, in its own case where it stands in running text."""
    if bare(word[0]) not in person_tokens(sender) or len(bare(word[0])) < 2:
        return False
    if word[0] in spoken(sender):
        return True
    return any(one.place != "body" and one.start <= word.start() < one.end for one in body.sentences)


def _next_name(body: Reading, word: re.Match[str], case: Case) -> re.Match[str] | None:
    """The capitalised word right behind a name, in the same line and with nothing but a space between."""
    follower = re.compile(r" ([^\W\d_]+(?:['-][^\W\d_]+)*)").match(body.text, word.end())
    if not follower or not follower[1][0].isupper() or follower[1].isupper():
        return None
    if bare(follower[1]) in spoken_words(case.request) | everyday_words() or case.language == "de":
        return None
    return re.compile(re.escape(follower[1])).search(body.text, follower.start())


@of_request
def spoken_words(request: Request) -> frozenset[str]:
    """Every word that the request itself uses."""
    entries = (*request.may_mention, *request.appreciated, request.reason.detail or "")
    names = (request.company, request.role, request.sender, request.recipient or "")
    return known_words([text for text in (*entries, *names) if text])


@kind("misspelt")
def misspelt(_: Rule, case: Case) -> Iterator[Hit]:
    """A capitalised word that is nearly, but not quite, a word of a name."""
    known, usual, wanted = spoken_words(case.request), everyday_words(), _name_words(case.request)
    inflected = case.language != "en"
    for reading in case.readings:
        for word in _CAPITALISED.finditer(reading.text):
            spelt = bare(word[0])
            if (
                not word[0][0].isupper()
                or spelt in known
                or spelt in usual
                or spelt in DATES
                or (len(spelt) < 6 and _opens(reading, word.start()))
            ):
                continue
            if any(is_misspelling(spelt, name, inflected=inflected) for name in wanted):
                yield Hit(reading, word.start(), word.end())


@of_request
def _name_words(request: Request) -> frozenset[str]:
    """The words of a request's names that may be misspelt: those of a role only where they are long."""
    names = [request.company, request.sender, *([request.recipient] if request.recipient else [])]
    wanted = {token for name in names for token in tokens(spoken(name)) if token not in everyday_words()}
    return frozenset(wanted | {token for token in tokens(spoken(request.role)) if len(token) >= 6})


def _opens(reading: Reading, index: int) -> bool:
    """Whether a word is the first of its sentence, where any word has a capital."""
    return index in reading.starts


@kind("greeting_names")
def greeting_names(rule: Rule, case: Case) -> Iterator[Hit]:
    """A capitalised word in the greeting that is neither the recipient's nor a word that any greeting may use."""
    own = spoken_words(case.request), _listed(rule), _title_words()
    called = person_tokens(case.request.recipient) if case.request.recipient else frozenset[str]()
    start, end = _greeting(case) or (0, 0)
    if _is_slot(rule, case.body.text[start:end]):
        return
    for word in words_at(case.body.text, start, end):
        spelt = bare(_HONOURED.sub("", word[0]))
        shortened = len(spelt) >= 3 and any(name.startswith(spelt) for name in called)
        if word[0][0].isupper() and len(spelt) > 1 and not shortened and not _is_in(spelt, called, *own):
            yield Hit(case.body, word.start(), word.end())


@kind("sign_off_names")
def sign_off_names(rule: Rule, case: Case) -> Iterator[Hit]:
    """A signature in which another name stands before a part of the sender's: "Sarah Vogel" for Katrin Vogel."""
    sender = person_tokens(case.request.sender)
    for one in case.body.sentences:
        if one.place != "sign_off":
            continue
        words = words_at(case.body.text, one.start, one.end)
        if len(words) > 4 or not any(bare(word[0]) in sender for word in words):
            continue
        own = sender, spoken_words(case.request), _listed(rule), everyday_words(), _title_words()
        for word in words:
            if word[0][0].isupper() and not word[0].isupper() and not _is_in(bare(word[0]), *own):
                yield Hit(case.body, word.start(), word.end())


@lru_cache(maxsize=16)
def _listed(rule: Rule) -> frozenset[str]:
    return frozenset(str(rule.parameters["words"]).split())


def _is_in(word: str, *lists: frozenset[str]) -> bool:
    return any(word in listed for listed in lists)
