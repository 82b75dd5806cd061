"""Which names of a request are blanked out of a draft before the rules read it, so that no name is ever evidence."""

from __future__ import annotations

import re
from functools import lru_cache

from drafter.guardrails.reading import normalise
from drafter.names import company_forms, person_forms, role_forms
from drafter.request import Request


def name_forms(request: Request) -> re.Pattern[str]:
    """Finds every name of the request in a normalised text; the groups are named as `reading.BLANKS` has them."""
    return _forms(request.company, request.role, request.recipient, request.sender)


@lru_cache(maxsize=256)
def _forms(company: str, role: str, recipient: str | None, sender: str) -> re.Pattern[str]:
    listed: list[tuple[str, str, bool]] = []
    for group, forms in (
        ("company", company_forms(company)),
        ("role", role_forms(role)),
        ("recipient", person_forms(recipient) if recipient else ()),
        ("sender", person_forms(sender)),
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
