"""Recorded exchanges with a language model, played back through the real client and the real pipeline."""

import re
import tomllib

import pytest

from drafter import Request, Result, draft
from drafter.models import OpenAIModel
from tests.recording import BASE_URL, CASSETTES, MODEL, REQUESTS, drafted, player

SCRIPTS = tomllib.loads(REQUESTS.read_text(encoding="utf-8"))
FALLEN_BACK = {"text-one-attempt"}


def played(name: str) -> Result:
    """The result of a recorded request. Fails where an exchange is missing, or one is left over."""
    with player().use_cassette(f"{name}.yaml") as tape:
        result = drafted(SCRIPTS[name], BASE_URL)
        assert tape.all_played, f"{len(tape) - tape.play_count} recorded exchanges were not played"
    return result


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_recorded_model_ends_in_an_acceptable_message(name: str) -> None:
    """Every recorded request ends in a checked message, written by the model unless it is one that falls back."""
    result = played(name)
    assert result.report.acceptable
    assert result.source == ("phrasebook" if name in FALLEN_BACK else MODEL)
    assert (len(result.attempts) > 1) == (name in FALLEN_BACK)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_recording_holds_no_name_and_no_secret(name: str) -> None:
    """Neither names, nor private entries, nor an unshared reason, nor a key are in what went over the wire."""
    text = (CASSETTES / f"{name}.yaml").read_text(encoding="utf-8").lower()
    request = SCRIPTS[name]["request"]
    reason = request["reason"]
    hidden = [request[field] for field in ("sender", "company", "role", "recipient") if field in request]
    hidden += request.get("private", []) + (
        [reason["detail"]] if "detail" in reason and reason["share"] != "detail" else []
    )
    assert [secret for secret in hidden if secret.lower() in text] == []
    assert re.search(r"authorization|bearer|sk-[a-z0-9]{8}|127\.0\.0\.1", text) is None


def test_every_cassette_is_played() -> None:
    """No recording lies about that no request uses."""
    assert {path.stem for path in CASSETTES.glob("*.yaml")} == set(SCRIPTS)


def test_a_changed_prompt_does_not_match() -> None:
    """A request that was not recorded is a failed model call, never an answer to something else."""
    name = next(iter(SCRIPTS))
    model = OpenAIModel(MODEL, base_url=BASE_URL, api_key="unused")
    with player().use_cassette(f"{name}.yaml"):
        result = draft(Request(sender="Ann", company="Bolt", role="Cook", max_words=77), model=model)
    assert result.source == "phrasebook"
