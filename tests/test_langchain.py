"""The drafter and its guardrails in LangChain: Runnables, events, batches, and a middleware for agents."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models.fake_chat_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda

from drafter import Draft, Report, Request, Result
from drafter.errors import RequestError
from drafter.integrations.langchain import EVENT, DrafterRunnable, GuardrailsMiddleware, GuardrailsRunnable
from tests.test_pipeline import GOOD, UNKIND, changes

Make = Callable[..., Request]
FIELDS = {
    "sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale",
    "channel": "email", "reason": {"kind": "other_offer", "detail": "the canary sings", "share": "general"},
}  # fmt: skip
ACCEPTABLE = (
    "Subject: Copy Editor\n\nDear Tom,\n\nThank you for the interview. I have accepted another offer, so I am "
    "withdrawing my application for Copy Editor at Larkfield Press. I would be glad to stay in touch.\n\n"
    "Kind regards,\nAna Ruiz"
)
RUDE = ACCEPTABLE.replace("Thank you", "Your hiring process was chaotic. Thank you")


def chat(*answers: str) -> FakeListChatModel:
    return FakeListChatModel(responses=list(answers))


class Heard(BaseCallbackHandler):
    """Keeps everything that LangChain tells a callback handler."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        self.told.append(("start", kwargs.get("name"), inputs, kwargs.get("tags")))

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        self.told.append(("end", outputs))

    def on_custom_event(self, name: str, data: Any, **kwargs: Any) -> None:
        self.told.append((name, data))


def test_a_request_becomes_a_result() -> None:
    """`invoke` takes a request or its fields, and gives what `draft` gives."""
    runnable = DrafterRunnable(chat(json.dumps(GOOD)), judge=False)
    by_fields, by_request = runnable.invoke(FIELDS), runnable.invoke(Request.model_validate(FIELDS))
    assert by_fields.message == by_request.message
    assert (by_fields.source, by_fields.report.acceptable) == ("FakeListChatModel", True)


def test_every_way_to_run_it_gives_the_same() -> None:
    """`invoke`, `stream` and `batch`, and each for a running event loop."""
    runnable = DrafterRunnable("phrasebook")

    async def in_a_loop() -> list[Result]:
        streamed = [chunk async for chunk in runnable.astream(FIELDS)]
        return [await runnable.ainvoke(FIELDS), *streamed, *await runnable.abatch([FIELDS, FIELDS])]

    results = [runnable.invoke(FIELDS), *runnable.stream(FIELDS), *runnable.batch([FIELDS, FIELDS])]
    assert {result.message for result in [*results, *asyncio.run(in_a_loop())]} == {results[0].message}


def test_a_batch_keeps_its_order_and_gives_errors_in_place() -> None:
    """`return_exceptions` and `max_concurrency` hold as for any Runnable."""
    wanted: list[Any] = [FIELDS, {"sender": "Ana"}, {**FIELDS, "sender": "Bo Ray"}]
    got = DrafterRunnable("phrasebook").batch(wanted, {"max_concurrency": 2}, return_exceptions=True)
    assert [type(one) for one in got] == [Result, RequestError, Result]


def test_it_is_a_link_of_a_chain() -> None:
    """It composes with other Runnables by `|`."""
    chain = DrafterRunnable("phrasebook") | RunnableLambda(lambda result: result.message.body.splitlines()[-1])
    assert chain.invoke(FIELDS) == "Ana Ruiz"


@pytest.mark.parametrize("within_a_loop", [False, True])
def test_callbacks_are_told_the_steps_and_no_text(within_a_loop: bool) -> None:
    """Callbacks see name, tags, steps and outcome; names, secrets and texts only where `traced` asks for it."""
    heard = Heard()
    runnable = DrafterRunnable(chat(json.dumps(UNKIND), json.dumps(changes(("4", "")))), judge=False)
    config: Any = {"callbacks": [heard], "tags": ["mine"], "run_name": "withdrawal"}
    asyncio.run(runnable.ainvoke(FIELDS, config)) if within_a_loop else runnable.invoke(FIELDS, config)
    steps = [data["step"] for name, data, *_ in heard.told if name == EVENT]
    assert steps == ["writing", "checking", "rejected", "revising", "checking", "done"]
    assert heard.told[0][1:] == ("withdrawal", {**heard.told[0][2], "channel": "email"}, ["mine"])
    assert not [word for word in ("Ruiz", "Larkfield", "canary", "chaotic", "Thank") if word in repr(heard.told)]


def test_who_asks_for_it_is_told_the_texts() -> None:
    """With `traced`, callbacks see request and result."""
    heard = Heard()
    DrafterRunnable("phrasebook", traced=True).invoke(FIELDS, {"callbacks": [heard]})
    assert "Larkfield" in repr(heard.told)


def test_events_can_be_streamed() -> None:
    """`astream_events` gives each step as a custom event, in order."""

    async def events() -> list[str]:
        runnable = DrafterRunnable("phrasebook")
        return [
            one["data"]["step"]  # type: ignore[typeddict-item]  # the data of a custom event is its own
            async for one in runnable.astream_events(FIELDS, version="v2")
            if one["event"] == "on_custom_event"
        ]

    assert asyncio.run(events()) == ["phrasebook", "checking"]


@pytest.mark.parametrize(
    "draft", [ACCEPTABLE, AIMessage(ACCEPTABLE), Draft(subject="Copy Editor", body=ACCEPTABLE[23:])]
)
def test_the_guardrails_take_any_draft(draft: Any) -> None:
    """A text, a chat message or a draft, with the request given before or beside it."""
    bound, loose = GuardrailsRunnable(FIELDS), GuardrailsRunnable()
    reports = [bound.invoke(draft), loose.invoke({"draft": draft, "request": FIELDS})]
    assert [report.acceptable for report in reports] == [True, True]


def test_the_guardrails_stand_behind_a_model() -> None:
    """In a chain they report on what the model wrote; a batch has a report each."""
    chain = chat(RUDE) | GuardrailsRunnable(FIELDS)
    reports: list[Report] = chain.batch(["Write it.", "Again."])
    assert [one.rule for report in reports for one in report.errors] == ["positivity/disparagement"] * 2


def test_guardrails_without_a_request_say_so() -> None:
    """What the draft answers has to be known."""
    with pytest.raises(RequestError, match="GuardrailsRunnable"):
        GuardrailsRunnable().invoke(ACCEPTABLE)


def agent(*answers: str | AIMessage, **options: Any) -> Any:
    """An agent that says these things one after the other, behind the guardrails."""
    said = iter([AIMessage(one) if isinstance(one, str) else one for one in answers])
    return create_agent(GenericFakeChatModel(messages=said), middleware=[GuardrailsMiddleware(FIELDS, **options)])


ASKED: Any = {"messages": [HumanMessage("Please write it.")]}


@pytest.mark.parametrize("within_a_loop", [False, True])
def test_an_agents_rejected_message_is_sent_back(within_a_loop: bool) -> None:
    """The agent is told what is wrong, and only the message that passed enters its state."""
    runnable = agent(RUDE, ACCEPTABLE)
    state = asyncio.run(runnable.ainvoke(ASKED)) if within_a_loop else runnable.invoke(ASKED)
    assert [message.content for message in state["messages"]] == ["Please write it.", ACCEPTABLE]
    assert state["messages"][-1].additional_kwargs["drafter"] == {
        "acceptable": True, "words": 36, "attempts": 2, "source": "model",
    }  # fmt: skip


def test_an_agent_that_never_mends_it_is_replaced() -> None:
    """After the last attempt the phrasebook's message is what the agent says."""
    last = agent(RUDE, RUDE, attempts=2).invoke(ASKED)["messages"][-1]
    assert last.additional_kwargs["drafter"]["source"] == "phrasebook"
    assert GuardrailsRunnable(FIELDS).invoke(last).acceptable


def test_nothing_unchecked_is_streamed() -> None:
    """A stream of the agent's messages holds the one that passed, and no token of one that did not."""
    streamed = "".join(str(chunk.text) for chunk, _ in agent(RUDE, ACCEPTABLE).stream(ASKED, stream_mode="messages"))
    assert streamed == ACCEPTABLE


def test_what_is_no_draft_is_left_alone() -> None:
    """`is_draft` lets an agent ask back; a call of a tool is never taken for a draft."""
    question = "Which company is it?"
    runnable = agent(question, is_draft=lambda text: text.startswith("Subject:"))
    assert runnable.invoke(ASKED)["messages"][-1].content == question


def test_the_request_may_be_found_in_the_state() -> None:
    """The request may be a function of the agent's state."""
    seen: list[Any] = []

    def found(state: Any) -> dict[str, Any]:
        seen.append(state["messages"][0].content)
        return FIELDS

    middleware = GuardrailsMiddleware(found)
    said = iter([AIMessage(ACCEPTABLE)])
    create_agent(GenericFakeChatModel(messages=said), middleware=[middleware]).invoke(ASKED)
    assert seen == ["Please write it."]


def test_middleware_that_may_not_ask_once_is_refused() -> None:
    """A number of attempts below 1 is a mistake, and said to be one."""
    with pytest.raises(ValueError, match="1 or more"):
        GuardrailsMiddleware(FIELDS, attempts=0)
