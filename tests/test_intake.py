"""Request files: what is taken, and how everything that is wrong is said at once without repeating a secret."""

import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drafter.errors import Problem, RequestError
from drafter.intake import PROBLEMS_LIMIT, SIZE_LIMIT, Format, build_request, load_request, parse_request
from drafter.request import ReasonKind, Request, Share, Stage

TOML = 'sender = "Ana Ruiz"\ncompany = "Larkfield"\nrole = "Copy Editor"\n'
YAML = "sender: Ana Ruiz\ncompany: Larkfield\nrole: Copy Editor\n"
FIELDS = {"sender": "Ana Ruiz", "company": "Larkfield", "role": "Copy Editor"}
JSON = json.dumps(FIELDS)
PLAIN = Request.model_validate(FIELDS)
SECRET = "zanzibar"


def problems(
    text: str | bytes, suffix: Format | None = "toml", overrides: Mapping[str, Any] | None = None
) -> tuple[Problem, ...]:
    """What is wrong with a text; fails where nothing is."""
    with pytest.raises(RequestError) as caught:
        parse_request(text, format=suffix, overrides=overrides)
    return caught.value.problems


@pytest.mark.parametrize(("suffix", "text"), [("toml", TOML), ("yaml", YAML), ("yml", YAML), ("JSON", JSON)])
def test_the_suffix_names_the_format(tmp_path: Path, suffix: str, text: str) -> None:
    """A file is read in the format that its suffix names, whatever its case."""
    path = tmp_path / f"request.{suffix}"
    path.write_text(text, encoding="utf-8")
    assert load_request(path) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        TOML,
        f"# mine\n\n{TOML}",
        f'{TOML}[reason]\nkind = "staying"\n',
        YAML,
        f"---\n{YAML}",
        f"{YAML}reason:\n  detail: |\n    they said\n    pay = fair\n",
        JSON,
        f"\n  {JSON}\n",
    ],
)
def test_the_format_is_found_out(text: str) -> None:
    """Text of an unknown format, as on standard input, is read as what it looks like."""
    assert load_request("-", stdin=io.BytesIO(text.encode())).sender == "Ana Ruiz"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"sender": "Ana",}', "is not valid JSON"),
        ("sender = Ana\n", "is not valid TOML"),
        ('[reason]\nkind = "staying\n', "is not valid TOML"),
        ("sender: it is: bad\n", "is not valid YAML"),
        ("just words", "does not hold fields"),
        ("[1, 2]", "does not hold fields"),
    ],
)
def test_of_an_unknown_format_the_most_plausible_error_is_reported(text: str, said: str) -> None:
    """Text that no format takes is reported in the terms of the format that it looks like."""
    assert problems(text, None)[0].what.startswith(said)


def test_a_byte_order_mark_is_taken() -> None:
    """A UTF-8 file that starts with a byte order mark, as some editors save it, is read like any other."""
    assert parse_request(b"\xef\xbb\xbf" + TOML.encode(), format="toml") == PLAIN


def test_bytes_that_are_not_utf8_are_placed() -> None:
    """The error for a file that is not UTF-8 names the line, the offset and the byte."""
    (problem,) = problems(b'sender = "a"\nrole = "caf\xe9"\n')
    assert (problem.where, problem.found) == ("line 2, byte 24", "0xe9")


@pytest.mark.parametrize(
    ("text", "suffix", "said"),
    [
        ("", "toml", "is empty"),
        (" \n\t\n", None, "is empty"),
        ("[]", "json", "found a list"),
        ("null", "json", "found nothing"),
        ("- a\n- b\n", "yaml", "found a list"),
        ("words", "yaml", "found text"),
        ("x" * (SIZE_LIMIT + 1), "toml", "is larger than 1,000,000 bytes"),
        ('{"sender": NaN}', "json", "NaN"),
        ('{"sender": "a", "sender": "b"}', "json", "sender: stands twice"),
        (f"{YAML}sender: Bo\n", "yaml", "sender: stands twice"),
        (f"{YAML}reason: {{kind: staying, kind: health}}\n", "yaml", "kind: stands twice"),
        (f'{TOML}sender = "Bo"\n', "toml", "line 4"),
        (f"{YAML}appreciated: &a [x]\nmay_mention: *a\n", "yaml", "line 5: uses a YAML alias"),
        (f"{YAML}next_interview: 2026-13-45\n", "yaml", "a date or number that can't be"),
        (f"{YAML}tone: \x07\n", "yaml", "line 4: holds the character U+0007"),
        ("[" * 50_000, "json", "nested too deep"),
        ("[" * 5_000, "yaml", "nested too deep"),
        ("---\nsender: a\n---\nsender: b\n", "yaml", "line 3"),
        (f"{YAML}x: !!python/object/apply:os.getcwd []\n", "yaml", "line 4"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_request_file_is_refused(text: str, suffix: Format | None, said: str) -> None:
    """A text that can't be read as fields is refused with the cause, and the place where there is one."""
    assert said in " ".join(map(str, problems(text, suffix)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('stage = "onsite"', "stage: is not one of its values; found 'onsite'"),
        ('stage = "final"', "did you mean final_round?"),
        ('stage = "interview"', "did you mean interviewed?"),
        ("stage = 3", "stage: is not one of its values; found 3"),
        ('channel = "sms"', "allowed: email, phone, text, linkedin; did you mean text?"),
        ('channel = "E-Mail"', "did you mean email?"),
        ('contact = "call"', "did you mean phone?"),
        ('reason.kind = "salary"', "reason.kind: is not one of the reasons; found 'salary'; allowed: other_offer, "),
        ('reason.kind = "salary"', "did you mean compensation?"),
        ('reason.kind = "sick"', "did you mean health?"),
        ('reason.kind = "other offer"', "did you mean other_offer?"),
        ('reason.share = "all"', "did you mean detail?"),
        ('reason.detial = "x"', "reason.detial: is not a field; allowed: kind, detail, share; did you mean detail?"),
        ('reason = "staying"', "did you mean reason.kind staying?"),
        ('reason = "moving"', "did you mean reason.kind relocation?"),
        ('chanel = "email"', "chanel: is not a field; allowed: sender, "),
        ('chanel = "email"', "did you mean channel?"),
        ('share = "nothing"', "did you mean reason.share?"),
        ('position = "Editor"', "did you mean role?"),
        ('tone = ""', "tone: is not one of its values; found ''"),
        ('recipient = ""', "recipient: is blank"),
        ('recipient = "a\\u001bb"', "recipient: holds the control character U+001B"),
        ('next_interview = "tomorrow"', "next_interview: is not an ISO 8601 date or date-time"),
        ("next_interview = 10:30:00", "found 10:30:00"),
        ("next_interview = 5", "next_interview: is not an ISO 8601 date"),
        ("max_words = 0", "max_words: is too small; found 0; allowed: 1 or more"),
        ("max_words = 5000", "max_words: is too large; found 5000; allowed: 1,000 or less"),
        ('max_words = "many"', "max_words: has to be a whole number; found 'many'"),
        ("max_words = nan", "max_words: has to be a whole number"),
        ('keep_in_touch = "maybe"', "keep_in_touch: has to be true or false"),
        ('language = "English please"', "language: is not a BCP 47 tag"),
        ('appreciated = "the tour"', "appreciated: has to be a list; found 'the tour'; allowed: a list such as"),
        ("appreciated = [1]", "appreciated[0]: has to be text; found 1"),
        (f"appreciated = {['x'] * 31}", "appreciated: is too long; found 31; allowed: at most 30"),
        (f'recipient = "{"x" * 301}"', "recipient: is too long; found 301; allowed: at most 300"),
        (f'stage = "{"x" * 301}"', f"found '{'x' * 39}…;"),
        ("stage = 0x" + "f" * 9_000, "stage: is not one of its values; found a number"),
    ],
    ids=lambda value: value[:30],
)
def test_a_wrong_field_is_explained(line: str, expected: str) -> None:
    """The problem of a field says what is wrong, what was found, what is allowed, and the nearest right name."""
    (problem,) = problems(TOML + line)
    assert expected in str(problem)


def test_a_name_that_resembles_nothing_gets_no_suggestion() -> None:
    """A wrong field that is near no right one is not given a far-fetched one."""
    assert problems(TOML + "zzyzx = 1")[0].nearest is None


def test_everything_wrong_is_said_at_once() -> None:
    """One error lists every problem of a file, missing fields among them, each in a line that names the file."""
    with pytest.raises(RequestError) as caught:
        parse_request('sender = "Ana"\nstage = "x"\nreson = 1\n', format="toml", name="mine.toml")
    assert [problem.where for problem in caught.value.problems] == ["company", "role", "stage", "reson"]
    assert all(line.startswith("mine.toml: ") for line in str(caught.value).splitlines())
    assert "mine.toml: company: is missing; every request needs it" in str(caught.value)


def test_a_flood_of_problems_is_cut() -> None:
    """Of a file with hundreds of wrong fields the first are said, and how many there are besides."""
    found = problems("".join(f"k{number} = 1\n" for number in range(300)))
    assert len(found) == PROBLEMS_LIMIT + 1
    assert found[-1].what == f"has {303 - PROBLEMS_LIMIT} more problems like these"


@pytest.mark.parametrize(
    ("text", "suffix", "where", "shown"),
    [
        (f"{TOML}tone = warm\n", "toml", "line 4, column 8", "'tone = warm'"),
        (f"{YAML}tone: it is: warm\n", "yaml", "line 4, column 12", "'tone: it is: warm'"),
        ('{\n"sender": "Ana"\n"role": "Editor"}', "json", "line 3, column 1", '\'"role": "Editor"}\''),
    ],
)
def test_a_syntax_error_is_placed_and_shown(text: str, suffix: Format, where: str, shown: str) -> None:
    """An error in the file's syntax names line and column, and shows the line."""
    (problem,) = problems(text, suffix)
    assert (problem.where, problem.found) == (where, shown)


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        (f'private = "{SECRET}"', "toml"),
        (f"private = [1, {{q = '{SECRET}'}}]", "toml"),
        (f"private = {{{SECRET} = 1}}", "toml"),
        (f'private = ["a\\u0007{SECRET}"]', "toml"),
        (f"private = {[SECRET] * 31}", "toml"),
        (f'private = ["{SECRET * 200}"]', "toml"),
        (f"private = [{SECRET}]", "toml"),
        (f'private = [\n"a",\n{SECRET}]', "toml"),
        (f'private = ["a"\nrole = {SECRET}', "toml"),
        (f'reason = "{SECRET}"', "toml"),
        (f'reason = ["{SECRET}"]', "toml"),
        (f'reason.detail = ["{SECRET}"]', "toml"),
        (f'reason.detail = "{SECRET * 300}"', "toml"),
        (f"reason.detail = {SECRET}", "toml"),
        (f'reason.detial = "{SECRET}"', "toml"),
        (f'privat = ["{SECRET}"]', "toml"),
        (f"private: !{SECRET} thing", "yaml"),
        (f"private: [*{SECRET}]", "yaml"),
        (f'private: ["a\n tone: {SECRET}"]: b', "yaml"),
        (f"private: {{{SECRET}: 1, {SECRET}: 2}}", "yaml"),
        (f"reason:\n  detail: I am\n  kind: in {SECRET}: b", "yaml"),
        (f'{{"private": ["{SECRET}",]}}', "json"),
        (f'{{"private": {{"{SECRET}": 1, "{SECRET}": 2}}}}', "json"),
        (f'{{"sender": "Ana", "reason": {{"detail": "{SECRET}"}}', "json"),
    ],
    ids=lambda value: value[:24],
)
@pytest.mark.parametrize("known", [True, False], ids=["known format", "unknown format"])
def test_a_secret_is_never_repeated(text: str, suffix: Format, known: bool) -> None:
    """No error shows what stands in `private` or in the detail of the reason, however broken the file is."""
    whole = {"toml": TOML, "yaml": YAML, "json": ""}[suffix] + text
    assert SECRET not in " ".join(map(str, problems(whole, suffix if known else None)))


def test_of_a_secret_the_length_is_said() -> None:
    """A secret of the wrong kind is described by its length, so that the person knows which one is meant."""
    assert problems(f'{TOML}private = "{SECRET}"')[0].found == "8 characters"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{YAML}next_interview: 2026-03-05\n", date(2026, 3, 5)),
        (f'{YAML}next_interview: "2026-03-05"\n', date(2026, 3, 5)),
        (f"{YAML}next_interview: 2026-03-05T10:30:00\n", datetime(2026, 3, 5, 10, 30)),
    ],
)
def test_yaml_dates_are_taken(text: str, expected: date) -> None:
    """A date is a date whether YAML has made one of it or it stands in quotes."""
    assert parse_request(text, format="yaml").next_interview == expected


def test_overrides_are_laid_over_the_file() -> None:
    """An override replaces the field that its dotted path names, and leaves what stands beside it."""
    text = f'{TOML}stage = "applied"\n[reason]\nkind = "staying"\nshare = "nothing"\n'
    read = parse_request(text, format="toml", overrides={"stage": "invited", "reason.kind": "health"})
    assert (read.stage, read.reason.kind, read.reason.share) == (Stage.INVITED, ReasonKind.HEALTH, Share.NOTHING)


@pytest.mark.parametrize("reason", [None, {}])
def test_overrides_fill_a_reason_that_is_not_there(reason: dict[str, Any] | None) -> None:
    """An override inside of an absent, empty or null table makes the table."""
    read = build_request({**FIELDS, "reason": reason}, overrides={"reason.kind": "health"})
    assert read.reason.kind is ReasonKind.HEALTH


def test_an_override_hides_no_mistake() -> None:
    """A reason that is no table stays an error, though an override names a field inside of it."""
    assert problems(f'{TOML}reason = "staying"\n', "toml", {"reason.share": "nothing"})[0].where == "reason"


def test_an_override_leaves_the_data_alone() -> None:
    """The data that a caller hands over is the same afterwards."""
    data: dict[str, Any] = {**FIELDS, "reason": {"kind": "staying"}}
    build_request(data, overrides={"reason.kind": "health"})
    assert data["reason"] == {"kind": "staying"}


@pytest.mark.parametrize("name", ["absent.toml", ".", "a\0b.toml"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    """A missing file, a folder or an impossible path is a RequestError that names it."""
    with pytest.raises(RequestError, match="can't be read") as caught:
        load_request(tmp_path / name)
    assert caught.value.source == str(tmp_path / name)


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    """A file that is too large is refused, and not read to its end."""
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (SIZE_LIMIT + 1))
    with pytest.raises(RequestError, match="is larger than"):
        load_request(path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from([*Request.model_fields, "reson", "kind"])


def said(read: Callable[[], Request]) -> str:
    """Reads, and gives what the RequestError says where there is one; lets nothing else pass."""
    try:
        read()
    except RequestError as fault:
        return str(fault)
    return "a request"


@given(st.binary(max_size=200), st.sampled_from(["toml", "yaml", "json", None]))
def test_any_bytes_are_a_request_or_a_request_error(raw: bytes, suffix: Format | None) -> None:
    """No bytes make the reading of a request fail in any other way."""
    assert said(lambda: parse_request(raw, format=suffix)).encode()


@given(
    st.text(st.sampled_from("[]{}:=\"'-,#&*!|>?%\n\t aé0."), max_size=60),
    st.sampled_from(["toml", "yaml", "json", None]),
)
def test_any_text_in_a_format_is_a_request_or_a_request_error(text: str, suffix: Format | None) -> None:
    """No text made of the formats' own signs makes the reading fail in any other way."""
    assert said(lambda: parse_request(text, format=suffix)).encode()


@given(st.dictionaries(NAMES | st.text(max_size=8), VALUES, max_size=6), st.dictionaries(NAMES, VALUES, max_size=2))
def test_any_data_is_a_request_or_a_request_error(data: dict[str, Any], overrides: dict[str, Any]) -> None:
    """No mapping of values, with any overrides, makes the reading fail in any other way."""
    assert said(lambda: build_request(data, overrides=overrides)).encode()


WORDS = st.from_regex(re.compile(r"[a-z]{8,12}", re.ASCII), fullmatch=True)


@given(WORDS.filter(lambda word: "q" in word), st.sampled_from(["toml", "yaml", "json"]), st.data())
def test_no_cut_of_a_file_shows_its_secrets(word: str, suffix: Format, data: st.DataObject) -> None:
    """A file that is cut off anywhere is reported without the start of its secrets."""
    fields = {**FIELDS, "private": [word], "reason": {"kind": "x", "detail": [word], "share": word[:3] + "q"}}
    text = {
        "toml": f'{TOML}private = ["{word}"]\nreason.detail = ["{word}"]\nstage = "x"\n',
        "yaml": str(yaml.safe_dump(fields, sort_keys=False)),
        "json": json.dumps(fields, indent=1),
    }[suffix]
    cut = data.draw(st.integers(1, len(text)))
    assert word[:5] not in said(lambda: parse_request(text[:cut], format=suffix))
