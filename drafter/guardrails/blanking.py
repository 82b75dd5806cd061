"""Which names of a request are blanked out of a draft before the rules read it, so that no name is ever evidence."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from drafter.content import read_toml
from drafter.guardrails.reading import normalise
from drafter.names import spoken
from drafter.request import Request


@cache
def _legal_forms() -> re.Pattern[str]:
    forms = str(read_toml("guardrails/any/legal_forms.toml")["forms"]).split()
    return re.compile(rf"[\s,]+(?:{'|'.join(re.escape(form) for form in forms)})\.?$", re.IGNORECASE)


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


@lru_cache(maxsize=256)
def name_forms(request: Request) -> re.Pattern[str]:
    """Finds every name of the request in a normalised text; the groups are named as `reading.BLANKS` has them."""
    listed: list[tuple[str, str, bool]] = []
    for group, forms in (
        ("company", company_forms(request.company)),
        ("role", role_forms(request.role)),
        ("recipient", person_forms(request.recipient) if request.recipient else ()),
        ("sender", person_forms(request.sender)),
    ):
        persons = group in {"recipient", "sender"}
        listed += [(normalise(form)[0].strip(), group, persons and " " not in form) for form in forms]
    listed = [entry for entry in listed if entry[0]]
    listed.sort(key=lambda entry: -len(entry[0]))
    # Python's patterns want each group name once, so longer forms of a group carry underscores behind it.
    counts: dict[str, int] = {}
    pieces = []
    for form, group, exact in listed:
        counts[group] = counts.get(group, -1) + 1
        pieces.append(f"(?P<{group}{'_' * counts[group]}>{_whole(form, exact=exact)})")
    return re.compile("|".join(pieces))


def _whole(form: str, *, exact: bool) -> str:
    """A form as a whole word; parts of a person's name in their own case, since "will" and "may" are words too."""
    before = r"(?<!\w)" if form[0].isalnum() and form[0] < "\u2e80" else ""
    after = r"(?!\w)" if form[-1].isalnum() and form[-1] < "\u2e80" else ""
    body = r"\s+".join(re.escape(word) for word in form.split())
    return f"{before}{body if exact else f'(?i:{body})'}{after}"
