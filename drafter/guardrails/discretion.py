"""Kinds for what a draft must keep to itself: secrets in any wording, reasons that are nobody's business, topics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from drafter.disclosure import telling_words
from drafter.guardrails.amounts import amounts
from drafter.guardrails.asked import of_request
from drafter.guardrails.disguise import signs, spellable
from drafter.guardrails.kinds import Case, Hit, Rule, allowed, compiled, kind
from drafter.guardrails.marks import telling
from drafter.guardrails.phrases import Phrases
from drafter.guardrails.plain import count_words, lower, normalise
from drafter.guardrails.reading import BLANK_LETTERS, BLANKED, Reading, Sentence
from drafter.guardrails.reasons import told
from drafter.guardrails.tagged import done, is_given, spoken, why
from drafter.guardrails.tagger import does, scores, tagger
from drafter.guardrails.topics import Topic, by_words, found_in, of_names, of_word, opened, topics
from drafter.guardrails.wording import Wording, kept, worded
from drafter.names import parted
from drafter.request import Request, Share

_NAME = re.compile(r"(?<=[^.!?\s\"'(]\s)[A-ZÀ-ÖØ-Þ][\w'-]+")


class Secret(NamedTuple):
    """What gives one secret away: words (by group of like meaning), names, amounts, and the topics that it is about;
    `spelled` are those of its words that initials could spell.
    """

    words: frozenset[str]
    named: frozenset[str]
    amounts: frozenset[str]
    topics: tuple[Topic, ...]
    spelled: frozenset[str]


@kind("secret")
def secret(rule: Rule, case: Case) -> Iterator[Hit]:
    """A private entry, or a reason that is not to be told, in any sentence: its names, amounts or topics, or its words,
    where `synonyms` has groups of words that mean the same. What the request lets be said gives nothing away, nor do
    the words in `general` for its kind of reason.
    """
    if not (secrets := _secrets(case.request, rule)):
        return
    disguised = _disguised(rule, case)
    for one in secrets:
        for reading in case.readings:
            for sentence in reading.sentences:
                if sentence.place != "salutation" and _gives_away(one, sentence, rule, case.language):
                    yield Hit(reading, sentence.start, sentence.end)
        if _shows(one, disguised) or any(word in case.body.initials for word in one.spelled):
            whole = case.body
            yield Hit(whole, 0, len(whole.text), "Disguised words give away something that was to stay private.")


@of_request
def _secrets(request: Request, rule: Rule) -> tuple[Secret, ...]:
    return tuple(_found_secrets(rule, request, _groups(str(rule.parameters["synonyms"]))))


def _found_secrets(rule: Rule, request: Request, groups: Mapping[str, str]) -> Iterator[Secret]:
    said, language = allowed(request), request.primary_language
    detail = request.reason.detail if request.reason.share is not Share.DETAIL else None
    given = " ".join((request.sender, request.company, request.role, request.recipient or ""))
    if request.next_interview:
        given += f" {request.next_interview:%A %B %d %Y %H %M}"
    free = _grouped(said, groups) | _grouped(given, groups)
    if request.reason.share is not Share.NOTHING:
        free |= _grouped(str(rule.parameters["general"].get(request.reason.kind, "")), groups)
    figures = amounts(lower(f"{said} {given}"), language)
    open_topics = opened(request)
    for text in (*request.private, parted(detail)[0] if detail else ""):
        plain = normalise(text)[0]
        about = tuple(one for one in found_in(worded(lower(plain)), language) if one.name not in open_topics)
        words = _grouped(plain, groups) - free
        sums = amounts(lower(plain), language) - figures
        if words or sums or about:
            yield Secret(words, _named(plain) & words, sums, about, spellable(plain) - spellable(f"{said} {given}"))


@lru_cache(maxsize=16)
def _groups(synonyms: str) -> dict[str, str]:
    """Each word of a group, by its stem, and the word that stands for the group."""
    groups: dict[str, str] = {}
    for line in synonyms.strip().splitlines():
        first = line.split()[0]
        for word in line.split():
            groups |= dict.fromkeys(telling_words(word), f"={first}")
    return groups


def _grouped(text: str, groups: Mapping[str, str]) -> frozenset[str]:
    """The telling words of a text, words of one group as one."""
    return _by_group(telling_words(text), groups)


def _by_group(words: frozenset[str], groups: Mapping[str, str]) -> frozenset[str]:
    return frozenset(groups.get(word, word) for word in words if not word.isdigit())


def _gives_away(one: Secret, sentence: Sentence, rule: Rule, language: str) -> bool:
    if one.amounts & _amounts(sentence.wording, language) or any(topic.found(sentence.wording) for topic in one.topics):
        return True
    shared = _told_words(sentence.wording, rule) & one.words
    if not shared or _enough(one.words, shared) or _is_of_oneself(sentence, rule, language):
        return bool(shared)
    # A name is written with a capital: in the secret, or in the draft where the secret has small letters throughout.
    written = "".join(
        " " if low in BLANK_LETTERS else letter for letter, low in zip(sentence.text, sentence.masked, strict=True)
    )
    return bool(shared & (one.named | _named(written)))


def _is_of_oneself(sentence: Sentence, rule: Rule, language: str) -> bool:
    """Whether a sentence in the middle speaks of the sender's life: then one word of a secret is enough. It gives a
    reason, or has one of the words `own` and none of `theirs`, and is no courtesy; a language without these words goes
    without.
    """
    own, theirs = rule.phrases("own"), rule.phrases("theirs")
    if sentence.place != "body" or own is None or theirs is None or tagger(language) is None:
        return False
    if does("reason", sentence, language):
        return True
    alone = sentence.wording.search(own) and not sentence.wording.search(theirs)
    return bool(alone) and not any(does(move, sentence, language) for move in ("thank", "open"))


@kept
def _amounts(said: Wording, language: str) -> frozenset[str]:
    return amounts(BLANKED.sub(" ", said.masked), language)


@kept
def _told_words(said: Wording, rule: Rule) -> frozenset[str]:
    """The telling words of a sentence but for names, by group, and for what every letter says (`formulas`)."""
    formulas = rule.phrases("formulas")
    empty = telling_words(" ".join(found[0] for found in said.finditer(formulas))) if formulas else frozenset()
    return _by_group(telling(said) - empty, _groups(str(rule.parameters["synonyms"])))


def _named(text: str) -> frozenset[str]:
    """Names in a text: telling words with a capital that open no sentence."""
    return telling_words(" ".join(_NAME.findall(text)))


def _enough(hidden: frozenset[str], shared: frozenset[str]) -> bool:
    """Whether the words that a sentence shares with a secret give it away: two, or half of what the secret says."""
    return len(shared) > 1 or (bool(shared) and len(hidden) <= 2)


class Disguised(NamedTuple):
    """What is in disguise in a draft: words by group, the names of topics, and all letters, as some are pictures."""

    words: frozenset[str]
    topics: frozenset[str]
    letters: frozenset[str]


def _disguised(rule: Rule, case: Case) -> Disguised:
    words = [*(word for one in case.readings for word in one.turned)]
    words += [text for one in case.readings for hidden in one.hidden for text in (hidden.masked, hidden.masked[::-1])]
    return Disguised(
        _grouped(" ".join(words), _groups(str(rule.parameters["synonyms"]))),
        frozenset[str]().union(*(_hidden(one, case.language) for one in case.readings)),
        frozenset[str]().union(*(one.masked for one in case.readings)),
    )


def _shows(one: Secret, disguised: Disguised) -> bool:
    """Whether what is in disguise shows a secret; there one word of some length is enough."""
    return any(len(word) > 4 for word in disguised.words & one.words) or any(
        topic.name in disguised.topics or topic.signs & disguised.letters for topic in one.topics
    )


@kind("any_reason")
def any_reason(rule: Rule, case: Case) -> Iterator[Hit]:
    """A cause that is given, by `patterns` but `unless`, beyond the kinds of reason that are known."""
    wanted, unless = compiled(rule.parameters["patterns"]), compiled(rule.parameters["unless"])
    for sentence in case.body.sentences:
        found = sentence.wording.search(wanted)
        if found and sentence.place in {"body", "postscript"} and not sentence.wording.search(unless):
            yield Hit(case.body, sentence.start + found.start(), sentence.start + found.end())


@kind("topic", tagged=True)
def topic(rule: Rule, case: Case) -> Iterator[Hit]:
    """A sensitive topic that the request does not open: in the body where the tagger hears it, elsewhere and in what is
    disguised by its words. Where a name has the topic about it, only as one's own. `said` is the message, with a slot
    for the topic.
    """
    free, named = opened(case.request), of_names(case.request)
    sensitive = {one.name: one for one in topics(case.language) if one.sensitive}
    for reading in case.readings:
        called, hidden = _called(reading, case.language), _hidden(reading, case.language)
        pictured = not reading.text.isascii()
        for one in sensitive.values():
            if one.name in free or not (pictured or one.name in called or one.name in hidden):
                continue
            message = str(rule.parameters["said"]).replace("{topic}", one.said)
            found = [*_by_words(one, reading, case, own_only=one.name in named)]
            yield from (Hit(reading, start, end, message) for start, end in found)
            if not found and one.name in hidden:
                yield Hit(reading, 0, len(reading.text), message)
            yield from (Hit(reading, start, end, message) for start, end in signs(reading.masked, one.signs))
    yield from _heard(rule, case, free | named, sensitive)


def _called(reading: Reading, language: str) -> frozenset[str]:
    """The names of the topics that the words of a text may bring up."""
    words = by_words(language)
    return frozenset(one.name for sentence in reading.sentences for one in sentence.wording.called_among(words))


def _hidden(reading: Reading, language: str) -> frozenset[str]:
    """The names of the topics that are brought up in disguise."""
    turned = frozenset[str]().union(*(of_word(word, language) for word in reading.turned))
    return turned | {one.name for text in reading.hidden for one in found_in(text, language)}


def _by_words(one: Topic, reading: Reading, case: Case, *, own_only: bool) -> Iterator[tuple[int, int]]:
    """Where the words of a topic stand, but for sentences of which the tagger says that they mean something else."""
    weighed = reading is case.body and tagger(case.language) is not None
    for sentence in reading.sentences:
        if sentence.place == "salutation":
            continue
        found = one.found(sentence.wording, own_only=own_only)
        if found and (not weighed or sentence.place == "sign_off" or does("topic", sentence, case.language)):
            yield sentence.start + found[0], sentence.start + found[1]


def _heard(rule: Rule, case: Case, free: frozenset[str], sensitive: Mapping[str, Topic]) -> Iterator[Hit]:
    """Sentences that speak of a sensitive topic in words that no pattern has."""
    for reading, sentence in spoken(case):
        if not done("hinted_topic", sentence, case) or is_given(sentence, case):
            continue
        told = scores(sentence, case.language)
        likely = max((head for head in told if head.startswith("t:")), key=lambda head: told[head])[2:]
        if likely in free:
            continue
        said = sensitive[likely].said if likely in sensitive else "a private matter"
        message = str(rule.parameters["said"]).replace("{topic}", said)
        yield Hit(reading, sentence.start, sentence.end, f"{message}{why('topic', sentence, case)}")


@kind("excess")
def excess(rule: Rule, case: Case) -> Iterator[Hit]:
    """More than `sentences` sentences or `words` words about the reason, counting those that go on about it; `else` is
    what a sentence speaks of that no longer does.
    """
    spent: list[Sentence] = []
    before: Sentence | None = None
    for sentence in case.body.sentences:
        goes_on = bool(spent) and spent[-1] is before and "\n\n" not in case.body.text[before.end : sentence.start]
        before = sentence
        turns = sentence.wording.search(compiled(rule.parameters["else"])) is not None
        follows = goes_on and not turns and _is_about_self(sentence, compiled((rule.parameters["own"],)))
        if _about_reason(sentence, case) or follows:
            spent.append(sentence)
    words = sum(_reason_words(one) for one in spent)
    if len(spent) > rule.parameters["sentences"] or words > rule.parameters["words"]:
        yield Hit(case.body, spent[0].start, spent[-1].end)


def _about_reason(sentence: Sentence, case: Case) -> bool:
    """Whether a sentence tells a reason, or repeats the detail that may be told, be it beside a courtesy."""
    if sentence.place not in {"body", "postscript"}:
        return False
    detail = case.request.reason.shared_detail
    retold = telling_words(sentence.masked) & telling_words(lower(detail)) if detail else frozenset()
    if sentence.moves & _COURTESIES:
        return len(retold) > 3
    return bool(told(case).get(sentence)) or len(retold) > (0 if _tells(sentence, case) else 1)


def _tells(sentence: Sentence, case: Case) -> bool:
    """Whether a sentence is likely to tell something of the sender's own life; in some languages that is not known."""
    return scores(sentence, case.language).get("tell", -1) > 0


def _is_about_self(sentence: Sentence, own: Phrases) -> bool:
    """Whether a sentence that follows a reason goes on about the sender, neither to nor about the readers."""
    courteous = sentence.moves & (_COURTESIES | {"withdraw"})
    return sentence.place == "body" and not courteous and sentence.wording.search(own) is not None


_COURTESIES = frozenset({"thank", "open", "wish_well", "apologise"})
_CLAUSE = re.compile(r"[,;:]| - |\band (?=i\b)|\bso\b|\btherefore\b|\bbecause\b|\bsince\b")


def _reason_words(sentence: Sentence) -> int:
    """Words of a sentence, without the clause that withdraws."""
    clauses = _CLAUSE.split(sentence.masked)
    kept = [clause for clause in clauses if len(clauses) == 1 or not re.search(r"withdr|candida|\b[ʀᴄ]+\b", clause)]
    return sum(map(count_words, kept))
