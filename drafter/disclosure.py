"""What may be said: a request becomes a brief of numbered facts, and nothing else reaches a writer.

Source: the architecture's first decision, "what the model never sees, it cannot leak". Private entries, reasons that
may not be told and the names themselves stay behind; names are slots (`drafter.names`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache

from drafter.content import list_files, list_folders, read_toml
from drafter.guide import channel_for, word_limit
from drafter.names import Names, is_address, is_planted
from drafter.request import Channel, Contracted, ReasonKind, Request, Share, Stage, Tone

_RUN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u30a1-\u30fa\u3400-\u9fff]{2,}")  # katakana, and Chinese signs
_ENDING = re.compile(r"(?:ies|ing|ed|es|s|y|e)$")

DETAIL_WORDS = 40
"""Most words of a detail that are passed on whole: the contract bears 45 on the reason, and its sentence needs some."""

GENERAL = {
    ReasonKind.HEALTH: ReasonKind.PERSONAL,
    ReasonKind.FAMILY: ReasonKind.PERSONAL,
    ReasonKind.COMPENSATION: ReasonKind.ROLE_FIT,
    ReasonKind.COMPANY: ReasonKind.ROLE_FIT,
    ReasonKind.UNDISCLOSED: None,
}
"""The kinds that even `share: general` does not name, and the general kind that stands for each (the contract)."""


class FactKind(StrEnum):
    """What a fact is about; the phrasebook's moves and the ledger of claims go by it."""

    DECISION = "decision"
    STAGE = "stage"
    INTERVIEW = "interview"
    REASON = "reason"
    APPRECIATED = "appreciated"
    MAY_MENTION = "may_mention"
    DOOR = "door"


class Fact(Contracted):
    """One thing that may be said. `text` is the sentence for a model; `words` are the person's own, where they are."""

    number: int
    kind: FactKind
    text: str
    words: str | None = None


class Withheld(Contracted):
    """An entry of the request that no writer is shown, and why. The entry itself is not repeated."""

    field: str
    why: str


class Brief(Contracted):
    """All that a writer is told. Names are slots in every text.

    `reason` is the kind of reason as it may be told, or null where none may be; `detail` the person's own words for it,
    where those may be told; `interview` the arranged date in words ("17 February"); `limit` the most words of the body.
    """

    facts: tuple[Fact, ...]
    channel: Channel
    tone: Tone
    stage: Stage
    reason: ReasonKind | None
    detail: str | None
    interview: str | None
    keep_in_touch: bool
    named_recipient: bool
    limit: int
    language: str
    withheld: tuple[Withheld, ...] = ()

    @property
    def primary_language(self) -> str:
        """The language without region or script: "pt" for "pt-BR"."""
        return self.language.split("-")[0].lower()

    def words(self, kind: FactKind) -> tuple[str, ...]:
        """The person's own words in the facts of one kind."""
        return tuple(fact.words for fact in self.facts if fact.kind is kind and fact.words is not None)

    def number(self, kind: FactKind, words: str | None = None) -> int | None:
        """The number of the first fact of a kind (with these words, where given), or None."""
        fits = (fact.number for fact in self.facts if fact.kind is kind and words in {None, fact.words})
        return next(fits, None)


def brief(request: Request, names: Names | None = None) -> Brief:
    """The facts of a request that may be said.

    Pass the `names` that will fill the writer's slots, so that forms met here are known when they are filled.
    """
    names = names or Names.of(request)
    phrases = read_toml(f"prompts/{request.primary_language}/facts.toml")
    withheld: list[Withheld] = []
    kept = {name: _admitted(name, getattr(request, name), request, withheld) for name in ("appreciated", "may_mention")}
    reason, detail = _reason(request, withheld)
    interview = _in_words(request.next_interview, phrases["date"]) if request.next_interview else None
    listed: list[tuple[FactKind, str, str | None]] = [
        (FactKind.DECISION, phrases["decision"], None),
        (FactKind.STAGE, phrases["stage"][request.stage], None),
    ]
    if interview:
        listed.append((FactKind.INTERVIEW, phrases["interview"]["date"].replace("{moment}", interview), None))
    if detail:
        words = names.mask(detail)
        listed.append((FactKind.REASON, phrases["reason"]["detail"].replace("{detail}", words), words))
    elif reason:
        listed.append((FactKind.REASON, phrases["reason"][reason], None))
    for name in (FactKind.APPRECIATED, FactKind.MAY_MENTION):
        for entry in kept[name]:
            words = names.mask(entry)
            listed.append((name, phrases[name]["entry"].replace("{entry}", words), words))
    if request.keep_in_touch:
        listed.append((FactKind.DOOR, phrases["door"]["open"], None))
    return Brief(
        facts=tuple(
            Fact(number=number, kind=kind, text=text, words=words)
            for number, (kind, text, words) in enumerate(listed, start=1)
        ),
        channel=channel_for(request)[0],
        tone=request.tone,
        stage=request.stage,
        reason=reason,
        detail=names.mask(detail) if detail else None,
        interview=interview,
        keep_in_touch=request.keep_in_touch,
        named_recipient=names.recipient is not None,
        limit=word_limit(request),
        language=request.language,
        withheld=tuple(withheld),
    )


def _admitted(name: str, entries: tuple[str, ...], request: Request, withheld: list[Withheld]) -> list[str]:
    """The entries of a list that may travel. Private entries win over everything, an unshared reason over praise."""
    secrets = [("a private entry", entry) for entry in request.private]
    reason = request.reason
    if name == "appreciated" and reason.detail and reason.share is not Share.DETAIL:
        secrets.append(("the reason that is not to be told", reason.detail))
    admitted = []
    for index, entry in enumerate(entries):
        where = f"{name}[{index}]"
        overlap = next((secret for secret, text in secrets if shares_words(entry, text)), None)
        if is_planted(entry):
            withheld.append(Withheld(field=where, why="it reads like an instruction to the writer, not like a fact"))
        elif name == "appreciated" and is_address(entry):
            withheld.append(
                Withheld(field=where, why="it holds a link or an address; put what is to be sent into may_mention")
            )
        elif overlap:
            withheld.append(Withheld(field=where, why=f"it has words in common with {overlap}"))
        else:
            admitted.append(_squeeze(entry))
    return admitted


def _reason(request: Request, withheld: list[Withheld]) -> tuple[ReasonKind | None, str | None]:
    """The kind of reason and the detail as far as they may be told."""
    reason = request.reason
    if reason.share is Share.NOTHING:
        return None, None
    kind = GENERAL.get(reason.kind, reason.kind)
    detail = reason.shared_detail
    if detail is None:
        return kind, None
    why = None
    if is_planted(detail):
        why = "it reads like an instruction to the writer, not like a reason"
    elif any(shares_words(detail, entry) for entry in request.private):
        why = "it has words in common with a private entry"
    elif len(detail.split()) > DETAIL_WORDS or len(re.findall(r"[.!?](?:\s|$)", detail.rstrip(".!? "))) > 1:
        why = f"it is longer than two sentences or {DETAIL_WORDS} words; the reason is given in general words instead"
    if why:
        withheld.append(Withheld(field="reason.detail", why=why))
        return kind, None
    return kind, _squeeze(detail)


def _squeeze(text: str) -> str:
    return " ".join(text.split())


@cache
def everyday_words() -> frozenset[str]:
    """Words that every such message uses, in any language, and that therefore give nothing away."""
    folders = ("guardrails", *(f"guardrails/{name}" for name in list_folders("guardrails")))
    paths = [path for folder in folders for path in list_files(folder, "everyday.toml")]
    return frozenset(word for path in paths for word in str(read_toml(path)["words"]).split())


def telling_words(text: str) -> frozenset[str]:
    """The words and numbers of a text that could give it away: not the everyday ones, and without their endings."""
    found = frozenset(filter(None, map(_telling, _RUN.findall(text.casefold()))))
    return found if text.isascii() else found | _pairs(text)


def _pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring signs in scripts that set no space between words, but for those that bind the words."""
    runs = _UNSPACED.findall(text)
    return frozenset(run[place : place + 2] for run in runs for place in range(len(run) - 1)) - everyday_words()


@lru_cache(maxsize=20_000)
def _telling(word: str) -> str | None:
    """The word without its ending, where it tells anything."""
    known = everyday_words()
    if word in known or (len(word) < 3 and not word.isdigit()):
        return None
    stem = _stem(word)
    return None if stem in known else stem


def _stem(word: str) -> str:
    """A word without its commonest endings, so that "interviews" meets "interview"; the same for any language."""
    return _ENDING.sub("", word) if len(word) > 4 else word


def shares_words(text: str, secret: str) -> bool:
    """Whether a text has a telling word or number in common with a secret; so it might give the secret away."""
    return not telling_words(text).isdisjoint(telling_words(secret))


def _in_words(moment: date | datetime, phrases: dict[str, object]) -> str:
    months = phrases["months"]
    assert isinstance(months, list)  # noqa: S101 -- the content files are part of the program
    day = str(phrases["day"]).replace("{day}", str(moment.day)).replace("{month}", months[moment.month - 1])
    if not isinstance(moment, datetime) or (moment.hour, moment.minute) == (0, 0):
        return day
    return str(phrases["moment"]).replace("{day}", day).replace("{time}", f"{moment:%H:%M}")
