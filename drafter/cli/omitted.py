"""What a message leaves out of its request, told to the person: names that were cut, own words that are not in it."""

from __future__ import annotations

from collections.abc import Iterator

from drafter.cli.render import printable
from drafter.disclosure import shares_words, telling_words
from drafter.message import Result
from drafter.names import spoken
from drafter.request import Request

STAGE_ASSUMED = (
    "stage not given: taken as interviewed. If it did not get that far, or got farther: --stage applied, invited, "
    "screened or final_round."
)


def omitted(result: Result, request: Request) -> Iterator[str]:
    """A sentence for each name that was cut, and for a reason in own words that the message gives in general ones."""
    yield from cut_names(request)
    if not any(note.startswith("reason.detail ") for note in result.notes) and _untold(result, request):
        yield (
            "reason.detail was left out: your words could not be built into a sentence, so the reason is given in "
            'general words. Write it as a whole sentence that begins with "I" or "my".'
        )


def cut_names(request: Request) -> Iterator[str]:
    """A sentence for each name of which the message uses only the beginning."""
    for field in ("sender", "company", "role", "recipient"):
        given = " ".join((getattr(request, field) or "").split())
        said = spoken(getattr(request, field)) if given else ""
        if len(said) < len(given.rstrip(" .,-–—|/#:;")):
            broken = "\n" in (getattr(request, field) or "").strip()
            why = "it has a line break" if broken else "what follows reads like no name"
            yield (
                f'{field} was cut to "{printable(said)}": {why}. If all of it is the name, write it '
                "on one line, without links or orders."
            )


def _untold(result: Result, request: Request) -> bool:
    """Whether a detail that may be told is in no sentence. A model that rests a sentence on it has told it."""
    detail = request.reason.shared_detail
    if detail is None:
        return False
    resting = [one.text for one in result.claims if one.fact and _is_of(detail, result.facts[one.fact - 1])]
    if result.source != "phrasebook":
        return not resting
    plain = " ".join(detail.split()).rstrip(".!;, ").casefold()
    body = " ".join(result.message.body.split()).casefold()
    return plain not in body and not (telling_words(detail) and telling_words(detail) <= telling_words(body))


def _is_of(detail: str, fact: str) -> bool:
    return " ".join(detail.split()) in fact or shares_words(detail, fact)
