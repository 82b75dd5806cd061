"""Records the cassettes anew: every request of tests/cassettes/requests.toml, one cassette each.

Usage: OPENAI_BASE_URL=http://127.0.0.1:8099/v1 make record        (see tests/cassettes/README.md)
Names of requests as arguments record only those. Needs an endpoint that answers; what is there is replaced.
"""

import os
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from drafter import Limits, Request, draft
from drafter.models import OpenAIModel
from tests.recording import CASSETTES, MODEL, REQUESTS, player


def scripts() -> dict[str, dict[str, Any]]:
    """The requests to record, by name; `attempts` is how many model calls the pipeline may make."""
    return tomllib.loads(REQUESTS.read_text(encoding="utf-8"))


def record(name: str, script: dict[str, Any]) -> str:
    """Records one request and says how it went."""
    path = CASSETTES / f"{name}.yaml"
    path.unlink(missing_ok=True)
    limits = Limits(attempts=script.get("attempts", 3), seconds=36_000, tokens=100_000)
    model = OpenAIModel(MODEL, base_url=os.environ["OPENAI_BASE_URL"], api_key="unused")
    with player("all").use_cassette(path.name):
        result = draft(
            Request.model_validate(script["request"]), model=model, judge=script.get("judge", False), limits=limits
        )
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
