"""A message by the whole pipeline beside the bare `openai` client and LangChain: what `make bench` prints second.

All of them ask the same loopback server, which runs in a process of its own and answers with the same letter, for the
same prompts: one call after the other against a server that answers at once, then 50 in flight against one that takes
50 ms. The pipeline's own work is the prompt, the reading of the answer, and all guardrails. Compare the ratios.
"""

import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel, SecretStr

from drafter import Drafter, Request
from drafter.disclosure import brief
from drafter.models import OpenAIModel
from drafter.models.interface import ModelCall
from drafter.names import Names
from drafter.prompts import LETTER_SCHEMA, first_call

CALLS, ROUNDS = 200, 3
IN_FLIGHT, DELAY, MANY = 50, 0.05, 1_500

LETTER = {
    "subject": "{role}",
    "greeting": "Dear {recipient},",
    "paragraphs": [
        {"sentences": [
            {"text": "Thank you for the interview, and for how openly you spoke about the list.", "fact": 4},
            {"text": "I have accepted another offer and withdraw from the {role} process at {company}.", "fact": 3},
        ]},
        {"sentences": [{"text": "I would be glad to stay in touch.", "fact": 5}]},
    ],
    "sign_off": "Kind regards,",
}  # fmt: skip


class Written(BaseModel):
    """What LangChain is asked to parse."""

    subject: str
    greeting: str
    paragraphs: list[dict[str, Any]]
    sign_off: str


def requests(count: int) -> list[Request]:
    """Requests of as many people, none of which is like another."""
    fields = {
        "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale", "channel": "email",
        "reason": {"kind": "other_offer"}, "appreciated": ["how openly you spoke about the list"],
    }  # fmt: skip
    return [Request.model_validate({**fields, "sender": f"Ana Ruiz {number}"}) for number in range(count)]


def serve(told: Connection, delay: float) -> None:
    """A chat-completions server that knows one answer."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": json.dumps(LETTER)}}
    usage = {"prompt_tokens": 700, "completion_tokens": 120, "total_tokens": 820}
    completion = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }
    body = json.dumps(completion).encode()
    answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                if delay:
                    await asyncio.sleep(delay)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=512)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def server(delay: float) -> Iterator[str]:
    """The base URL of a server in a process of its own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, delay), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/v1"
    finally:
        process.terminate()
        process.join()


def body_of(call: ModelCall) -> dict[str, Any]:
    """A call as the client sends it."""
    schema = {"name": "letter", "strict": True, "schema": LETTER_SCHEMA}
    return {
        "model": "m",
        "messages": [{"role": one.role, "content": one.content} for one in call.messages],
        "max_tokens": call.max_tokens,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


def one_by_one() -> None:
    """Seconds for a call, one after the other, in turns so that all meet the same noise."""
    from langchain_openai import ChatOpenAI

    wanted = requests(CALLS)
    calls = [first_call(brief(request, Names.of(request))) for request in wanted]
    with server(0.0) as base_url:
        bare = OpenAI(base_url=base_url, api_key="unused", max_retries=0)
        chat = ChatOpenAI(model="m", base_url=base_url, api_key=SecretStr("unused"), max_retries=0)
        structured = chat.with_structured_output(Written)
        drafter = Drafter(OpenAIModel("m", base_url=base_url, api_key="unused"), judge=False)
        runs: dict[str, Callable[[int], Any]] = {
            "openai client": lambda index: bare.chat.completions.create(**body_of(calls[index])),
            "LangChain": lambda index: chat.invoke(_pairs(calls[index])),
            "LangChain, structured": lambda index: structured.invoke(_pairs(calls[index])),
            "drafter, whole pipeline": lambda index: _sound(drafter.draft(wanted[index])),
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for run in runs.values():
            run(0)  # warm
        for _ in range(ROUNDS):
            for index in range(CALLS):
                for name, run in runs.items():
                    started = time.perf_counter()
                    run(index)
                    times[name].append(time.perf_counter() - started)
    print(f"\nOne call after the other: median ms a message over {CALLS} requests × {ROUNDS}")
    base = statistics.median(times["openai client"])
    for name, taken in times.items():
        middle = statistics.median(taken)
        print(f"  {name:<26}{1000 * middle:7.2f} ms   + {1000 * (middle - base):5.2f} ms   × {middle / base:.2f}")


def _pairs(call: ModelCall) -> list[tuple[str, str]]:
    return [("human" if one.role == "user" else one.role, one.content) for one in call.messages]


def _sound(result: Any) -> None:
    if result.source != "m":
        raise SystemExit(f"the letter of the benchmark was rejected: {result.notes}")


def many_at_a_time() -> None:
    """Calls a second with 50 in flight against a server that takes 50 ms."""
    from langchain_openai import ChatOpenAI

    wanted = requests(MANY)
    calls = [first_call(brief(request, Names.of(request))) for request in wanted[:50]]

    async def bare(base_url: str) -> None:
        async with AsyncOpenAI(base_url=base_url, api_key="unused", max_retries=0) as client:
            await _throttled(lambda index: client.chat.completions.create(**body_of(calls[index % 50])))

    async def langchain(base_url: str) -> None:
        # LangChain shares asynchronous clients of like settings between event loops, and fails in the second loop; a
        # time-out of its own gives each run a client of its own.
        chat = ChatOpenAI(
            model="m", base_url=base_url, api_key=SecretStr("unused"), max_retries=0, timeout=60 + time.monotonic() % 1
        )
        await _throttled(lambda index: chat.ainvoke(_pairs(calls[index % 50])))

    async def pipeline(base_url: str) -> None:
        drafter = Drafter(OpenAIModel("m", base_url=base_url, api_key="unused"), judge=False)
        async for result in drafter.adraft_many(wanted, in_flight=IN_FLIGHT):
            _sound(result)

    rates: dict[str, list[float]] = {}
    with server(DELAY) as base_url:
        for _ in range(ROUNDS):
            for name, run in {"openai client": bare, "LangChain": langchain, "drafter, draft_many": pipeline}.items():
                started = time.perf_counter()
                asyncio.run(run(base_url))
                rates.setdefault(name, []).append(MANY / (time.perf_counter() - started))
    print(
        f"\n{IN_FLIGHT} in flight against a server that takes {1000 * DELAY:.0f} ms: {MANY} messages, best of {ROUNDS}"
    )
    base = max(rates["openai client"])
    for name, found in rates.items():
        print(f"  {name:<26}{max(found):7.0f} a second   {100 * max(found) / base:5.1f} %")


async def _throttled(ask: Callable[[int], Awaitable[Any]]) -> None:
    places = asyncio.Semaphore(IN_FLIGHT)

    async def one(index: int) -> None:
        async with places:
            await ask(index)

    await asyncio.gather(*(one(index) for index in range(MANY)))


def main(parts: Sequence[Callable[[], None]] = (one_by_one, many_at_a_time)) -> None:
    """Prints both tables."""
    for part in parts:
        part()


if __name__ == "__main__":
    main()
