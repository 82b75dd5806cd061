"""`check`: every rule, every pack, and what holds for any text at all."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Request, check
from drafter.content import parse_toml
from drafter.errors import PackError, UnknownRule
from drafter.guardrails import kinds
from drafter.guardrails.kinds import Case, Hit, Rule
from drafter.guardrails.pack import RULES, load, rules
from drafter.guardrails.selftest import flags
from drafter.message import Part, Status

Make = Callable[..., Request]
GOOD = (
    "Dear Tom,\n\nThank you for the interview. I have accepted another offer, so I am withdrawing my application to "
    "Larkfield Press. I would be glad to stay in touch.\n\nKind regards,\nAna Ruiz"
)
TEXTS = [
    pytest.param(rule, text, wanted, id=f"{rule.id}-{rule.kind}-{wanted}-{number}")
    for rule in rules("en")
    for wanted, texts in (("flag", rule.flag), ("pass", rule.passes))
    for number, text in enumerate(texts)
]


@pytest.mark.parametrize(("rule", "text", "wanted"), TEXTS)
def test_a_rule_judges_its_own_texts_rightly(rule: Rule, text: dict[str, Any], wanted: str) -> None:
    """Every rule flags the texts that stand beside it to be flagged, and passes those that it must pass."""
    assert flags(rule, text) == (wanted == "flag")


def test_the_packs_have_every_rule_of_the_contract() -> None:
    """No rule of the contract is without a pack."""
    assert {rule.id for rule in rules("en")} == set(RULES)


def test_a_good_draft_is_acceptable(request_of: Make) -> None:
    """A draft that keeps all rules has no findings, and every rule ran."""
    report = check(Draft(subject="Copy Editor", body=GOOD), request_of())
    assert report.findings == ()
    assert report.acceptable
    assert [rule.rule for rule in report.rules] == list(RULES)
    assert report.words == 33


WORDS = st.sampled_from(
    [
        "I",
        "withdraw",
        "sorry",
        "Tom",
        "Hale",
        "Larkfield",
        "Press",
        "your",
        "process",
        "was",
        "chaotic",
        "Thank",
        "you",
        "salary",
        "[Name]",
        "https://x.example",
        "mañana",
        "\u200b",
        "\xad",
        "ﬁne",
        "café",
        "🤰",
        "Wіthdraw",
        "\n",
        "\n\n",
        "\t",
        ".",
        "!",
        "?",
        "Dr.",
        "3",
        "March",
        "{role}",
        "𐩁",
        "9" * 400,
        "**",
        "\r\n",
    ]
)
ANY_TEXT = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join))


@given(body=ANY_TEXT, subject=st.none() | ANY_TEXT)
def test_evidence_is_what_stands_in_the_draft(body: str, subject: str | None) -> None:
    """Whatever the text: no rule breaks, and each span cuts its evidence out of the subject or body as given."""
    request = Request.model_validate(
        {
            "sender": "Ana Ruiz",
            "company": "Larkfield Press",
            "role": "Editor",
            "recipient": "Tom Hale",
            "private": ["my salary of 𐩁 or 40,000"],
        }
    )
    report = check(Draft(subject=subject, body=body), request)
    assert {rule.status for rule in report.rules} <= {Status.PASS, Status.FAIL}
    for finding in report.findings:
        if finding.span is None:
            assert finding.evidence == ""
        else:
            text = body if finding.span.part is Part.BODY else subject or ""
            assert text[finding.span.start : finding.span.end] == finding.evidence != ""


@given(ANY_TEXT)
def test_checking_twice_gives_the_same(body: str) -> None:
    """The same draft and request give the same report."""
    request = Request(sender="Ana", company="Bolt", role="Cook")
    assert check(Draft(body=body), request) == check(Draft(body=body), request)


def test_a_rule_that_breaks_has_not_passed(request_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that raises is an error, and the draft is not acceptable."""

    def broken(rule: Rule, case: Case) -> Iterator[Hit]:
        raise ZeroDivisionError

    monkeypatch.setitem(kinds.KINDS, "limit", broken)
    report = check(Draft(body=GOOD), request_of())
    assert [rule.rule for rule in report.rules if rule.status is Status.ERROR] == ["brevity/too-long"]
    assert not report.acceptable


def test_a_waived_rule_is_listed_with_its_reason(request_of: Make) -> None:
    """A waiver leaves a rule out and says why; all others still count."""
    draft = Draft(body=GOOD.replace("Thank you for the interview. ", ""))
    report = check(draft, request_of(), waive={"positivity/no-thanks": "thanked by phone"})
    assert report.acceptable
    assert [(rule.rule, rule.note) for rule in report.rules if rule.status is Status.WAIVED] == [
        ("positivity/no-thanks", "thanked by phone")
    ]


def test_a_waiver_for_no_rule_names_the_nearest(request_of: Make) -> None:
    """A misspelt rule in a waiver is an error that names the rule that was meant."""
    with pytest.raises(UnknownRule, match="positivity/no-thanks"):
        check(Draft(body=GOOD), request_of(), waive={"positivity/nothanks": "x"})


def test_another_language_is_not_judged_by_english_words(request_of: Make) -> None:
    """Where a language has no pack, rules that need words have not run, and the draft is not acceptable."""
    body = "Lieber Tom,\n\nvielen Dank. Ich ziehe meine Bewerbung bei Larkfield Press zurück.\n\nAna Ruiz"
    report = check(Draft(body=body), request_of(language="fi"))
    states = {rule.rule: rule.status for rule in report.rules}
    assert states["clarity/no-withdrawal"] is Status.NOT_RUN
    assert states["brevity/too-long"] is Status.PASS
    assert not report.acceptable


def test_no_finding_repeats_a_private_entry(request_of: Make) -> None:
    """Messages and advice point at the draft's own words and never quote the secret."""
    body = GOOD.replace("I would", "The Contoso people pay me. I would")
    report = check(Draft(body=body), request_of(private=["I start at Contoso"]))
    assert "discretion/private-fact" in {finding.rule for finding in report.errors}
    assert all("Contoso" not in finding.message + finding.advice for finding in report.findings)


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"id": "positivity/nice"}, "not a rule of the contract"),
    ({"kind": "magic"}, "no kind 'magic'"),
    ({"patterns": ["(unclosed"]}, "pattern"),
    ({"flag": []}, "flag"),
    ({"principle": 11}, "principle"),
]


@pytest.mark.parametrize(("change", "said"), BROKEN)
def test_a_broken_rule_is_refused(change: dict[str, Any], said: str) -> None:
    """A pack with a wrong rule, kind or pattern, or without texts of its own, is an error that names file and fault."""
    sound = {
        "id": "positivity/no-thanks",
        "kind": "pattern",
        "principle": 3,
        "message": "m",
        "advice": "a",
        "patterns": ["x"],
        "flag": [{"sentence": "x"}],
        "pass": [{"sentence": "y"}],
    }
    assert load("mine.toml", {"rule": [sound]})
    with pytest.raises(PackError, match=f"mine.toml.*{said}"):
        load("mine.toml", {"rule": [sound | change]})


PACK = """# a pack
[[rule]]
id = "positivity/no-thanks"
kind = "pattern"
principle = 3
message = "m"
advice = "a"
patterns = ["x", "(good)"]
flag = [{ sentence = "x" }]
pass = [{ sentence = "y" }]
"""


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ('"positivity/no-thanks"', '"positivity/no-thank"', "mine.toml:3:1: .*did you mean 'positivity/no-thanks'"),
        ('kind = "pattern"', 'kind = "patern"', "mine.toml:4:1: .*did you mean 'pattern'"),
        ("principle = 3", "principle = 30", "mine.toml:5:1: rule 1: principle"),
        ("(good)", "(bad", r"mine.toml:8:19: positivity/no-thanks: pattern '\(bad'"),
        ("flag = [", "flags = [", "mine.toml:9:1: rule 1: flag"),
    ],
)
def test_a_broken_pack_names_line_and_column(
    monkeypatch: pytest.MonkeyPatch, right: str, wrong: str, place: str
) -> None:
    """What is wrong in a pack is pointed at where it stands in the file, with the nearest right name."""
    text = PACK.replace(right, wrong)
    monkeypatch.setattr("drafter.guardrails.pack.read_text", lambda _: text)
    with pytest.raises(PackError, match=place):
        load("mine.toml", parse_toml(text, "mine.toml"))


@pytest.mark.parametrize("role", ["👩‍💻", "👨‍👩‍👧 Family Coach", "Nurse 🏥"])
@pytest.mark.parametrize("private", [(), ("my 👨‍👩‍👧 family",)])
def test_pictures_in_a_name_are_no_evidence(role: str, private: tuple[str, ...], request_of: Make) -> None:
    """A role that is written with pictures gives away no topic; the same pictures elsewhere do."""
    wanted = request_of(role=role, private=private, recipient=None)
    body = f"Dear hiring team,\n\nThank you for your time. I withdraw my application for {role} at Larkfield Press."

    def found(body: str) -> set[str]:
        report = check(Draft(subject="My application", body=f"{body}\n\nKind regards,\nAna Ruiz"), wanted)
        return {one.rule for one in report.findings} & {"discretion/sensitive-topic", "discretion/private-fact"}

    assert found(body) == set()
    assert "discretion/sensitive-topic" in found(f"{body} 👪 🏥")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Votre équipe marketing me semble très forte."),
        ("es", "Me gustó mucho su equipo de marketing."),
        ("it", "I vostri progetti di marketing e i colleghi sono interessanti."),
        ("pt", "A equipe de marketing me impressionou."),
        ("pl", "Zespół marketingu i Państwa produkt są ciekawe."),
        ("en", "Your marketing team seems very strong to me."),
    ],
)
def test_one_word_of_a_secret_in_praise_of_them_gives_nothing_away(language: str, sentence: str) -> None:
    """A private entry about another company's marketing is not told by praise of this one's, in any language."""
    request = Request(
        sender="Ana Ruiz",
        company="Larkfield Press",
        role="Copy Editor",
        language=language,
        private=("my brother works for a competitor, in marketing",),
    )
    report = check(Draft(subject="Copy Editor", body=f"Hello,\n\n{sentence}\n\nAna Ruiz"), request)
    assert "discretion/private-fact" not in {one.rule for one in report.findings}


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("I can return the visitor's badge by post.", True),
        ("I can return the badge by post, and next week I will send you the names of three good editors.", False),
    ],
)
def test_what_may_be_mentioned_frees_no_more_than_itself(sentence: str, kept: bool) -> None:
    """A promise that the request gives is none; one more in the same sentence is."""
    request = Request(
        sender="Ana Ruiz",
        company="Larkfield Press",
        role="Copy Editor",
        may_mention=("I can return the visitor's badge by post",),
    )
    body = (
        f"Dear hiring team,\n\nThank you for the interview. I withdraw from Copy Editor at Larkfield Press. {sentence} "
        "I hope we stay in touch.\n\nBest,\nAna Ruiz"
    )
    report = check(Draft(subject="Copy Editor", body=body), request)
    assert ("honesty/unapproved-promise" not in {one.rule for one in report.findings}) is kept
