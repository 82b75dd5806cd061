"""Offline commands have no way out."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drafter.evals.offline import NetworkBarred, barred
from drafter.evals.scorers import Outcome
from tests.samples import Make, made_of, scores_of


def _send_away() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as away:
        away.sendto(b"x", ("192.0.2.1", 9))


@pytest.mark.parametrize(
    "leave",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.getaddrinfo("example.invalid", 80),
        _send_away,
    ],
)
def test_there_is_no_way_out(leave: Callable[[], Any]) -> None:
    """A connection or a look-up during an offline command is an error; this machine itself stays reachable."""

    def tried() -> None:
        with barred():
            socket.getaddrinfo("localhost", 80)
            # Whoever calls may catch it, as clients of services do; it is an error nevertheless, with its stack.
            with pytest.raises(NetworkBarred, match="offline"):
                leave()

    with pytest.raises(NetworkBarred, match="offline") as ended:
        tried()
    assert "test_there_is_no_way_out" in str(ended.value)


def leaves(one: Outcome) -> bool:
    """A scorer that calls home."""
    return bool(socket.getaddrinfo("example.invalid", 80))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scorer_has_no_way_out_either(jobs: int, suite_of: Make, tmp_path: Path) -> None:
    """Neither in this process nor in those that work for it; the error says who tried."""
    suite = suite_of()
    made_of(suite, tmp_path / "a.jsonl")
    calling = suite.model_copy(update={"scorers": ("tests.test_offline:leaves",)})

    def scored() -> None:
        with barred():
            scores_of(calling, tmp_path / "a.jsonl", jobs)

    with pytest.raises(NetworkBarred, match="in leaves"):
        scored()
