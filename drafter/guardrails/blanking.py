"""Which names of a request are blanked out of a draft before the rules read it, so that no name is ever evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from drafter.guardrails.reading import BLANKS, SPACED, normalise
from drafter.names import company_forms, person_forms, role_forms
from drafter.request import Request


class _Form:
    """A form of a name, and which name it is; parts of a person's name are looked for in their own case (`exact`),
    since "will" and "may" are words too.
    """

    def __init__(self, text: str, name: str, *, exact: bool) -> None:
        self.text, self.name, self.exact = text, name, exact
        head = text.split()[0]
        self.head = head if exact else head.lower()

    @cached_property
    def pattern(self) -> str:
        """A pattern for the form as a whole word."""
        before = rf"(?<!{SPACED})" if self.text[0].isalnum() and self.text[0] < "\u2e80" else ""
        after = rf"(?!{SPACED})" if self.text[-1].isalnum() and self.text[-1] < "\u2e80" else ""
        body = r"\s+".join(re.escape(word) for word in self.text.split())
        return f"{before}{body if self.exact else f'(?i:{body})'}{after}"

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def places(self, text: str, low: str) -> Iterator[re.Match[str]]:
        """Where the form stands in a text; `low` is the text in small letters, with the same indices."""
        searched, start = text if self.exact else low, -1
        while (start := searched.find(self.head, start + 1)) >= 0:
            if found := self.compiled.match(text, start):
                yield found


class NameForms:
    """Every form of the names of a request; where several stand in one place, the longest counts."""

    def __init__(self, forms: Sequence[_Form]) -> None:
        self._forms = sorted(forms, key=lambda form: -len(form.text))

    def blanked(self, text: str) -> str:
        """A normalised text in which each letter of a name is the one that `reading.BLANKS` has for it."""
        pieces, end = [], 0
        for start, stop, blank in self._found(text):
            if start >= end:
                pieces += [text[end:start], blank * (stop - start)]
                end = stop
        return "".join([*pieces, text[end:]])

    def _found(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and blank of each form, in reading order, the longest first."""
        if not (text.isascii() and self._plain):  # then small letters may be others than the pattern takes them for
            return [(*found.span(), self._blanks[found.lastindex or 1]) for found in self._whole.finditer(text)]
        low = text.lower()
        found = [
            (place.start(), rank, place.end(), BLANKS[form.name])
            for rank, form in enumerate(self._forms)
            for place in form.places(text, low)
        ]
        return [(start, end, blank) for start, _, end, blank in sorted(found)]

    @cached_property
    def _plain(self) -> bool:
        return all(form.text.isascii() for form in self._forms)

    @cached_property
    def _blanks(self) -> list[str]:
        return ["", *(BLANKS[form.name] for form in self._forms)]

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile("|".join(f"({form.pattern})" for form in self._forms))


def name_forms(request: Request) -> NameForms:
    """What finds every name of the request in a normalised text."""
    return _name_forms(request.company, request.role, request.recipient, request.sender)


@lru_cache(maxsize=256)
def _name_forms(company: str, role: str, recipient: str | None, sender: str) -> NameForms:
    listed = (
        ("company", company_forms(company)),
        ("role", role_forms(role)),
        ("recipient", person_forms(recipient) if recipient else ()),
        ("sender", person_forms(sender)),
    )
    return NameForms(
        [
            _Form(plain, name, exact=name in {"recipient", "sender"} and " " not in form)
            for name, forms in listed
            for form in forms
            if (plain := normalise(form)[0].strip())
        ]
    )
