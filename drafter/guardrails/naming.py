"""Whether a draft names the right company, person, sender and role (`form/wrong-name`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from drafter.content import read_toml
from drafter.guardrails.kinds import Case, Hit, Rule, compiled, kind
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
    tokens,
    words_at,
)
from drafter.names import spoken
from drafter.request import Channel, Request

_SPOKEN = {Channel.PHONE, Channel.TEXT}
_ASIDE = re.compile(r"\s*[(\[<].*$|,.*$|\s[-|/]\s.*$")


@cache
def _everyday() -> frozenset[str]:
    return frozenset(str(read_toml("guardrails/everyday.toml")["words"]).split())


@cache
def _title_words() -> frozenset[str]:
    return frozenset(fold(word) for titles in read_toml("guardrails/titles.toml").values() for word in titles.split())


def person_tokens(name: str) -> frozenset[str]:
    """The words that a person may be called by, bare, without titles and without what stands behind a comma."""
    said = spoken(name)
    whole = (_ASIDE.sub("", said).strip() or said).split()
    kept = [word for word in whole if fold(word).strip(".,") not in _title_words()] or whole
    found = (bare(form) for word in kept for part in (word, *word.split("-")) for form in spellings(part))
    return frozenset(form for form in found if form)


@kind("company_named")
def company_named(_: Rule, case: Case) -> Iterator[Hit]:
    """The company stands nowhere in subject or body, in none of the forms that people write."""
    names = company_names(case.request.company)
    texts = [reading.text for reading in case.readings]
    if not any(holds(text, name) for text in texts for name in names) and not any(
        short_company(text, case.request.company) for text in texts
    ):
        yield Hit(None)


@kind("recipient_greeted")
def recipient_greeted(rule: Rule, case: Case) -> Iterator[Hit]:
    """No word of the recipient's name near the start, or a title that is for another kind of person."""
    if case.request.recipient is None:
        return
    text = case.body.text
    start, end = _greeting(case) or (0, 0)
    if end == 0 or case.request.channel is Channel.PHONE:
        start = len(text) - len(text.lstrip())
        end = min(len(text), start + rule.parameters["within"])
    if not _is_named(text[start:end], case.request.recipient, inflected=case.language != "en"):
        yield Hit(case.body, start, min(end, start + 80)) if end > start else Hit(None)
    elif _mistitled(text[start:end], case.request.recipient, rule.parameters["titles"]):
        yield Hit(case.body, start, end, "The title in the greeting is another one.")


def _greeting(case: Case) -> tuple[int, int] | None:
    """Where the greeting stands, be it the first line or not; None where the language's greetings are not known.

    A greeting that ends at a full stop may have been cut at a title ("drs."), so it goes on to the end of its line.
    """
    known = language(case.language)
    for one in case.body.sentences:
        if known and (found := known.greeting.match(one.masked)) and (one.place != "body" or found[0][:3] != "to "):
            line = case.body.text.find("\n", one.start)
            line = len(case.body.text) if line < 0 else line
            cut = one.text.endswith(".") and line - one.start < 80
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
def sender_signed(_: Rule, case: Case) -> Iterator[Hit]:
    """The sender's name stands not at the end; in a call or a text it may stand anywhere."""
    body, sender = case.body, case.request.sender
    start = 0 if case.request.channel in _SPOKEN else _tail(body)
    if holds(body.text[start:], spoken(sender)) or _has_own_line(body, spoken(sender)):
        return
    named = [word for word in words_at(body.text, start) if _is_part(word, body, sender)]
    if not named:
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
    if bare(follower[1]) in _spoken_words(case.request) | _everyday() or case.language == "de":
        return None
    return re.compile(re.escape(follower[1])).search(body.text, follower.start())


def _spoken_words(request: Request) -> frozenset[str]:
    """Every word that the request itself uses."""
    entries = (*request.may_mention, *request.appreciated, request.reason.detail or "")
    names = (request.company, request.role, request.sender, request.recipient or "")
    return known_words([text for text in (*entries, *names) if text])


@kind("misspelt")
def misspelt(_: Rule, case: Case) -> Iterator[Hit]:
    """A capitalised word that is nearly, but not quite, a word of a name."""
    known = _spoken_words(case.request) | _everyday()
    request = case.request
    names = [request.company, request.sender, *([request.recipient] if request.recipient else [])]
    wanted = {token for name in names for token in tokens(spoken(name)) if token not in _everyday()}
    wanted |= {token for token in tokens(spoken(request.role)) if len(token) >= 6}
    inflected = case.language != "en"
    for reading in case.readings:
        for word in words_at(reading.text):
            spelt = bare(word[0])
            if spelt in known or not word[0][0].isupper() or (len(spelt) < 6 and _opens(reading, word.start())):
                continue
            if any(is_misspelling(spelt, name, inflected=inflected) for name in wanted):
                yield Hit(reading, word.start(), word.end())


def _opens(reading: Reading, index: int) -> bool:
    """Whether a word is the first of its sentence, where any word has a capital."""
    return any(one.start == index for one in reading.sentences)


@kind("greeting_names")
def greeting_names(rule: Rule, case: Case) -> Iterator[Hit]:
    """A capitalised word in the greeting that is neither the recipient's nor a word that any greeting may use."""
    own = _spoken_words(case.request) | frozenset(str(rule.parameters["words"]).split()) | _title_words()
    called = person_tokens(case.request.recipient) if case.request.recipient else frozenset[str]()
    for word in words_at(case.body.text, *(_greeting(case) or (0, 0))):
        spelt = bare(word[0])
        shortened = len(spelt) >= 3 and any(name.startswith(spelt) for name in called)
        if word[0][0].isupper() and len(spelt) > 1 and spelt not in own | called and not shortened:
            yield Hit(case.body, word.start(), word.end())


@kind("sign_off_names")
def sign_off_names(rule: Rule, case: Case) -> Iterator[Hit]:
    """A signature in which another name stands before a part of the sender's: "Sarah Vogel" for Katrin Vogel."""
    own = _spoken_words(case.request) | frozenset(str(rule.parameters["words"]).split()) | _everyday() | _title_words()
    sender = person_tokens(case.request.sender)
    for one in case.body.sentences:
        words = words_at(case.body.text, one.start, one.end)
        if one.place != "sign_off" or len(words) > 4 or not any(bare(word[0]) in sender for word in words):
            continue
        for word in words:
            if word[0][0].isupper() and not word[0].isupper() and bare(word[0]) not in own | sender:
                yield Hit(case.body, word.start(), word.end())


@kind("other_role")
def other_role(rule: Rule, case: Case) -> Iterator[Hit]:
    """A title that is not the request's: in the role's place, or sharing a word with it and differing in another."""
    for reading in case.readings:
        for sentence in reading.sentences:
            if sentence.place != "salutation":
                for hit in _titles_in(rule, case, reading, sentence.start, sentence.end):
                    if not _is_elsewhere(rule, reading, (sentence.start, sentence.end), hit):
                        yield hit


def _is_elsewhere(rule: Rule, reading: Reading, sentence: tuple[int, int], hit: Hit) -> bool:
    """Whether a title stands where another job is spoken of, and not, further on, the one that is withdrawn from."""
    before, after = reading.masked[sentence[0] : hit.start], reading.masked[hit.end : sentence[1]]
    for found in re.compile(rule.parameters["here"]).finditer(before):
        before = reading.masked[sentence[0] + found.end() : hit.start]
    elsewhere = compiled(rule.parameters["elsewhere"])
    return elsewhere.search(before) is not None or elsewhere.match(after[:40].lstrip()) is not None


def _titles_in(rule: Rule, case: Case, reading: Reading, start: int, end: int) -> Iterator[Hit]:
    titles = frozenset(str(rule.parameters["titles"]).split())
    ranks = frozenset(str(rule.parameters["ranks"]).split())
    said = _spoken_words(case.request) | {bare(word) for word in _long_forms(rule, case.request.role)}
    role = frozenset(tokens(spoken(case.request.role))) - {"of", "and", "the", "for"}
    before, after, before_person = (re.compile(rule.parameters[name]) for name in ("before", "after", "person"))
    for run in re.compile(rule.parameters["run"]).finditer(reading.text, start, end):
        words = [bare(word[0]) for word in words_at(run[0]) if word[0][0].isupper() or bare(word[0]) in titles]
        strange = [word for word in words if word and word not in said]
        placed = bool(after.match(reading.text, run.end()) or before.search(reading.text[start : run.start()]))
        titled = any(word in titles | ranks for word in strange)
        if not strange or (run.start() == start and len(words) == 1):
            continue
        shared = bool(role & set(words))
        named = before_person.search(reading.masked[start : run.start()])
        if (shared and titled and not named) or (
            placed and (titled or len(strange) == len(words)) and _is_capital(run[0], titled)
        ):
            yield Hit(reading, run.start(), run.end())


def _is_capital(run: str, titled: bool) -> bool:
    """Whether a run is written like a title; in small letters it counts only with a word that titles have."""
    return run[0].isupper() or titled


def _long_forms(rule: Rule, role: str) -> list[str]:
    """What the short forms in a role's title stand for ("Sr." is "Senior"), and the short forms of its long ones."""
    pairs: dict[str, str] = rule.parameters["short"]
    words = set(tokens(spoken(role)))
    return [long for short, long in pairs.items() if short in words] + [
        short for short, long in pairs.items() if long in words
    ]
