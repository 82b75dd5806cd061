"""The language model behind its interface, against a real endpoint on loopback."""

import asyncio
import itertools
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter.errors import (
    BadModelRequest,
    ContentFiltered,
    CutOff,
    MalformedReply,
    ModelError,
    ModelNotConfigured,
    ModelUnavailable,
    Refused,
    UnknownModel,
    WrongKey,
)
from drafter.models import (
    FakeModel,
    LangChainModel,
    Message,
    Model,
    ModelCall,
    ModelReply,
    OpenAIModel,
    Retrying,
    openai_compatible,
)
from drafter.models.choose import DEFAULT_MODEL, configured_model
from drafter.models.faults import retry_after
from tests.loopback import Answer, completion, endpoint

CALL = ModelCall((Message("system", "be brief"), Message("user", "the canary prompt")), {"type": "object"}, seed=7)
KEY = "sk-canary-key"


def error(code: str, message: str = "the canary body") -> dict[str, Any]:
    """An error body as OpenAI's API has it."""
    return {"error": {"message": message, "type": "x", "param": None, "code": code}}


def ask(model: Model) -> ModelReply:
    """The model's answer, by the sync end."""
    return model.complete(CALL, timeout=5)


def aask(model: Model) -> ModelReply:
    """The model's answer, by the async end, in an event loop of its own."""
    return asyncio.run(model.acomplete(CALL, timeout=5))


both_ends = pytest.mark.parametrize("end", [ask, aask])
End = Callable[[Model], ModelReply]


@both_ends
def test_a_strict_schema_is_asked_for(end: End) -> None:
    """Messages, strict schema, seed and limit are sent; text, tokens and the model's own name come back."""
    with endpoint(completion('{"a": 1}')) as served:
        reply = end(OpenAIModel("m", base_url=served.base_url, api_key=KEY))
    sent = served.asked[0]
    assert (reply.text, reply.usage.total, reply.model) == ('{"a": 1}', 10, "m-1")
    assert sent["response_format"]["json_schema"]["strict"] is True
    assert (sent["model"], sent["seed"], sent["max_tokens"]) == ("m", 7, 800)
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]


FAULTS = [
    (Answer(error("invalid_api_key"), 401), WrongKey),
    (Answer(error("forbidden"), 403), WrongKey),
    (Answer(error("insufficient_quota"), 429), WrongKey),
    (Answer(error("model_not_found"), 404), UnknownModel),
    (Answer(error("model_not_found"), 400), UnknownModel),
    (Answer(error("x"), 400), BadModelRequest),
    (Answer(error("x"), 413), BadModelRequest),
    (Answer(error("content_filter"), 400), ContentFiltered),
    *((Answer(error("x"), status), ModelUnavailable) for status in (408, 409, 429, 500, 502, 503, 529)),
    (Answer(b"<html>oops</html>", 502, {"content-type": "text/html"}), ModelUnavailable),
    (Answer(None), ModelUnavailable),
    (Answer(b"<html>the canary body</html>"), MalformedReply),
    (Answer(b""), MalformedReply),
    (Answer(b'{"choices": ['), MalformedReply),
    (Answer(b"\xff\xfe"), MalformedReply),
    (Answer({"choices": []}), MalformedReply),
    (Answer({"choices": None}), MalformedReply),
    (Answer([1]), MalformedReply),
    (completion(None), MalformedReply),
    (completion("  "), MalformedReply),
    (completion("\ud800"), MalformedReply),
    (Answer(b'{"choices": [{"message": {"content": "\xff"}}]}'), MalformedReply),
    (completion(None, finish=["stop"]), MalformedReply),
    (Answer(error("x"), 429, {"retry-after": "Fri, 31 Dec 99999 23:59:59 GMT"}), ModelUnavailable),
    (completion(None, refusal="the canary body"), Refused),
    (completion("{", finish="length"), CutOff),
    (completion("", finish="content_filter"), ContentFiltered),
]


@both_ends
@pytest.mark.parametrize(("answer", "expected"), FAULTS)
def test_every_fault_has_its_own_error(end: End, answer: Answer, expected: type[ModelError]) -> None:
    """Each way in which a service fails is one error, whose text holds no key, prompt or answer."""
    with endpoint(answer) as served, pytest.raises(expected) as caught:
        end(OpenAIModel("m", base_url=served.base_url, api_key=KEY))
    assert type(caught.value) is expected
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


@both_ends
def test_nobody_at_the_address_is_unavailable(end: End) -> None:
    """A refused connection may pass, and the error says where to look."""
    with endpoint(completion()) as served:
        pass
    with pytest.raises(ModelUnavailable, match="base URL"):
        end(OpenAIModel("m", base_url=served.base_url))


@both_ends
def test_a_silent_service_is_unavailable(end: End) -> None:
    """A service that takes the request and never answers is given up after the time-out."""

    class Hurried(OpenAIModel):
        def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
            return super().complete(call, timeout=0.05)

        async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
            return await super().acomplete(call, timeout=0.05)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        model = Hurried("m", base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/v1")
        with pytest.raises(ModelUnavailable, match="in time"):
            end(model)


def test_a_slow_body_does_not_outlast_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time-out bounds the whole answer, also where the pieces of it keep coming."""
    ticks = itertools.count()
    monkeypatch.setattr(openai_compatible, "monotonic", lambda: float(next(ticks)))
    padded = Answer(b" " * 1_000_000 + b"{}")
    with endpoint(padded) as served, pytest.raises(ModelUnavailable, match="in time"):
        ask(OpenAIModel("m", base_url=served.base_url))


def test_loading_the_client_takes_nothing_from_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first call has all of its time, however long the client library takes to load."""
    clock = Clock()
    made = openai.OpenAI

    def slowly(**settings: Any) -> openai.OpenAI:
        clock.now += 100
        return made(**settings)

    monkeypatch.setattr(openai_compatible, "monotonic", clock)
    monkeypatch.setattr(openai, "OpenAI", slowly)
    with endpoint(completion("done")) as served:
        assert ask(OpenAIModel("m", base_url=served.base_url)).text == "done"


UNKNOWN_FORMATS = [
    Answer(error("x", "response_format is not supported"), 400),
    Answer({"object": "error", "message": "json_schema: no such type", "type": "BadRequestError"}, 400),
    Answer({"detail": [{"loc": ["body", "response_format", "type"], "msg": "unexpected value"}]}, 422),
]


@both_ends
@pytest.mark.parametrize("unknown", UNKNOWN_FORMATS)
def test_an_endpoint_without_schemas_is_asked_for_plain_json(end: End, unknown: Answer) -> None:
    """Where schemas, then JSON mode, are not known, they are left out, and the model object remembers that."""
    with endpoint(unknown, unknown, completion(), completion()) as served:
        model = OpenAIModel("m", base_url=served.base_url)
        end(model)
        end(model)
    formats = [sent.get("response_format", {}).get("type") for sent in served.asked]
    assert formats == ["json_schema", "json_object", None, None]


@both_ends
def test_the_name_of_the_limit_is_found_out(end: End) -> None:
    """An endpoint that wants max_completion_tokens instead of max_tokens gets it."""
    with endpoint(Answer(error("x", "use max_completion_tokens"), 400), completion()) as served:
        end(OpenAIModel("m", base_url=served.base_url))
    assert "max_completion_tokens" in served.asked[1]


@both_ends
def test_an_endpoint_that_takes_no_limit_is_not_asked_for_ever(end: End) -> None:
    """A limit that is refused under either name is a bad request, after both were tried once."""
    with endpoint(Answer(error("x", "max_tokens is too large"), 400)) as served, pytest.raises(BadModelRequest):
        end(OpenAIModel("m", base_url=served.base_url))
    assert [key for sent in served.asked for key in sent if key.startswith("max_")] == [
        "max_tokens",
        "max_completion_tokens",
    ]


def test_calls_side_by_side_find_out_the_same() -> None:
    """Two threads that both learn that schemas are unknown go on to JSON mode, and no further."""
    both_asked = threading.Barrier(2, timeout=10)

    def by_format(sent: dict[str, Any]) -> Answer:
        if sent["response_format"]["type"] == "json_object":
            return completion()
        both_asked.wait()
        return Answer(error("x", "response_format is not supported"), 400)

    with endpoint(by_format) as served, ThreadPoolExecutor(2) as pool:
        model = OpenAIModel("m", base_url=served.base_url)
        assert [reply.text for reply in pool.map(ask, [model, model])] == ["{}", "{}"]
    assert sorted(sent["response_format"]["type"] for sent in served.asked) == ["json_object"] * 2 + ["json_schema"] * 2


@pytest.mark.parametrize("key", ["sk-canary\nkey", "sk-canaryключ"])
def test_a_key_that_cannot_be_sent_is_named_as_such(key: str) -> None:
    """A key with a line end or a foreign letter in it is a matter of settings, and is not repeated."""
    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY") as caught:
        OpenAIModel("m", api_key=key)
    assert "canary" not in str(caught.value)


@given(
    st.text(max_size=40) | st.from_regex(r"(Mon, )?[0-9]{1,3} Jan [0-9]{1,30} [0-9]{1,4}:[0-9]{1,4}:[0-9]{1,4} .{3}")
)
def test_no_retry_after_is_too_odd_to_read(header: str) -> None:
    """Whatever a service writes into the header is a number of seconds from nought, or nothing."""
    seconds = retry_after({"retry-after": header})
    assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read(header: dict[str, str], seconds: float | None) -> None:
    """The wait that a service asks for is kept with the error, in seconds."""
    with endpoint(Answer(error("x"), 429, header)) as served, pytest.raises(ModelUnavailable) as caught:
        ask(OpenAIModel("m", base_url=served.base_url))
    assert caught.value.retry_after == seconds


class Clock:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


def retrying(fake: FakeModel, clock: Clock) -> Retrying:
    """A retrying model on a clock of its own."""
    return Retrying(fake, sleep=clock.sleep, asleep=clock.asleep, clock=clock)


def down(retry_after: float | None = None) -> ModelUnavailable:
    """A failure that may pass."""
    return ModelUnavailable("fake", "down", retry_after=retry_after)


@both_ends
def test_what_may_pass_is_tried_again(end: End, fake: FakeModel) -> None:
    """A failure that may pass is tried again after a wait, and the answer is returned."""
    clock = Clock()
    fake.enqueue(down(), down(), "done")
    assert end(retrying(fake, clock)).text == "done"
    assert len(clock.slept) == 2


@both_ends
def test_the_wait_that_the_service_asks_for_is_kept(end: End, fake: FakeModel) -> None:
    """Retry-After is waited for."""
    clock = Clock()
    fake.enqueue(down(3.0), "done")
    end(retrying(fake, clock))
    assert clock.slept == [3.0]


@both_ends
@pytest.mark.parametrize(
    "fault", [WrongKey("fake", "x"), Refused("fake", "x"), CutOff("fake", "x"), BadModelRequest("fake", "x")]
)
def test_what_cannot_pass_is_not_tried_again(end: End, fault: ModelError, fake: FakeModel) -> None:
    """A failure that a second call can't mend is raised at once."""
    fake.enqueue(fault, "done")
    with pytest.raises(type(fault)):
        end(retrying(fake, Clock()))
    assert len(fake.history) == 1


@both_ends
def test_no_wait_passes_the_deadline(end: End, fake: FakeModel) -> None:
    """A wait that would end after the deadline is not begun: the last failure is raised."""
    clock = Clock()
    fake.enqueue(down(60.0), "done")
    with pytest.raises(ModelUnavailable):
        end(retrying(fake, clock))
    assert clock.slept == []


@both_ends
def test_attempts_are_bounded(end: End, fake: FakeModel) -> None:
    """After the fourth failure it is raised."""
    fake.enqueue(*[down(0.1)] * 9)
    with pytest.raises(ModelUnavailable):
        end(retrying(fake, Clock()))
    assert len(fake.history) == 4


@both_ends
def test_nothing_is_begun_after_the_deadline(end: End, fake: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a call took all the time, no second one is made, even without a wait between."""
    clock = Clock()

    class Slow(FakeModel):
        def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
            clock.now += timeout
            return fake.complete(call, timeout=timeout)

    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    fake.enqueue(down(0.0), "done")
    with pytest.raises(ModelUnavailable):
        end(retrying(Slow(), clock))
    assert len(fake.history) == 1


def test_threads_may_share_a_fake(fake: FakeModel) -> None:
    """Every enqueued answer is given once, whichever thread asks."""
    fake.enqueue(*(str(number) for number in range(200)))
    with ThreadPoolExecutor(8) as pool:
        said = {reply.text for reply in pool.map(ask, [fake] * 200)}
    assert (len(said), len(fake.history)) == (200, 200)


def test_a_fake_that_has_nothing_to_say_says_so(fake: FakeModel) -> None:
    """A fake with an empty queue names the call that it had no answer for."""
    with pytest.raises(LookupError, match="call 1"):
        ask(fake)


@both_ends
def test_a_langchain_model_speaks_to_an_endpoint(end: End) -> None:
    """LangChain's own OpenAI package, against the endpoint, gives text and tokens through the same interface."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    with endpoint(completion("hello")) as served:
        chat = ChatOpenAI(model="m", base_url=served.base_url, api_key=SecretStr(KEY), max_retries=0)
        reply = end(LangChainModel(chat))
    assert (reply.text, reply.usage.total) == ("hello", 10)


@both_ends
@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"finish_reason": "length"}, CutOff),
        ({"finish_reason": "MAX_TOKENS"}, CutOff),
        ({"stop_reason": "max_tokens"}, CutOff),
        ({"stopReason": "max_tokens"}, CutOff),
        ({"done_reason": "length"}, CutOff),
        ({"stop_reason": "refusal"}, Refused),
        ({"finish_reason": "content_filter"}, ContentFiltered),
        ({"finish_reason": "SAFETY"}, ContentFiltered),
    ],
)
def test_every_provider_says_in_its_own_way_why_it_ended(
    end: End, metadata: dict[str, str], expected: type[ModelError]
) -> None:
    """An answer that ended early is told by whatever name the provider has for that."""
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage

    chat = GenericFakeChatModel(messages=iter([AIMessage("{", response_metadata=metadata)]))
    with pytest.raises(expected):
        end(LangChainModel(chat))


@both_ends
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (TimeoutError("canary"), ModelUnavailable),
        (ConnectionResetError("canary"), ModelUnavailable),
        (RuntimeError("canary"), ModelError),
    ],
)
def test_a_chat_models_own_exceptions_are_ours(end: End, fault: Exception, expected: type[ModelError]) -> None:
    """Whatever a chat model raises is a ModelError, without its text."""
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage

    def failing() -> Any:
        raise fault
        yield AIMessage("never")

    with pytest.raises(ModelError) as caught:
        end(LangChainModel(GenericFakeChatModel(messages=failing())))
    assert type(caught.value) is expected
    assert "canary" not in str(caught.value)


@both_ends
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(error("x"), 401), WrongKey),
        (Answer(error("x"), 503), ModelUnavailable),
        (completion("{", "length"), CutOff),
    ],
)
def test_a_langchain_models_faults_are_the_same_errors(end: End, answer: Answer, expected: type[ModelError]) -> None:
    """What fails behind LangChain is told apart as what fails behind the client itself."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    with endpoint(answer) as served:
        chat = ChatOpenAI(model="m", base_url=served.base_url, api_key=SecretStr(KEY), max_retries=0)
        with pytest.raises(expected) as caught:
            end(LangChainModel(chat))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "environ", "name"),
    [
        (None, {}, None),
        ("phrasebook", {"OPENAI_API_KEY": "k"}, None),
        (None, {"OPENAI_API_KEY": "k"}, DEFAULT_MODEL),
        (None, {"OPENAI_API_KEY": "k", "DRAFTER_MODEL": "m"}, "m"),
        ("gpt-x", {"OPENAI_API_KEY": "k"}, "gpt-x"),
        ("openai:gpt-x", {"OPENAI_API_KEY": "k"}, "gpt-x"),
        ("llama3:8b", {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, "llama3:8b"),
    ],
)
def test_the_environment_decides_the_model(
    spec: str | None, environ: dict[str, str], name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name, DRAFTER_MODEL, a key or a base URL choose the model; with none of them there is none."""
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    model = configured_model(spec)
    assert (model and model.name) == name


@pytest.mark.parametrize("spec", ["gpt-x", "mistralai:x"])
def test_a_model_that_cannot_be_set_up_says_what_is_missing(spec: str) -> None:
    """A model asked for by name, without its key or package, is an error that says what to set or install."""
    with pytest.raises(ModelNotConfigured, match=r"OPENAI_API_KEY|pip install"):
        configured_model(spec)


def test_the_package_is_light() -> None:
    """Importing the models imports no client library."""
    heavy = "('openai', 'httpx', 'httpx2', 'langchain_core', 'tenacity', 'yaml')"
    code = f"import drafter.models, sys; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
