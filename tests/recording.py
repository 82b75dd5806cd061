"""How exchanges with a model are recorded and played back (vcrpy): one place for both.

Matched on method, path and parsed JSON body. Keys and the names of organisations, projects and hosts are not written.
"""

import json
from pathlib import Path
from typing import Any

import vcr

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
