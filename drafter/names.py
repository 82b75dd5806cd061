"""The names in a request: as people would write them, and as slots in a text.

A language model sees `{sender}`, `{recipient}`, `{company}` and `{role}`, never the names themselves; so it can neither
leak nor misspell them, and one recorded answer serves any name. Masking loses nothing: `fill(mask(text)) == text`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

from drafter.content import read_toml
from drafter.request import Request, Tone

_SLOT = re.compile(r"\{(sender|recipient|company|role|name_\d+)\}")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_BREAK = re.compile(r"(?=[(\[{<])|(?<=[\w'’)]{3}[.!?;:])\s+|(?<=,)\s+|\s+(?=[-–—|/#]+\s|\S*(?:://|&#))")
_ADDRESS = re.compile(r"\w://|\bwww\.|\S@\S+\.\w|\b[\w-]+\.[a-z]{2,}/", re.IGNORECASE)
_NO_NAME = re.compile(
    r"://|&#|%[0-9a-f]{2}|\b[\w-]+\.(?:(?:com|net|org|io|dev|ai|info|biz|example|test)\b|[a-z]{2,}/)|^your? \w+ \w+",
    re.IGNORECASE,
)
"""What stands behind a name and is none: an address, or words to whoever bears it."""

_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff'’.-]+")


@cache
def _planted() -> re.Pattern[str]:
    patterns = read_toml("guardrails/planted.toml")["patterns"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


@cache
def _titles(kind: str) -> frozenset[str]:
    """The titles of guardrails/titles.toml: `family_name` or `as_given`."""
    return frozenset(str(read_toml("guardrails/titles.toml")[kind]).split())


def is_planted(text: str) -> bool:
    """Whether a text, or a part of it, reads like an order to whoever writes the message."""
    return _planted().search(text) is not None


def is_address(text: str) -> bool:
    """Whether a text holds a link, or an address on the Internet."""
    return _ADDRESS.search(text) is not None


@lru_cache(maxsize=1_024)
def spoken(name: str) -> str:
    """A name or title as one would say it: one line, without markup comments and without orders planted behind it.

    A name that is an order as a whole stays as it is: a company may be called "Ignore Previous Instructions Ltd".
    """
    line = next((line for line in _COMMENT.sub(" ", name).splitlines() if line.strip()), name)
    pieces = _BREAK.split(line)
    kept = pieces[:1]
    for piece in pieces[1:]:
        if is_planted(piece) or _NO_NAME.search(piece):
            return _squeeze(" ".join(kept)).rstrip(" .,-–—|/#:;")
        kept.append(piece)
    return _squeeze(line)


@lru_cache(maxsize=1_024)
def parted(text: str) -> tuple[str, str]:
    """What a person says in a text, and the order that is planted in it, from its first clause to the end; each may be
    empty.
    """
    if not is_planted(text):
        return text, ""
    said: list[str] = []
    pieces = _BREAK.split(text)
    for index, piece in enumerate(pieces):
        if is_planted(piece):
            return _squeeze(" ".join(said)), _squeeze(" ".join(pieces[index:]))
        said.append(piece)
    return "", text  # an order that no clause holds by itself


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def address(recipient: str, tone: Tone) -> str:
    """How a greeting addresses a person: "Tobias" for Tobias Lang, "Dr. Reyes" for Dr. Paul Reyes, formally in full.

    Only names in Latin letters are shortened, since elsewhere the order of names differs.
    """
    words = recipient.split()
    titles = [word for word in words if word.rstrip(".").casefold() in _titles("family_name")]
    plain = len(words) <= 3 and all(_LATIN_WORD.fullmatch(word) and word[0].isupper() for word in words)
    if not plain or any(word.rstrip(".").casefold() in _titles("as_given") for word in words):
        return recipient
    if titles:
        return (
            recipient if words[: len(titles)] != titles or len(words) == len(titles) else " ".join([*titles, words[-1]])
        )
    initials = len(words[0].rstrip(".")) == 1
    return recipient if tone is Tone.FORMAL or initials else words[0]


@cache
def _legal_forms() -> re.Pattern[str]:
    forms = str(read_toml("guardrails/any/legal_forms.toml")["forms"]).split()
    return re.compile(rf"[\s,&]+(?:{'|'.join(re.escape(form) for form in forms)})\.?$", re.IGNORECASE)


def company_forms(company: str) -> tuple[str, ...]:
    """A company's name as people write it: as given, as spoken, without its legal form, without a leading "The"."""
    said = spoken(company)
    short = said
    while (bare := _legal_forms().sub("", short).strip()) not in {"", short}:
        short = bare
    bare = re.sub(r"^the\s+(?=\S)", "", short, flags=re.IGNORECASE)
    return tuple(dict.fromkeys((company, said, short, bare)))


def role_forms(role: str) -> tuple[str, ...]:
    """A role's title as people write it: as given, as spoken, and without what stands in brackets."""
    said = spoken(role)
    bare = re.sub(r"\s*[(\[<][^()\[\]<>]*[)\]>]", "", said).strip()
    return tuple(dict.fromkeys(form for form in (role, said, bare) if form))


def person_forms(name: str) -> tuple[str, ...]:
    """A person's name as people write it: as given, as spoken, and each of its capitalised words."""
    said = spoken(name)
    words = [word.strip(",") for word in said.split()]
    parts = [word for word in words if len(word.rstrip(".")) > 1 and (word[0].isupper() or not word.isascii())]
    return tuple(dict.fromkeys((name, said, *parts)))


def has_title(person: str) -> bool:
    """Whether a person is named with a title, so that "Hi" would be too familiar."""
    words = {word.rstrip(".").casefold() for word in person.split()}
    return len(words) > 1 and not words.isdisjoint(_titles("family_name") | _titles("as_given"))


@dataclass
class Names:
    """The four names of a request as one would say them; `recipient` is how the greeting addresses the person."""

    sender: str
    company: str
    role: str
    recipient: str | None = None
    forms: tuple[str, ...] = ()
    """Every form in which a name may stand in the person's own words, longest first."""
    found: dict[str, str] = field(default_factory=dict)
    """Further slots, for forms met while masking: "name_1" and the text as it stood."""

    @classmethod
    def of(cls, request: Request) -> Names:
        """The names of a request."""
        sender, company, role = spoken(request.sender), spoken(request.company), spoken(request.role)
        recipient = spoken(request.recipient) if request.recipient is not None else None
        whole = {
            *company_forms(request.company),
            *role_forms(request.role),
            *person_forms(request.sender),
            *(person_forms(request.recipient) if request.recipient else ()),
        }
        # A word of a name that stands alone is masked too, where it has its capital: "the Harbour people".
        words = {word for form in whole for word in re.findall(r"\w{3,}", form) if not word.islower()}
        return cls(
            sender=sender,
            company=company,
            role=role,
            recipient=address(recipient, request.tone) if recipient else None,
            forms=tuple(sorted(whole | words, key=lambda form: (-len(form), form))),
        )

    def mask(self, text: str) -> str:
        """`text` with every name in it as a slot; what stood there is remembered, so that `fill` restores it."""
        low = text.casefold()
        if not any(form.split()[0].casefold() in low for form in self.forms):
            return text  # compiling the pattern takes longer than all the rest
        return self._pattern.sub(lambda match: f"{{{self._slot(match[0])}}}", text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(_whole(form) for form in self.forms))

    def _slot(self, text: str) -> str:
        for slot, name in self.slots().items():
            if name == text:
                return slot
        slot = f"name_{len(self.found) + 1}"
        self.found[slot] = text
        return slot

    def slots(self) -> dict[str, str]:
        """Every slot with the text that fills it."""
        named = {"sender": self.sender, "company": self.company, "role": self.role}
        return (named if self.recipient is None else {**named, "recipient": self.recipient}) | self.found

    def fill(self, text: str) -> str:
        """`text` with its slots filled, once: a brace inside a name is never a slot. Unknown slots stay as they are."""
        known = self.slots()
        return _SLOT.sub(lambda match: known.get(match[1], match[0]), text)


def _whole(form: str) -> str:
    """A pattern for a name as a whole word; without regard to case where it is too long to be an everyday word."""
    before = r"(?<!\w)" if _bounded(form[0]) else ""
    after = r"(?!\w)" if _bounded(form[-1]) else ""
    loose = "(?i:" if " " in form else "(?:"
    return f"{before}{loose}{re.escape(form)}){after}"


def _bounded(letter: str) -> bool:
    """Whether a script sets spaces between its words; Chinese, Japanese and Korean do not."""
    return letter.isalnum() and letter < "\u2e80"
