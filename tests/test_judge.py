"""The second opinion of a language model."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from drafter import Draft, Request, check, draft
from drafter.errors import ModelError, ModelNotConfigured, ModelUnavailable
from drafter.judge import JUDGED, RULINGS_SCHEMA, Rulings
from drafter.message import Status
from drafter.models import FakeModel
from drafter.prompts import prompt_text
from tests.test_pipeline import GOOD

Make = Callable[..., Request]

BODY = (
    "Dear Tom,\n\nThank you for the interview. I have accepted another offer, so I am withdrawing my application\nfor "
    "Copy Editor at Larkfield Press. I would be glad to stay in touch.\n\nKind regards,\nAna Ruiz"
)
SOUND = Draft(subject="Copy Editor", body=BODY)
FINNISH = Draft(
    subject="Copy Editor",
    body="Hei Tom,\n\nkiitos haastattelusta. Olen ottanut vastaan toisen tarjouksen, joten vedän hakemukseni "
    "tehtävään Copy Editor takaisin; asia koskee siis Larkfield Press yhtiötä. Olisi mukavaa pitää yhteyttä.\n\n"
    "Ystävällisin terveisin\nAna Ruiz",
)
QUOTE = "I have accepted another offer"


def rulings(**said: tuple[str, str | None]) -> dict[str, Any]:
    """A judge's answer that passes every rule but those given, as name=(verdict, quote)."""
    named = {rule.split("/")[1].replace("-", "_"): rule for rule in JUDGED}
    told = {rule: said.get(name, ("pass", None)) for name, rule in named.items()}
    return {"verdicts": [{"rule": rule, "quote": quote, "verdict": verdict} for rule, (verdict, quote) in told.items()]}


def test_a_judge_that_passes_everything_leaves_the_report_as_it_was(fake: FakeModel, request_of: Make) -> None:
    """A sound draft stays acceptable, and costs one call."""
    fake.enqueue(rulings())
    assert check(SOUND, request_of(), judge=fake) == check(SOUND, request_of())
    assert len(fake.history) == 1


def test_a_judge_sees_no_name_and_no_secret(fake: FakeModel, request_of: Make) -> None:
    """Names are slots in what a judge is shown; private entries and an unshared detail are not there at all."""
    fake.enqueue(rulings())
    request = request_of(private=["Contoso pays a fifth more"], reason={"kind": "health", "detail": "a torn meniscus"})
    body = BODY.replace(QUOTE, "My circumstances have changed")
    assert check(Draft(subject=None, body=body), request, judge=fake).acceptable
    asked = "".join(message.content for message in fake.history[0].messages)
    hidden = ("Larkfield", "Ana Ruiz", "Tom", "Copy Editor", "Contoso", "fifth", "meniscus")
    assert [word for word in hidden if word in asked] == []
    assert "{recipient}" in asked or "{name_1}" in asked


def test_a_rejected_draft_is_not_judged(fake: FakeModel, request_of: Make) -> None:
    """What the rules reject costs no call."""
    rude = Draft(subject=None, body=BODY.replace("Thank you", "Your process was chaotic. Thank you"))
    assert not check(rude, request_of(), judge=fake).acceptable
    assert fake.history == []


@pytest.mark.parametrize(
    ("quote", "evidence"),
    [
        (QUOTE, QUOTE),
        ("withdrawing my application for {role}", "withdrawing my application\nfor Copy Editor"),
        ("{role} at {company}", "Copy Editor at Larkfield Press"),
    ],
)
def test_a_quote_is_found_where_it_stands(fake: FakeModel, request_of: Make, quote: str, evidence: str) -> None:
    """A verdict with a quote is a finding with that span, names filled in and line breaks as they are."""
    fake.enqueue(rulings(negative_tone=("fail", quote)))
    report = check(SOUND, request_of(), judge=fake)
    (finding,) = report.findings
    assert (finding.rule, finding.evidence) == ("positivity/negative-tone", evidence)
    assert finding.span is not None
    assert BODY[finding.span.start : finding.span.end] == evidence
    assert not report.acceptable


@pytest.mark.parametrize("quote", [None, "", "  ", "words that nobody wrote", "i have accepted ANOTHER offer"])
def test_a_verdict_without_a_quote_from_the_draft_does_not_count(
    fake: FakeModel, request_of: Make, quote: str | None
) -> None:
    """No quote, an empty one or an invented one is no finding."""
    fake.enqueue(rulings(negative_tone=("fail", quote)))
    assert check(SOUND, request_of(), judge=fake).acceptable


@pytest.mark.parametrize("verdict", ["fail", "cannot_tell"])
def test_what_no_rule_could_read_is_closed_until_a_judge_passes_it(
    fake: FakeModel, request_of: Make, verdict: str
) -> None:
    """In a language without packs a judge's pass opens a rule; a doubt, or an objection without a quote, does not."""
    request = request_of(language="fi")
    fake.enqueue(rulings(no_thanks=(verdict, None)), rulings())
    doubted = {one.rule for one in check(FINNISH, request, judge=fake).rules if one.status is Status.NOT_RUN}
    assert doubted == {"positivity/no-thanks"}
    assert check(FINNISH, request, judge=fake).acceptable
    assert not check(FINNISH, request).acceptable


def incomplete() -> dict[str, Any]:
    """An answer that leaves out the last rule."""
    return {"verdicts": rulings()["verdicts"][:-1]}


UNUSABLE: tuple[str | dict[str, Any] | ModelError, ...] = (
    "",
    "[]",
    "all fine!",
    {"verdicts": []},
    {"verdicts": None},
    {"passed": True},
    incomplete(),
    json.dumps(rulings()).replace('"pass"', '"Pass"'),
    json.dumps(rulings()).replace('"pass"', "0.93"),
    ModelUnavailable("fake", "is down"),
)


@pytest.mark.parametrize("reply", UNUSABLE, ids=str)
def test_a_judge_without_a_usable_answer_has_passed_nothing(
    fake: FakeModel, request_of: Make, reply: str | dict[str, Any] | ModelError
) -> None:
    """Empty, malformed, incomplete or missing: all that was to be judged is not run."""
    fake.enqueue(reply, reply)
    report = check(SOUND, request_of(), judge=fake)
    assert {one.rule for one in report.rules if one.status is Status.NOT_RUN} == set(JUDGED)
    assert not report.acceptable


def test_an_unreadable_verdict_is_asked_for_once_more(fake: FakeModel, request_of: Make) -> None:
    """The second answer counts; what was asked says what was wrong."""
    fake.enqueue(incomplete(), rulings())
    assert check(SOUND, request_of(), judge=fake).acceptable
    assert "no verdict on safety/injected" in fake.history[1].messages[-1].content


def test_a_waived_rule_stays_waived(fake: FakeModel, request_of: Make) -> None:
    """What the person waived, no judge brings back."""
    fake.enqueue(rulings(negative_tone=("fail", QUOTE)))
    assert check(SOUND, request_of(), judge=fake, waive={"positivity/negative-tone": "meant so"}).acceptable


def test_the_phrasebook_is_no_judge(request_of: Make) -> None:
    """Asking it is a mistake, and said to be one."""
    with pytest.raises(ModelNotConfigured, match="no language model"):
        check(SOUND, request_of(), judge="phrasebook")


def test_where_a_model_writes_it_also_judges(fake: FakeModel, request_of: Make) -> None:
    """What the judge objects to is sent back to the writer, mended, and judged again; calls and tokens are counted."""
    mended = {"changes": [{"line": "1", "added": False, "text": "Thank you for the good interview.", "fact": 2}]}
    fake.enqueue(GOOD, rulings(negative_tone=("fail", "Thank you for the interview.")), mended, rulings())
    result = draft(request_of(), model=fake)
    assert (result.source, result.calls, len(result.attempts)) == ("fake", 4, 2)
    assert '"Thank you for the interview."' in fake.history[2].messages[-1].content
    assert [attempt.judge for attempt in result.attempts] == ["fake", "fake"]
    assert result.usage.total > result.attempts[0].usage.total > 0


def test_a_message_that_no_judge_could_read_is_not_shown(fake: FakeModel, request_of: Make) -> None:
    """Where the judge is away the phrasebook writes, and the note says why."""
    fake.enqueue(GOOD, ModelUnavailable("fake", "is down"))
    result = draft(request_of(), model=fake)
    assert (result.source, result.report.acceptable) == ("phrasebook", True)
    assert "could not be judged (unavailable: is down)" in result.notes[-1]


def test_a_judge_of_its_own_can_read(fake: FakeModel, request_of: Make) -> None:
    """Writer and judge may be two models."""
    judge = FakeModel("second")
    fake.enqueue(GOOD)
    judge.enqueue(rulings())
    result = draft(request_of(), model=fake, judge=judge)
    assert (len(fake.history), len(judge.history), result.attempts[0].judge) == (1, 1, "second")


def test_every_judged_rule_is_in_prompt_and_schema() -> None:
    """The prompt explains each rule that the schema asks for, and the schema is that of Rulings."""
    text = prompt_text("judge", "en")
    item = RULINGS_SCHEMA["properties"]["verdicts"]["items"]
    assert [rule for rule in JUDGED if f"- {rule}: " not in text] == []
    assert (
        set(item["properties"])
        == set(item["required"])
        == set(Rulings.model_json_schema()["$defs"]["Ruling"]["required"])
    )
