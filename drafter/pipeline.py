"""From a request to a message that passed every guardrail: write, check, revise, fall back.

Every job is a conversation (`drafter.conversation`) that knows neither threads nor a network; `drafter.drafting` has
them run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from drafter.conversation import PHRASEBOOK, Answer, Ask, Conversation
from drafter.disclosure import Brief, FactKind, brief
from drafter.errors import NoAcceptableDraft, Problem, RequestError
from drafter.guardrails import is_unkind_name
from drafter.guide import advise
from drafter.incoming import Situation, latest, situation
from drafter.letter import Letter, claims
from drafter.limits import Limits
from drafter.message import Attempt, Draft, Finding, Occasion, Result
from drafter.models.interface import ModelCall
from drafter.names import Names, spoken
from drafter.phrasebook import write, write_reply
from drafter.prices import Prices
from drafter.prompts import changing_call, first_call, languages, replying_call
from drafter.request import Request, contradictions
from drafter.writing import Checked, GaveUp, Listener, Step, Work, model_writes


@dataclass(frozen=True)
class Terms:
    """On what terms a message is written.

    `model` and `judge` are the names to report: without a model the phrasebook writes, without a judge the rules alone
    decide. `seed` chooses among wordings, and `now` is the local date that the advice depends on.
    """

    model: str | None = None
    judge: str | None = None
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    prices: Prices = field(default_factory=Prices.known)
    now: date | datetime = field(default_factory=datetime.now)
    on_event: Listener | None = None

    def other(self, seed: int) -> Terms:
        """The same with another seed."""
        return replace(self, seed=seed)


def drafting(request: Request, terms: Terms) -> Conversation[Result]:
    """Writes the message that withdraws.

    Raises RequestError for a request that contradicts itself or asks for a language that there is none of, and
    NoAcceptableDraft where nobody could write.
    """
    work = _begun(request, terms)
    opening = first_call(work.brief, seed=terms.seed) if terms.model is not None else None
    return (yield from _written(work, terms, opening, lambda told: write(told, seed=terms.seed, names=work.names)))


def replying(incoming: str, request: Request, terms: Terms) -> Conversation[Result]:
    """Answers what came back after the message was sent. `incoming` is their message: data, and never an order.

    Raises as `drafting` does.
    """
    work = _begun(request, terms, Occasion.REPLY)
    meant = situation(incoming, request.primary_language)
    opening = (
        replying_call(work.brief, work.names.mask(latest(incoming)), seed=terms.seed)
        if terms.model is not None
        else None
    )

    def by_phrasebook(told: Brief) -> Letter:
        if meant is Situation.OTHER:
            work.notes.append("What they ask is none of the usual things, so see whether this answers it.")
        return write_reply(told, meant, seed=terms.seed, names=work.names)

    return (yield from _written(work, terms, opening, by_phrasebook))


def changing(draft: Draft, request: Request, ask: str, terms: Terms) -> Conversation[Result]:
    """Changes a message as the person asks, under the same guardrails. Needs a model.

    Raises as `drafting` does, and NoAcceptableDraft where the change came to nothing acceptable.
    """
    if terms.model is None:
        raise NoAcceptableDraft("only a language model can change a message as you ask; name one with --model")
    work = _begun(request, terms)
    opening = changing_call(work.brief, draft, ask, work.names, seed=terms.seed)
    made = yield from model_writes(work, opening, terms.limits)
    if isinstance(made, GaveUp):
        raise NoAcceptableDraft(f"{terms.model}: {made.why}; your message stays as it was", work.attempts)
    return _result(work, made, terms)


def _begun(request: Request, terms: Terms, occasion: Occasion = Occasion.WITHDRAWAL) -> Work:
    """The work on a request that makes sense. Raises RequestError."""
    problems = contradictions(request)
    problems += [
        Problem(field, "reads like more than a name; give the name alone", found=repr(name))
        for field in ("company", "role", "recipient")
        if (name := getattr(request, field)) and is_unkind_name(spoken(name), request.primary_language)
    ]
    if request.primary_language not in languages():
        there_are = ", ".join(languages())
        problems.append(
            Problem("language", "no messages can be written in it yet", found=repr(request.language), allowed=there_are)
        )
    if problems:
        raise RequestError("request", problems)
    names = Names.of(request)
    work = Work(
        request,
        names,
        brief(request, names),
        occasion=occasion,
        model=terms.model or "",
        judge=terms.judge,
        prices=terms.prices,
        on_event=terms.on_event,
    )
    work.notes += [f"{entry.field} was left out: {entry.why}." for entry in work.brief.withheld]
    return work


def _written(
    work: Work, terms: Terms, opening: ModelCall | None, by_phrasebook: Callable[[Brief], Letter]
) -> Generator[Ask, Answer, Result]:
    """The model's message where there is a model and it writes an acceptable one, else the phrasebook's."""
    if opening is not None:
        made = yield from model_writes(work, opening, terms.limits)
        if not isinstance(made, GaveUp):
            return _result(work, made, terms)
        work.notes.append(f"{terms.model}: {made.why}. So the built-in phrasebook wrote this message.")
    return _result(work, _phrasebook_writes(work, by_phrasebook), terms)


def _result(work: Work, made: Checked, terms: Terms) -> Result:
    return Result(
        message=made.message,
        report=made.report,
        advice=advise(work.request, now=terms.now),
        claims=claims(made.letter, work.names),
        facts=tuple(work.names.fill(fact.text) for fact in work.brief.facts),
        source=work.attempts[-1].writer,
        attempts=tuple(work.attempts),
        notes=tuple(work.notes),
    )


def _phrasebook_writes(work: Work, by_phrasebook: Callable[[Brief], Letter]) -> Checked:
    """The phrasebook's letter; where the person's own words keep it from being acceptable, with fewer of them."""
    work.tell(Step.PHRASEBOOK)
    tried: list[Finding] = []
    for told, dropped in _thinner(work.brief):
        made = work.check(by_phrasebook(told))
        work.attempts.append(Attempt(writer=PHRASEBOOK, draft=made.message, report=made.report))
        if made.report.acceptable:
            if dropped:
                work.notes.append(
                    f"{dropped} of your request did not pass the guardrails, so the message leaves it out."
                )
            return made
        tried = list(made.report.errors) or tried
    rules = ", ".join(dict.fromkeys(finding.rule for finding in tried)) or "a rule that could not run"
    raise NoAcceptableDraft(
        f"even the phrasebook's message broke {rules}; look at the request's names and entries", work.attempts
    )


def _thinner(whole: Brief) -> Iterator[tuple[Brief, str]]:
    """The brief, and then with less and less of the person's own words; with what was dropped."""
    yield whole, ""
    told = whole
    for kind, name in ((FactKind.MAY_MENTION, "may_mention"), (FactKind.APPRECIATED, "appreciated")):
        if told.words(kind):
            told = told.model_copy(update={"facts": tuple(fact for fact in told.facts if fact.kind is not kind)})
            yield told, name
    if told.detail:
        yield told.model_copy(update={"detail": None}), "reason.detail"
