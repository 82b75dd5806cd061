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
    """A sentence for each name that was cut, for a reason in own words that the message gives in general ones, and for
    entries that the phrasebook had no place for.
    """
    yield from cut_names(request)
    if not any(note.startswith("reason.detail ") for note in result.notes) and _untold(result, request):
        yield (
            "reason.detail was left out: your words could not be built into a sentence, so the reason is given in "
            'general words. Write it as a whole sentence that begins with "I" or "my".'
        )
    if result.source == "phrasebook" and (unsaid := list(_unsaid(result, request))):
        yield f"A short message has no place for everything; this one leaves out {', '.join(unsaid)}."


def _unsaid(result: Result, request: Request) -> Iterator[str]:
    """The entries that may be told, are in no sentence and have no note yet, in quotation marks."""
    for field, words in (("appreciated", "what you valued"), ("may_mention", "what may be mentioned")):
        for index, entry in enumerate(getattr(request, field)):
            noted = any(note.startswith((f"{field}[{index}]", f"{field} of ")) for note in result.notes)
            if not noted and not _is_said(entry, result):
                yield f'"{printable(entry)}" ({words})'


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
    return not _is_said(detail, result)


def _is_said(words: str, result: Result) -> bool:
    """Whether a message says these words, or all of them that tell anything."""
    plain = " ".join(words.split()).rstrip(".!;, ").casefold()
    body = " ".join(result.message.body.split())
    return plain in body.casefold() or (bool(telling_words(words)) and telling_words(words) <= telling_words(body))


def _is_of(detail: str, fact: str) -> bool:
    return " ".join(detail.split()) in fact or shares_words(detail, fact)
