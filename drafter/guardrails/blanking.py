"""Which names of a request are blanked out of a draft before the rules read it, so that no name is ever evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from drafter.guardrails.asked import of_request
from drafter.guardrails.plain import joins, lower, normalise
from drafter.guardrails.reading import BLANKS
from drafter.names import company_forms, person_forms, role_forms
from drafter.request import Request


class _Form:
    """A form of a name, and which name it is; parts of a person's name are looked for in their own case (`exact`),
    since "will" and "may" are words too.

    Forms are looked for without patterns: each request has others, and compiling them takes longer than reading.
    """

    def __init__(self, text: str, name: str, *, exact: bool) -> None:
        self.text, self.name, self.exact = text, name, exact
        self.head, *self.rest = (text if exact else _alike(text)).split()
        self.apart = joins(text[0]), joins(text[-1])

    def places(self, text: str, low: str) -> Iterator[tuple[int, int]]:
        """Start and end of the form as a whole word in a text; `low` is the text in small letters, with the same
        indices.
        """
        searched, start = text if self.exact else low, -1
        while (start := searched.find(self.head, start + 1)) >= 0:
            end = self._end(searched, start + len(self.head))
            begun = self.apart[0] and joins(text[start - 1 : start])
            if end and not begun and not (self.apart[1] and joins(text[end : end + 1])):
                yield start, end

    def _end(self, text: str, end: int) -> int:
        """Where the form ends whose first word ends here; 0 where its other words don't follow."""
        for word in self.rest:
            begin = end
            while text[begin : begin + 1].isspace():
                begin += 1
            if begin == end or not text.startswith(word, begin):
                return 0
            end = begin + len(word)
        return end


_ONE = str.maketrans("İıς", "iiσ")


def _alike(text: str) -> str:
    """Small letters, with one for those that stand for one and the same: a sigma at the end, an i with or without its
    dot. Lengths stay as they are.
    """
    return lower(text).translate(_ONE)


class NameForms:
    """Every form of the names of a request; where several stand in one place, the longest counts."""

    def __init__(self, forms: Sequence[_Form]) -> None:
        self._forms = sorted(forms, key=lambda form: -len(form.text))

    def blanked(self, text: str) -> str:
        """A normalised text in which each letter of a name is the one that `reading.BLANKS` has for it."""
        pieces, end, low = [], 0, _alike(text)
        found = [
            (place, rank, stop, BLANKS[form.name])
            for rank, form in enumerate(self._forms)
            for place, stop in form.places(text, low)
        ]
        for start, _, stop, blank in sorted(found):
            if start >= end:
                pieces += [text[end:start], blank * (stop - start)]
                end = stop
        return "".join([*pieces, text[end:]])


@of_request
def name_forms(request: Request) -> NameForms:
    """What finds every name of the request in a normalised text."""
    listed = (
        ("company", company_forms(request.company)),
        ("role", role_forms(request.role)),
        ("recipient", person_forms(request.recipient) if request.recipient else ()),
        ("sender", person_forms(request.sender)),
    )
    return NameForms(
        [
            _Form(plain, name, exact=name in {"recipient", "sender"} and " " not in form)
            for name, forms in listed
            for form in forms
            if (plain := normalise(form)[0].strip())
        ]
    )
