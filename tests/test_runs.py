"""Runs: the same bytes, nothing lost, read in every form."""

import gzip
import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from drafter.content import read_text
from drafter.errors import EvalDataError
from drafter.evals.baselines import save_scored
from drafter.evals.page import page
from drafter.evals.produce import Job, produce
from drafter.evals.reading import read_run
from drafter.evals.records import Record, run_schema
from drafter.evals.runfile import RunFile
from drafter.evals.scorers import outcome
from drafter.evals.scoring import Scoring, score
from drafter.evals.suites import Suite, samples
from drafter.guardrails import check
from drafter.message import Draft, Occasion, Report
from drafter.request import Request
from tests.conftest import Command
from tests.samples import REQUEST, Make, made_of, scores_of


class TestTheSameBytes:
    """Same suite, code and seed: the same run, the same figures."""

    def test_two_runs_are_alike_to_the_byte(self, suite_of: Make, tmp_path: Path) -> None:
        """Neither clock nor order of finishing is in a run; times are beside it."""
        one, other = made_of(suite_of(), tmp_path / "a.jsonl"), made_of(suite_of(), tmp_path / "b.jsonl")
        assert one == other
        pages = [page(suite_of(), tmp_path / name) for name in ("a.jsonl", "b.jsonl")]
        assert pages[0] == pages[1]
        timed = [json.loads(line)["id"] for line in (tmp_path / "a.jsonl.timings").read_text().splitlines()[1:]]
        assert timed == [f"s{number}" for number in range(6)]

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_figures_do_not_depend_on_how_many_work(
        self, jobs: int, suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One process or several, with many small chunks, give the same figures as the outcomes one by one."""
        monkeypatch.setattr("drafter.evals.reading.BLOCK", 1_000)
        suite = suite_of(12)
        made_of(suite, tmp_path / "a.jsonl")
        alone = score(suite, (outcome(record) for record in read_run(tmp_path / "a.jsonl")[1]))
        assert scores_of(suite, tmp_path / "a.jsonl", jobs) == alone

    def test_another_seed_or_suite_is_another_run(self, suite_of: Make, tmp_path: Path) -> None:
        """What a run was made from is in its header."""
        headers = [Job(suite_of(**fields)).header for fields in ({}, {"seed": 1}, {"about": "b"})]
        assert len(set(headers)) == 3


class TestNothingLost:
    """A run that was stopped goes on; what is there is never written over."""

    @given(cut=st.integers(0, 10_000))
    @settings(max_examples=60)
    def test_a_run_that_was_cut_anywhere_goes_on_to_the_same_bytes(
        self, cut: int, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Wherever a process was killed, `resume` ends in the run that it would have written, and repeats no sample."""
        folder = tmp_path_factory.mktemp("cut")
        suite = _suite(folder)
        whole = made_of(suite, folder / "whole.jsonl")
        (folder / "torn.jsonl").write_bytes(whole[: cut % (len(whole) + 1)])
        told: list[Record] = []
        kept = whole[: cut % (len(whole) + 1)].count(b"\n")
        produce(Job(suite), folder / "torn.jsonl", resume=True, told=told.append)
        assert (folder / "torn.jsonl").read_bytes() == whole
        assert len(told) == 4 - max(0, kept - 1)

    def test_a_run_that_is_there_is_not_written_over(self, suite_of: Make, tmp_path: Path) -> None:
        """Without `--resume` a run that is there is left alone, and the error says what to do."""
        before = made_of(suite_of(), tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError, match="--resume"):
            produce(Job(suite_of()), tmp_path / "a.jsonl")
        assert (tmp_path / "a.jsonl").read_bytes() == before

    def test_a_run_of_another_making_is_not_gone_on_with(self, suite_of: Make, tmp_path: Path) -> None:
        """A run of another suite or seed is refused, and what differs is named."""
        made_of(suite_of(), tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError, match="suite_hash, seed"):
            produce(Job(suite_of(seed=1)), tmp_path / "a.jsonl", resume=True)

    def test_two_processes_on_one_file_are_refused(self, suite_of: Make, tmp_path: Path) -> None:
        """Whoever comes second is told so."""
        job = Job(suite_of())
        with RunFile(tmp_path / "a.jsonl").writing(job.header, resume=False):
            context = multiprocessing.get_context("spawn")
            said = context.SimpleQueue()
            other = context.Process(target=_second, args=(str(tmp_path / "a.jsonl"), job, said))
            other.start()
            assert "another process" in said.get()
            other.join()

    def test_a_failed_sample_counts(self, tmp_path: Path) -> None:
        """A request that can't be served is recorded as failed, and stays in every denominator."""
        lines = [{"id": "good", "request": REQUEST}, {"id": "bad", "request": {**REQUEST, "language": "xx"}}]
        (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, lines)))
        fields = {"name": "mine", "about": "a", "data": ["d.jsonl"], "scorers": ["acceptable", "failed"]}
        suite = Suite.model_validate({**fields, "writer": "phrasebook", "folder": tmp_path})
        made_of(suite, tmp_path / "a.jsonl")
        made = scores_of(suite, tmp_path / "a.jsonl")
        assert (made.shares["acceptable"].count, made.shares["acceptable"].total) == (1, 2)
        assert [id_ for id_, _ in made.failed] == ["bad"]


def _suite(folder: Path) -> Suite:
    lines = [json.dumps({"id": f"s{number}", "request": REQUEST}) for number in range(4)]
    (folder / "data.jsonl").write_text("\n".join(lines), encoding="utf-8")
    fields = {"name": "mine", "about": "a", "data": ["data.jsonl"]}
    return Suite.model_validate({**fields, "folder": folder})


def _second(path: str, job: Job, said: Any) -> None:
    try:
        produce(job, Path(path), resume=True)
    except EvalDataError as refused:
        said.put(str(refused))
    else:
        said.put("was let in")


def test_runs_and_data_may_be_packed(suite_of: Make, tmp_path: Path) -> None:
    """Gzip, zstandard and Parquet are read as the plain file is."""
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    suite = suite_of()
    plain = made_of(suite, tmp_path / "a.jsonl")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(plain))
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(plain))
    runs = [list(read_run(tmp_path / name)[1]) for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst")]
    assert runs[0] == runs[1] == runs[2]
    rows = [json.loads(line) for line in (tmp_path / "data.jsonl").read_text().splitlines()]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "data.parquet")
    packed = suite.model_copy(update={"data": ("data.parquet",)})
    assert list(samples(packed)) == list(samples(suite))
    figures_of = [scores_of(suite, tmp_path / name) for name in ("data.jsonl", "data.parquet")]
    assert figures_of[0] == figures_of[1]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_a_packed_run_has_the_times_that_it_had(name: str, suite_of: Make, tmp_path: Path) -> None:
    """What each sample took stays where it was when the run is packed."""
    raw = made_of(suite := suite_of(scorers=["seconds"]), tmp_path / "a.jsonl")
    (tmp_path / name).write_bytes((gzip.compress if name.endswith(".gz") else zstandard.compress)(raw))
    packed, plain = scores_of(suite, tmp_path / name), scores_of(suite, tmp_path / "a.jsonl")
    assert packed.numbers["seconds"] == plain.numbers["seconds"]


def test_every_line_of_a_run_follows_the_schema(suite_of: Make, tmp_path: Path, command: Command) -> None:
    """The schema that is published is that of the code, and every line of a run and of a scored run is held to it."""
    published = json.loads(read_text("evals/run.schema.json"))
    assert published == run_schema() == json.loads(command("eval", "schema").out)
    judge = Draft202012Validator(published)
    suite = suite_of()
    made_of(suite, tmp_path / "a.jsonl")
    save_scored(Scoring(suite, tmp_path / "a.jsonl", jobs=1), tmp_path / "scored.jsonl")
    for name in ("a.jsonl", "scored.jsonl"):
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        assert len(lines) == 7
        assert [line for line in lines if not judge.is_valid(json.loads(line))] == []
    assert not judge.is_valid({"id": "x", "request": {}, "mood": "sad"})


def test_a_page_of_two_suites_is_refused(suite_of: Make, tmp_path: Path) -> None:
    """As comparing them is: what one was asked for says nothing of the other."""
    made_of(suite := suite_of(), tmp_path / "a.jsonl")
    made_of(suite_of(name="other"), tmp_path / "b.jsonl")
    with pytest.raises(EvalDataError, match=r"is a run of other, and .* one of mine"):
        page(suite, tmp_path / "a.jsonl", tmp_path / "b.jsonl")


def test_a_page_judges_each_draft_once(suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two runs beside each other, only what differs is judged a second time; an answer is judged as one."""
    judged: list[str] = []

    def counted(draft: Draft, request: Request, *, occasion: Occasion) -> Report:
        judged.append(f"{request.sender} {occasion}")
        return check(draft, request, occasion=occasion)

    suite = suite_of(3)
    lines = made_of(suite, tmp_path / "a.jsonl").splitlines(keepends=True)
    changed = {**json.loads(lines[2]), "incoming": "May we ask why?"}
    (tmp_path / "b.jsonl").write_bytes(b"".join([*lines[:2], json.dumps(changed).encode() + b"\n", lines[3]]))
    monkeypatch.setattr("drafter.evals.scorers.check", counted)
    page(suite, tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert judged == [*(f"Ana Ruiz {number} withdrawal" for number in range(3)), "Ana Ruiz 1 reply"]
