"""Runs on a Dask cluster: the same bytes as on one machine, though a worker dies on the way."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from drafter.evals.cluster import on_cluster, produce_on
from drafter.evals.produce import Job, produce
from drafter.evals.scoring import Scoring
from drafter.evals.suites import Suite

SAMPLES = 40
REQUEST = {"company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale", "reason": {"kind": "staying"}}

pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own, of which no test here is


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two worker processes."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made:  # type: ignore[no-untyped-call]
        yield made


def test_a_cluster_makes_the_same_bytes(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of two workers is killed half-way: the run and the figures are those of one machine, and no part stays."""
    monkeypatch.setattr("drafter.evals.reading.BLOCK", 4_000)
    monkeypatch.setattr("drafter.evals.cluster.PARTS", 8)
    asked = [json.dumps({"id": f"s{n}", "request": {**REQUEST, "sender": f"Ana {n}"}}) for n in range(SAMPLES)]
    (tmp_path / "data.jsonl").write_text("\n".join([*asked, "{}"]), encoding="utf-8")
    fields = {"name": "mine", "about": "a", "data": ["data.jsonl"], "writer": "phrasebook"}
    suite = Suite.model_validate({**fields, "scorers": ["acceptable", "words"], "folder": tmp_path})
    produce(Job(suite), tmp_path / "here.jsonl")
    killed: list[int] = []

    def told(count: int) -> None:
        if not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    assert produce_on(cluster.scheduler_address, suite, tmp_path / "there.jsonl", told=told) == SAMPLES
    assert killed
    assert (tmp_path / "there.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()
    assert not (tmp_path / "there.jsonl.parts").exists()
    with on_cluster(cluster.scheduler_address) as engine:
        there = Scoring(suite, tmp_path / "there.jsonl", engine=engine).scores()
    assert there == Scoring(suite, tmp_path / "here.jsonl", jobs=1).scores()
    assert there.counts["unread"] == 1
