"""The cassette that vcrpy is given: it looks exchanges up in a folder by their hash, and keeps none in memory."""

from __future__ import annotations

import json
from typing import Any

from vcr.cassette import Cassette
from vcr.filters import decode_response
from vcr.record_mode import RecordMode

from drafter.evals.recordings import KEPT, KEPT_OF_CHOICE, Tape, key_of

JSON = {"content-type": ["application/json"]}


KEPT_STATUSES = frozenset({200, 400, 422})
"""Answers to the request itself; any other is one to who sends it, or when."""


class FolderCassette(Cassette):  # type: ignore[misc]  # vcrpy carries no types
    """Exchanges of a `Tape`, as vcrpy asks for them; each may be played again and again."""

    def __init__(self, path: str, tape: Tape, *, recording: bool) -> None:
        super().__init__(path, record_mode=RecordMode.NEW_EPISODES if recording else RecordMode.NONE)
        self._tape = tape
        self._last: tuple[bytes, str, Any] = (b"", "", None)

    def _load(self) -> None:
        """Nothing is loaded before it is asked for."""

    def _save(self, force: bool = False) -> None:
        """Each exchange is saved when it is made."""

    def can_play_response_for(self, request: Any) -> bool:
        """Whether an exchange is there; notes it as missed where nothing may be recorded."""
        name, body = self._named(request)
        if (self._tape.folder / name).is_file():
            return True
        if self.write_protected:
            self._tape.miss(name, body)
        return False

    def play_response(self, request: Any) -> dict[str, Any]:
        """The recorded answer, as vcrpy has answers."""
        found = self._tape.exchange(self._named(request)[0]) or {}
        response = found["response"]
        body = json.dumps(response["body"], ensure_ascii=False).encode()
        headers = {**JSON, "content-length": [str(len(body))]}
        return {"status": {"code": response["status"], "message": None}, "headers": headers, "body": {"string": body}}

    def append(self, request: Any, response: dict[str, Any]) -> None:
        """Keeps an exchange, of whose answer only what is the model's."""
        name, body = self._named(request)
        plain = decode_response(response)
        if plain["status"]["code"] not in KEPT_STATUSES:
            return  # a wrong key, a wrong address, too much asked: with those mended it answers
        answer = json.loads(plain["body"]["string"])
        kept = {
            "request": {"method": request.method, "path": "/chat/completions", "body": body},
            "response": {"status": plain["status"]["code"], "body": scrubbed(answer)},
        }
        self._tape.keep(name, kept)

    def _named(self, request: Any) -> tuple[str, Any]:
        """The name and the body of a request, which vcrpy asks about several times."""
        last = self._last
        if last[0] != request.body:
            body = json.loads(request.body)
            last = self._last = (request.body, key_of(request.method, request.uri, body), body)
        return last[1], last[2]

    def find_requests_with_most_matches(self, request: Any) -> list[Any]:  # noqa: ARG002 -- vcrpy has it
        """The tape tells of the nearest itself."""
        return []


def scrubbed(answer: Any) -> Any:
    """What of an answer's body is written."""
    kept = {name: answer[name] for name in KEPT if name in answer}
    if "choices" in kept:
        kept["choices"] = [{name: one[name] for name in KEPT_OF_CHOICE if name in one} for one in kept["choices"]]
    return kept
