"""A chat-completions endpoint on loopback that behaves as it is told, for the time of a `with` block."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One HTTP answer; `body` goes out as JSON unless it is bytes, and None breaks the connection off.

    `then` is for what no body can do: it is called with the connection once the request was read, and an event that is
    set when the endpoint closes.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    then: Callable[[socket.socket, threading.Event], None] | None = None


def completion(text: str | None = "{}", finish: Any = "stop", **message: Any) -> Answer:
    """A sound chat completion that says `text`."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return Answer(
        {"id": "x", "object": "chat.completion", "created": 1, "model": "m-1", "choices": [choice], "usage": usage}
    )


@dataclass
class Endpoint:
    """Where the endpoint is, and the bodies that it was sent."""

    base_url: str
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def endpoint(*answers: Answer | Callable[[dict[str, Any]], Answer]) -> Iterator[Endpoint]:
    """Serves the answers in order; the last one again and again. A function answers by the body that was sent."""
    queue = list(answers)
    served, closing = Endpoint(""), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class has the name
            pass

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            served.asked.append(sent)
            given = queue.pop(0) if len(queue) > 1 else queue[0]
            answer = given if isinstance(given, Answer) else given(sent)
            self.close_connection = True
            if answer.then is not None:
                answer.then(self.connection, closing)
                return
            if answer.body is None:
                return
            data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"content-type": "application/json", "connection": "close", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
