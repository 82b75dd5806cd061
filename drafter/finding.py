"""Finds the fields of a request in a mail thread or in notes: by rule, or with a language model.

What is read was written by others: it is data. Nothing in it is obeyed; a value stands only with the line that says it,
and is worth nothing until the person has confirmed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from email.utils import parseaddr, parsedate_to_datetime
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from drafter.content import read_toml
from drafter.conversation import Answer, Ask, Conversation
from drafter.dates import moment
from drafter.disclosure import telling_words
from drafter.errors import ModelError, RequestError
from drafter.intake import build_request
from drafter.names import is_planted
from drafter.prompts import finding_call, parse_reply
from drafter.request import Contracted, ReasonKind, Stage

FIELDS = (
    "sender", "company", "role", "recipient", "stage", "next_interview", "contact", "reason.kind", "reason.detail",
    "private", "appreciated",
)  # fmt: skip
"""The fields that are looked for, in the order of a request."""

LISTS = frozenset({"private", "appreciated"})
NAMES = frozenset({"sender", "company", "role", "recipient"})
TEXT_LIMIT = 60_000
"""Characters of a text that are looked at."""
LINE_LIMIT = 1_000
"""Characters of a line that are looked at; longer ones are no prose."""
ENTRIES_LIMIT = 8
SECONDS = 60.0
"""Seconds that a model may take."""

_OWN_MAIL = re.compile(
    r"@(?:gmail|googlemail|outlook|hotmail|live|yahoo|ymail|icloud|me|mac|proton|protonmail|gmx|web|aol|fastmail|mail|"
    r"hey|tutanota|posteo|yandex|zoho)\.",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^[>\s]*(From|To):\s*(.+)$", re.IGNORECASE)
_SENT = re.compile(r"^[>\s]*(?:Date|Sent):\s*(.+)$", re.IGNORECASE)
_WROTE = re.compile(r"^[>\s]*On .{5,60}?,? ([^,<]{3,60}?) <([^>@\s]+@[^>\s]+)> wrote:")
_NAME = r"[A-Z][\w&'./+-]*(?: (?:(?:of|and|for|&|de|van|von) )?[A-Z(][\w&'./+)-]*){0,5}"
_CLOCK = r"(?:,? (?:at )?\d{1,2}(?:[:.]\d{2}(?: ?[ap]m)?| ?[ap]m)\b)?"
_MONTH, _DAY = r"[A-Z][a-z]{2,8}", r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DATES = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2})?|"
    rf"(?:{_DAY},? )?(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?)"
    rf"(?:,? \d{{4}})?{_CLOCK}|"
    rf"\b(?:tomorrow|(?:next |this )?{_DAY}){_CLOCK}"
)


class Found(Contracted):
    """A value for a field, and where it stands: `line` counts from 1, `source` is that line as it stands."""

    field: str
    value: str
    line: int
    source: str


def find(text: str, today: date, language: str = "en") -> tuple[Found, ...]:
    """What can be found by rule, at most one value for a field that takes one. Nothing leaves this process."""
    lines = _lines(text)
    found: list[Found] = []
    for look in (_labelled, _people, _named, _reached, _arranged, _said):
        found += look(lines, today, language)
    return sound(found)


def finding(text: str, today: date, language: str = "en") -> Conversation[tuple[Found, ...] | ModelError]:
    """What a model finds, of which only what a line of the text bears out is taken; or the model's failure."""
    lines = _lines(text)
    call = finding_call("\n".join(source for _, source in lines), today, FOUND_SCHEMA, language)
    answer: Answer = yield Ask(call, SECONDS)
    if isinstance(answer.reply, ModelError):
        return answer.reply
    try:
        said = parse_reply(answer.reply.text, _Answered)
    except ValueError:
        return ()
    return sound(one for item in said.found if (one := _borne_out(item, lines)))


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    field: str
    value: str
    quote: str


class _Answered(BaseModel):
    model_config = ConfigDict(extra="forbid")

    found: tuple[_Item, ...]


FOUND_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["found"],
    "properties": {
        "found": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["field", "value", "quote"],
                "properties": {
                    "field": {"type": "string", "enum": [field for field in FIELDS if field != "private"]},
                    "value": {"type": "string"},
                    "quote": {"type": "string"},
                },
            },
        }
    },
}
"""The strict JSON schema of a model's answer. What is private is the person's to say, so no model is asked for it."""


def sound(found: Iterable[Found]) -> tuple[Found, ...]:
    """What a request takes, the first for each field, in a request's order; what reads like an order is dropped."""
    kept: dict[str, list[Found]] = {field: [] for field in FIELDS}
    for one in found:
        known = kept.get(one.field)
        if known is None or len(known) >= (ENTRIES_LIMIT if one.field in LISTS else 1):
            continue
        if one.value.casefold() not in {other.value.casefold() for other in known} and _is_sound(one):
            known.append(one)
    return tuple(one for field in FIELDS for one in kept[field])


def _is_sound(one: Found) -> bool:
    if is_planted(one.value) or (one.field in NAMES and len(one.value.split()) > 12):
        return False
    try:
        fields_in((one,))
    except RequestError:
        return False
    return True


def fields_in(found: Iterable[Found]) -> dict[str, Any]:
    """The fields of a request that these values give, by dotted name. Raises RequestError for one that it refuses."""
    fields: dict[str, Any] = {}
    for one in found:
        if one.field in LISTS:
            fields[one.field] = [*fields.get(one.field, ()), one.value]
        else:
            fields[one.field] = one.value
    build_request({}, overrides={"sender": "x", "company": "x", "role": "x", **fields})
    return fields


def _borne_out(item: _Item, lines: Sequence[tuple[int, str]]) -> Found | None:
    """A model's item with the line that its quote stands in; None where no line bears it out."""
    quote = " ".join(item.quote.split())
    place = next(((n, source) for n, source in lines if quote and quote in " ".join(source.split())), None)
    if place is None:
        return None
    value = " ".join(item.value.split())
    if item.field in NAMES and value.casefold() not in quote.casefold():
        return None
    if item.field in {"reason.detail", "appreciated"} and not telling_words(value) <= telling_words(quote):
        return None
    return Found(field=item.field, value=value, line=place[0], source=place[1])


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines of a text with their numbers, from 1, empty ones left out."""
    plain = text[:TEXT_LIMIT].replace("\r\n", "\n")
    return [(number, line.strip()[:LINE_LIMIT]) for number, line in enumerate(plain.split("\n"), 1) if line.strip()]


Lines = Sequence[tuple[int, str]]


@cache
def _patterns(language: str) -> Mapping[str, Any]:
    return read_toml(f"prompts/{language}/findings.toml")


@cache
def _compiled(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(pattern.replace("{name}", _NAME), flags)


def _labelled(lines: Lines, today: date, language: str) -> Iterator[Found]:
    """Lines of notes that name a field: "Company: Northwind"."""
    for field, label in _patterns(language)["labels"].items():
        for number, line in lines:
            match = _compiled(rf"^(?:[-*•]\s*)?(?:{label})\s*[:=]\s*(?P<value>\S.*)$").match(line)
            if match is None:
                continue
            values = re.split(r"\s*;\s*", match["value"]) if field in LISTS else [match["value"].strip()]
            for value in filter(None, values):
                if field == "next_interview" and (value := _moment(value, today) or "") == "":
                    continue
                yield Found(field=field, value=value, line=number, source=line)


class _Head(NamedTuple):
    """Somebody in the head of a mail: who `wrote` it, or whom it went to."""

    wrote: bool
    name: str
    address: str
    line: int
    source: str


def _people(lines: Lines, _: date, __: str) -> Iterator[Found]:
    """Who writes to whom, by the heads of mails: an address at a private provider is the candidate's.

    Where nobody has such an address, mails that all go one way are theirs; if they go both ways, nobody is taken.
    """
    heads = [head for number, line in lines if (head := _head(number, line))]
    for head in heads:
        yield Found(field="contact", value="email", line=head.line, source=head.source)
    own = {head.address for head in heads if _OWN_MAIL.search(head.address)}
    wrote, got = ({head.address for head in heads if head.wrote is way} - own for way in (True, False))
    for head in heads:
        if own:
            field = "sender" if head.address in own else "recipient"
        elif wrote & got or _domains(wrote) & _domains(got):
            return
        else:
            field = "recipient" if head.wrote else "sender"
        if _PERSON.fullmatch(head.name) and not _TEAM.search(head.name):
            yield Found(field=field, value=head.name, line=head.line, source=head.source)


def _head(number: int, line: str) -> _Head | None:
    if wrote := _WROTE.match(line):
        return _Head(True, wrote[1].strip(), wrote[2].lower(), number, line)
    if (head := _HEADER.match(line)) is None:
        return None
    name, address = parseaddr(head[2])
    return _Head(head[1].lower() == "from", name, address.lower(), number, line) if "@" in address else None


def _domains(addresses: Iterable[str]) -> set[str]:
    return {address.rpartition("@")[2] for address in addresses}


_PERSON = re.compile(r"[^\W\d_][\w'. -]*[^\W\d_]\.?")
_TEAM = re.compile(
    r"\b(?:team|recruit\w*|talent|careers?|jobs?|no-?reply|hr|people|hiring|info|admin|support)\b", re.IGNORECASE
)


def _named(lines: Lines, _: date, language: str) -> Iterator[Found]:
    """The role and the company in running text, by the words around them. What is said of a reason is no source: the
    company in it is the other one.
    """
    innocent = list(_without_reasons(lines, language))
    for field in ("role", "company"):
        for pattern in _patterns(language)["names"][field]:
            for number, line, said in innocent:
                if match := _compiled(pattern, 0).search(said):
                    yield Found(field=field, value=_trimmed(match["value"]), line=number, source=line)


def _without_reasons(lines: Lines, language: str) -> Iterator[tuple[int, str, str]]:
    """Each line with its number, and what is left of it without sentences, also begun above, that tell a reason."""
    reasons = [_compiled(one) for kind in _patterns(language)["reason"].values() for one in kind]
    begun, last = "", 0
    for number, line in lines:
        kept = []
        for sentence in _sentences(line, labelled=True):
            whole = f"{begun} {sentence}" if begun and number == last + 1 else sentence
            if not any(reason.search(whole) for reason in reasons):
                kept.append(sentence)
            begun = "" if sentence.endswith((".", "!", "?")) else whole[-300:]
        last = number
        yield number, line, " ".join(kept)


def _trimmed(name: str) -> str:
    """A name without what follows it in a sentence."""
    cut = re.split(r" (?:at|with|and|for) (?=[A-Z])|[.,;:!?](?:\s|$)| [-–|] ", name)[0]
    return cut.strip(" .,;:!?()-–'")


def _reached(lines: Lines, _: date, language: str) -> Iterator[Found]:
    """The furthest thing that a line says has happened."""
    for stage in reversed(list(Stage)):
        yield from _by_words(lines, "stage", str(stage), _patterns(language)["stage"].get(stage, ()))


def _arranged(lines: Lines, today: date, language: str) -> Iterator[Found]:
    """A date to come, in a line that speaks of an appointment, or goes on from one that does."""
    words = _patterns(language)["appointment"]
    before, sent = dict(lines), _sent(lines)
    for number, line in reversed(lines):
        around = f"{before.get(number - 1, '')} {line}"
        if not _compiled(words["words"]).search(around):
            continue
        for match in _DATES.finditer(line):
            if _compiled(words["over"]).search(_sentence_around(line, match)):
                continue
            if (value := _moment(match[0], sent.get(number, today))) and value[:10] >= today.isoformat():
                yield Found(field="next_interview", value=value, line=number, source=line)


def _sentence_around(line: str, match: re.Match[str]) -> str:
    """The sentence of a line that a match stands in."""
    before = re.split(r"[.!?]\s", line[: match.start()])[-1]
    return before + match[0] + re.split(r"[.!?](?:\s|$)", line[match.end() :])[0]


def _sent(lines: Lines) -> dict[int, date]:
    """The day on which the mail that a line stands in was sent, by the line's number: its days follow that one."""
    days: dict[int, date] = {}
    day: date | None = None
    for number, line in lines:
        if head := _SENT.match(line):
            with suppress(ValueError):
                day = parsedate_to_datetime(head[1]).date()
        if day is not None:
            days[number] = day
    return days


def _moment(text: str, today: date) -> str | None:
    try:
        return moment(text, today)
    except ValueError:
        return None


def _said(lines: Lines, _: date, language: str) -> Iterator[Found]:
    """Why, what was good and what is private, where the person says so in the first person."""
    patterns = _patterns(language)
    own = [(number, line) for number, line in lines if not line.startswith(">")]
    for kind in ReasonKind:
        for pattern in patterns["reason"].get(kind, ()):
            for number, line in own:
                said = next((part for part in _sentences(line) if _compiled(pattern).search(part)), None)
                if said is not None:
                    yield Found(field="reason.kind", value=str(kind), line=number, source=line)
                    yield Found(field="reason.detail", value=said, line=number, source=line)
    for field in ("appreciated", "private"):
        for pattern in patterns[field][field]:
            for number, line in own:
                match = _compiled(pattern).search(line)
                # "Don't tell Northwind" says from whom it is to be kept, not what.
                if match and not (" tell " in match[0] and re.fullmatch(_NAME, match["value"].strip(" ,"))):
                    yield Found(field=field, value=match["value"].strip(" ,"), line=number, source=line)


def _sentences(line: str, *, labelled: bool = False) -> Iterator[str]:
    """The sentences of a line, without a label before the first unless they are to stay `labelled`."""
    for part in re.split(r"(?<=[.!?])\s+", line if labelled else re.sub(r"^[A-Z][\w ]{0,20}: ", "", line)):
        yield part.strip()


def _by_words(lines: Lines, field: str, value: str, patterns: Iterable[str]) -> Iterator[Found]:
    for pattern in patterns:
        for number, line in lines:
            if _compiled(pattern).search(line):
                yield Found(field=field, value=value, line=number, source=line)
