"""Records the cassettes anew: every request of tests/cassettes/requests.toml, one cassette each.

Usage: OPENAI_BASE_URL=http://127.0.0.1:8099/v1 make record        (see tests/cassettes/README.md)
Names of requests as arguments record only those. Needs an endpoint that answers; what is there is replaced.
"""

import os
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.recording import CASSETTES, REQUESTS, drafted, player


def scripts() -> dict[str, dict[str, Any]]:
    """The requests to record, by name; see `recording.drafted`."""
    return tomllib.loads(REQUESTS.read_text(encoding="utf-8"))


def record(name: str, script: dict[str, Any]) -> str:
    """Records one request and says how it went."""
    path = CASSETTES / f"{name}.yaml"
    path.unlink(missing_ok=True)
    with player("all").use_cassette(path.name):
        result = drafted(script, os.environ["OPENAI_BASE_URL"])
    rules = [[finding.rule for finding in one.report.errors] if one.report else one.fault for one in result.attempts]
    return f"{name}: {result.source}, {len(result.attempts)} attempts {rules}"


def main() -> None:
    """Records what was asked for."""
    chosen = {name: script for name, script in scripts().items() if not sys.argv[1:] or name in sys.argv[1:]}
    # Side by side in processes of their own: vcrpy patches the client for a whole process.
    with ProcessPoolExecutor(max_workers=len(chosen)) as pool:
        for line in pool.map(record, chosen.keys(), chosen.values()):
            print(line, flush=True)  # noqa: T201 -- a command that reports


if __name__ == "__main__":
    main()
