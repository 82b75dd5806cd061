"""How exchanges with a model are recorded and played back (vcrpy): one place for both.

Matched on method, path and parsed JSON body. Keys and the names of organisations, projects and hosts are not written.
"""

import json
from pathlib import Path
from typing import Any

import vcr

from drafter import Limits, Request, Result, draft
from drafter.models import OpenAIModel

CASSETTES = Path(__file__).parent / "cassettes"
REQUESTS = CASSETTES / "requests.toml"
MODEL = "recorded-model"
BASE_URL = "http://endpoint.invalid/v1"
PRIVATE_HEADERS = (
    "authorization", "api-key", "x-api-key", "openai-organization", "openai-project", "cookie", "set-cookie", "host",
    "user-agent", "x-request-id", "date", "server", "traceparent",
)  # fmt: skip


def player(record_mode: str = "none") -> vcr.VCR:
    """The recorder; in mode "none" it only plays, and a request that was not recorded is an error."""
    recorder = vcr.VCR(
        cassette_library_dir=str(CASSETTES),
        record_mode=vcr.record_mode.RecordMode(record_mode),
        match_on=("method", "path", "json"),
        before_record_request=_scrubbed_request,
        before_record_response=_scrubbed_response,
        decode_compressed_response=True,
    )
    recorder.register_matcher("json", _same_json)
    return recorder


def _same_json(one: Any, other: Any) -> None:
    assert json.loads(one.body) == json.loads(other.body)


def _scrubbed_request(request: Any) -> Any:
    request.uri = BASE_URL + request.path.removeprefix("/v1")
    for header in [*request.headers]:
        if header.lower() in PRIVATE_HEADERS or header.lower().startswith("x-stainless"):
            del request.headers[header]
    return request


def _scrubbed_response(response: Any) -> Any:
    headers = response["headers"]
    response["headers"] = {name: value for name, value in headers.items() if name.lower() not in PRIVATE_HEADERS}
    return response


def drafted(script: dict[str, Any], base_url: str) -> Result:
    """What comes of a request of requests.toml, with the model behind a URL.

    `attempts` is how many drafts there may be; with `judge` the model gives a second opinion too.
    """
    limits = Limits(attempts=script.get("attempts", 3), seconds=36_000, tokens=100_000)
    model = OpenAIModel(MODEL, base_url=base_url, api_key="unused")
    request = Request.model_validate(script["request"])
    return draft(request, model=model, judge=None if script.get("judge") else False, limits=limits)
