"""Labelled drafts and the scores of `check` on them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter.errors import EvalDataError
from drafter.evals import Labelled, MissKind, Rate, load_labelled, score_checks
from drafter.request import Request
from tests.conftest import Command

GOOD = (
    "Dear Tom,\n\nThank you for your time. I am withdrawing my application for the Copy Editor role at Larkfield "
    "Press, as I have accepted another offer. I would be glad to stay in touch.\n\nBest wishes,\nAna Ruiz"
)


@pytest.fixture
def item(request_of: Callable[..., Request]) -> Callable[..., dict[str, Any]]:
    """Makes the data of a labelled item."""

    def make(name: str, body: str = GOOD, *violations: str, **more: Any) -> dict[str, Any]:
        request = request_of().model_dump(mode="json")
        draft = {"subject": "Copy Editor", "body": body}
        return {"id": name, "request": request, "draft": draft, "violations": list(violations), **more}

    return make


def test_each_sort_of_miss_is_counted_and_listed(item: Callable[..., dict[str, Any]]) -> None:
    """Escapes, false blocks and wrong rules, in all and per regime."""
    blunt = GOOD.replace("Thank you for your time. ", "")
    items = [
        item("right", regime="a"),
        item("caught", blunt, "positivity/no-thanks", regime="a"),
        item("escape", GOOD, "positivity/no-thanks", regime="b"),
        item("block", blunt, regime="b"),
        item("wrong", blunt, "brevity/too-long", regime="b"),
    ]
    score = score_checks([Labelled.model_validate(one) for one in items])
    assert {miss.id: miss.kind for miss in score.misses} == {
        "escape": MissKind.ESCAPE,
        "block": MissKind.FALSE_BLOCK,
        "wrong": MissKind.WRONG_RULE,
    }
    overall = score.overall
    assert [(one.count, one.total) for one in (overall.escapes, overall.false_blocks, overall.right_rule)] == [
        (1, 3), (1, 2), (1, 2),
    ]  # fmt: skip
    assert score.regimes["a"].escapes.count == 0
    by_rule = {one.rule: one for one in score.rules}
    assert by_rule["positivity/no-thanks"].found == Rate(count=1, total=2)
    assert by_rule["positivity/no-thanks"].false_alarms == Rate(count=2, total=3)


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
        (["{"], "line 1, column 2"),
        (["[" * 100_000], "line 1"),
        (['{"id": "a"}'], "line 1: request"),
        (["good", "good"], "line 2: id 'x' is taken by line 1"),
        (["good", "", '{"id": 1}'], "line 3: id"),
        (["typo"], "is not a rule of the contract"),
    ],
)
def test_a_broken_file_is_told_line_by_line(
    item: Callable[..., dict[str, Any]], tmp_path: Path, lines: list[str], told: str
) -> None:
    """No item is left out unseen: whatever is wrong stops the scoring, with its line."""
    known = {"good": json.dumps(item("x")), "typo": json.dumps(item("x", GOOD, "form/placeholders"))}
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(known.get(line, line) for line in lines), encoding="utf-8")
    with pytest.raises(EvalDataError, match=told):
        load_labelled(str(path))


def test_the_command_prints_figures_and_misses(
    command: Command, item: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
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


@pytest.mark.parametrize(("options", "code", "items"), [((), 1, 1), (("--strict",), 2, None)])
def test_a_line_that_cannot_be_read_is_told(
    options: tuple[str, ...],
    code: int,
    items: int | None,
    command: Command,
    item: Callable[..., dict[str, Any]],
    tmp_path: Path,
) -> None:
    """It is named with its line, and the rest is scored, unless `--strict` wants all or nothing."""
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(item("good")) + "\n{\n" + json.dumps(item("good")), encoding="utf-8")
    done = command("eval", "check", path, "--json", *options)
    assert done.code == code
    err = " ".join(done.err.split())
    assert all(said in err for said in ("line 2, column 2", "line 3: id 'good' is taken by line 1"))
    assert (json.loads(done.out)["items"] if done.out else None) == items


def test_a_missing_file_is_an_error_with_its_name(command: Command) -> None:
    """Nothing to score is exit 2."""
    done = command("eval", "check", "nowhere.jsonl")
    assert (done.code, "nowhere.jsonl" in done.err) == (2, True)
