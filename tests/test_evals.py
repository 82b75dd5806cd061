"""Labelled drafts and the scores of `check` on them."""

import gzip
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from drafter.evals import Checking, Rate
from drafter.request import Request
from tests.conftest import Command

GOOD = (
    "Dear Tom,\n\nThank you for your time. I am withdrawing my application for the Copy Editor role at Larkfield "
    "Press, as I have accepted another offer. I would be glad to stay in touch.\n\nBest wishes,\nAna Ruiz"
)
BLUNT = GOOD.replace("Thank you for your time. ", "")
Item = Callable[..., dict[str, Any]]


@pytest.fixture
def item(request_of: Callable[..., Request]) -> Item:
    """Makes the data of a labelled item."""

    def make(name: str, body: str = GOOD, *violations: str, **more: Any) -> dict[str, Any]:
        request = request_of().model_dump(mode="json")
        draft = {"subject": "Copy Editor", "body": body}
        return {"id": name, "request": request, "draft": draft, "violations": list(violations), **more}

    return make


@pytest.fixture
def five(item: Item) -> list[dict[str, Any]]:
    """Two items that are judged rightly, and one of each sort of miss."""
    return [
        item("right", regime="a"),
        item("caught", BLUNT, "positivity/no-thanks", regime="a"),
        item("escape", GOOD, "positivity/no-thanks", regime="b"),
        item("block", BLUNT, regime="b"),
        item("wrong", BLUNT, "brevity/too-long", regime="b"),
    ]


def file_of(items: list[dict[str, Any]], path: Path) -> Path:
    path.write_text("\n".join(map(json.dumps, items)), encoding="utf-8")
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_sort_of_miss_is_counted_and_listed(
    jobs: int, five: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escapes, false blocks and wrong rules, in all and per regime; every miss in the order of the file."""
    monkeypatch.setattr("drafter.evals.sums.LISTED", 0)
    monkeypatch.setattr("drafter.evals.reading.BLOCK", 1_500)
    score = Checking(file_of(five, tmp_path / "items.jsonl"), jobs=jobs).score()
    assert [(miss.id, miss.kind) for miss in score.misses] == [
        ("escape", "escape"),
        ("block", "false block"),
        ("wrong", "wrong rule"),
    ]
    overall = score.overall
    assert [(one.count, one.total) for one in (overall.escapes, overall.false_blocks, overall.right_rule)] == [
        (1, 3), (1, 2), (1, 2),
    ]  # fmt: skip
    assert (list(score.regimes), score.regimes["a"].escapes.count) == (["a", "b"], 0)
    by_rule = {one.rule: one for one in score.rules}
    assert by_rule["positivity/no-thanks"].found == Rate(count=1, total=2)
    assert by_rule["positivity/no-thanks"].false_alarms == Rate(count=2, total=3)
    assert by_rule["form/placeholder"].false_alarms == Rate(count=0, total=5)


def test_it_is_read_part_by_part(five: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first figures are there before the last line has been read."""
    monkeypatch.setattr("drafter.evals.reading.BLOCK", 1_500)
    parts: list[int] = []
    Checking(file_of(five, tmp_path / "items.jsonl"), jobs=1).score(lambda sums: parts.append(sums.samples))
    assert (len(parts) > 2, sum(parts)) == (True, 5)


@pytest.mark.parametrize("form", [".gz", ".zst", ".parquet", "-"])
def test_whatever_form_it_has_the_scores_are_the_same(
    form: str, five: list[dict[str, Any]], command: Command, tmp_path: Path
) -> None:
    """Packed, in columns, or from standard input; further keys may hold anything."""
    five[0] |= {"notes": "a text", "tries": 3, "incoming": ""}
    plain = file_of(five, tmp_path / "items.jsonl")
    raw, file = plain.read_bytes(), str(tmp_path / f"items.jsonl{form}") if form != "-" else form
    if form == ".parquet":
        rows = [{key: json.dumps(one[key]) if key in {"request", "draft"} else one[key] for key in one} for one in five]
        parquet.write_table(pa.Table.from_pylist(rows), file)
    elif form != "-":
        Path(file).write_bytes(gzip.compress(raw) if form == ".gz" else zstandard.compress(raw))
    done, wanted = command("eval", "check", file, "--json", stdin=raw), command("eval", "check", plain, "--json")
    assert (done.code, done.out) == (0, wanted.out)
    assert json.loads(done.out)["items"] == 5


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("way", ["-", "pipe"])
def test_what_comes_through_a_pipe_is_read_as_the_file_is(
    way: str, pack: Callable[[bytes], bytes], five: list[dict[str, Any]], command: Command, tmp_path: Path
) -> None:
    """Standard input or a pipe by its name, packed or not: both can be read but once, and have no name that says so."""
    five.append(five[0])
    raw = pack(file_of(five, tmp_path / "items.jsonl").read_bytes())
    os.mkfifo(tmp_path / "pipe")
    feeding = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(raw))
    if way == "pipe":
        feeding.start()
    done = command("eval", "check", tmp_path / "pipe" if way == "pipe" else "-", "--json", stdin=raw)
    if way == "pipe":
        feeding.join()
    made, plain = json.loads(done.out), json.loads(command("eval", "check", tmp_path / "items.jsonl", "--json").out)
    assert (done.code, len(made.pop("unread")), len(plain.pop("unread"))) == (1, 1, 1)
    assert made == plain


def test_what_is_no_text_is_told_in_a_few_lines(command: Command) -> None:
    """Under the name that a person knows it by, not each of its lines."""
    done = command("eval", "check", "-", stdin=b"\xff\n" * 1_000)
    err = " ".join(done.err.split())
    assert (done.code, err.count("is not UTF-8"), "and 995 more could not be read" in err) == (2, 5, True)
    assert err.startswith("drafter: standard input: holds no item")


@given(total=st.integers(1, 10_000), share=st.floats(0, 1))
def test_an_interval_holds_its_share(total: int, share: float) -> None:
    """The bounds lie within 0 and 1 and around the share."""
    rate = Rate(count=round(total * share), total=total)
    assert rate.interval is not None
    assert rate.value is not None
    assert 0 <= rate.interval[0] <= rate.value <= rate.interval[1] <= 1


def test_an_interval_is_wilsons() -> None:
    """Against a published value: 81 of 263 at 95 % (Newcombe, 1998, table I)."""
    interval = Rate(count=81, total=263).interval
    assert interval is not None
    assert [round(bound, 4) for bound in interval] == [0.2553, 0.3662]


def test_no_items_have_no_rate() -> None:
    """A share of nothing is null, never 0 or 1."""
    assert (Rate(count=0, total=0).value, Rate(count=0, total=0).interval) == (None, None)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "holds no item"),
        (["{"], "line 1: is not valid JSON"),
        (["[" * 100_000], "line 1"),
        (["\udcff"], "line 1: is not UTF-8"),
        (['{"id": "a"}'], "line 1: request"),
        (["good", "good"], "line 2: id 'x' is there twice; the first counts"),
        (["good", "", '{"id": 1}'], "line 3: id"),
        (["typo"], "is not a rule of the contract"),
        (["bare"], "line 1: draft: Field required"),
        (["unlabelled"], "line 1: violations: Field required"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_broken_file_is_told_line_by_line(
    item: Item, command: Command, tmp_path: Path, lines: list[str], told: str
) -> None:
    """No item is left out unseen: each is named with its line, and that is no success."""
    good = item("x")
    known = {
        "good": json.dumps(good),
        "typo": json.dumps(item("x", GOOD, "form/placeholders")),
        "bare": json.dumps({key: good[key] for key in good if key != "draft"}),
        "unlabelled": json.dumps({key: good[key] for key in good if key != "violations"}),
    }
    text = "\n".join(known.get(line, line) for line in lines)
    (tmp_path / "items.jsonl").write_bytes(text.encode(errors="surrogateescape"))
    done = command("eval", "check", tmp_path / "items.jsonl")
    assert (done.code, told in " ".join(done.err.split())) == (1 if "good" in lines else 2, True)


def test_the_command_prints_figures_and_misses(command: Command, item: Item, tmp_path: Path) -> None:
    """For people a table and every miss, for programs the same as JSON."""
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(item("m1", GOOD, "positivity/no-thanks", why="thanks nobody")), encoding="utf-8")
    done = command("eval", "check", path)
    assert done.code == 0
    assert all(said in done.out for said in ("1/1 = 100.0%", "escape  m1", "thanks nobody"))
    data = json.loads(command("eval", "check", path, "--json").out)
    assert data["overall"]["escapes"]["value"] == 1.0
    assert command("eval", "check", "-", "--json", stdin=path.read_bytes()).out == json.dumps(
        data, ensure_ascii=False, indent=2
    ) + "\n"  # fmt: skip


def test_a_line_that_cannot_be_read_is_told(command: Command, item: Item, tmp_path: Path) -> None:
    """It is named with its number, and the rest is scored."""
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(item("good")) + "\n{\n" + json.dumps(item("good")), encoding="utf-8")
    done = command("eval", "check", path, "--json")
    err = " ".join(done.err.split())
    assert (done.code, json.loads(done.out)["items"]) == (1, 1)
    assert all(said in err for said in ("line 2: is not valid JSON", "line 3: id 'good' is there twice"))


@pytest.mark.parametrize(("second", "said"), [("{", "is not valid JSON"), ("twice", "id 's1' is there twice")])
def test_with_strict_the_first_such_line_stops_it(
    second: str, said: str, command: Command, item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No figure is given, and what stands behind a line that is no item is not scored."""
    monkeypatch.setattr("drafter.evals.reading.BLOCK", 500)
    judged: list[str] = []
    monkeypatch.setattr("drafter.evals.scorers.judged", lambda record: judged.append(record.id))
    lines = [json.dumps(item(f"s{number}")) for number in range(1, 9)]
    lines[1] = lines[0] if second == "twice" else second
    (tmp_path / "items.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = command("eval", "check", tmp_path / "items.jsonl", "--json", "--strict")
    assert (done.code, done.out, f"line 2: {said}" in " ".join(done.err.split())) == (2, "", True)
    assert second == "twice" or len(judged) < 4


def test_a_missing_file_is_an_error_with_its_name(command: Command) -> None:
    """Nothing to score is exit 2."""
    done = command("eval", "check", "nowhere.jsonl")
    assert (done.code, "nowhere.jsonl" in done.err) == (2, True)
