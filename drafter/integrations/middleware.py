"""The guardrails inside somebody's own agent: a middleware of LangChain 1.x. Needs the extra `langchain`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, HumanMessage

from drafter.drafting import Drafter
from drafter.guardrails import check
from drafter.integrations.langchain import RequestLike, draft_of, request_of
from drafter.message import Draft, Report
from drafter.prompts import objection

Ask = ModelRequest[Any]
Said = ModelResponse[Any]


class GuardrailsMiddleware(AgentMiddleware[Any, Any, Any]):
    """Lets an agent say nothing as its message that the guardrails have not passed.

    `request` is what the message answers, or a function that finds it in the agent's state. What the agent says without
    calling a tool is taken for the message; `is_draft` tells such a text apart where the agent says other things too. A
    rejected message is sent back with what is wrong, `attempts` times in all, and then replaced by the phrasebook's.
    Rejected ones enter neither the agent's state nor its stream of messages.
    """

    def __init__(
        self,
        request: RequestLike | Callable[[Mapping[str, Any]], RequestLike],
        *,
        attempts: int = 3,
        is_draft: Callable[[str], bool] = bool,
    ) -> None:
        super().__init__()
        if attempts < 1:
            raise ValueError(f"attempts has to be 1 or more, not {attempts}")
        self._request, self._attempts, self._is_draft = request, attempts, is_draft

    def wrap_model_call(self, request: Ask, handler: Callable[[Ask], Said]) -> Said:
        """The agent's message once the guardrails pass it, else the phrasebook's. Raises NoAcceptableDraft."""
        rounds = self._rounds(request)
        try:
            ask = next(rounds)
            while True:
                ask = rounds.send(handler(ask))
        except StopIteration as done:
            said: Said = done.value
            return said

    async def awrap_model_call(self, request: Ask, handler: Callable[[Ask], Awaitable[Said]]) -> Said:
        """`wrap_model_call` for a running event loop."""
        rounds = self._rounds(request)
        try:
            ask = next(rounds)
            while True:
                ask = rounds.send(await handler(ask))
        except StopIteration as done:
            said: Said = done.value
            return said

    def _rounds(self, asked: Ask) -> Generator[Ask, Said, Said]:
        """What the model is asked, one call after the other, and the response to take."""
        answered = request_of(self._request(asked.state) if callable(self._request) else self._request)
        ask = asked.override(model=_unstreamed(asked.model))
        for attempt in range(1, self._attempts + 1):
            said = yield ask
            message = said.result[-1] if said.result else None
            if not isinstance(message, AIMessage) or message.tool_calls or not self._is_draft(str(message.text)):
                return said
            report = check(draft_of(message), answered)
            if report.acceptable:
                return _with(said, message, _note(report, attempt, "model"))
            objected = HumanMessage(objection(report.errors, answered.primary_language))
            ask = ask.override(messages=[*asked.messages, message, objected])
        result = Drafter("phrasebook").draft(answered)
        return _with(said, AIMessage(_as_text(result.message)), _note(result.report, self._attempts, "phrasebook"))


def _unstreamed(model: Any) -> Any:
    """The chat model with its tokens kept out of the agent's stream: they have not been checked yet."""
    return model.model_copy(update={"tags": [*(model.tags or ()), "nostream"]})


def _with(said: Said, message: AIMessage, note: dict[str, Any]) -> Said:
    kept = message.model_copy(update={"additional_kwargs": {**message.additional_kwargs, "drafter": note}})
    return ModelResponse(result=[*said.result[:-1], kept], structured_response=said.structured_response)


def _note(report: Report, attempts: int, source: str) -> dict[str, Any]:
    return {"acceptable": report.acceptable, "words": report.words, "attempts": attempts, "source": source}


def _as_text(message: Draft) -> str:
    return message.body if message.subject is None else f"Subject: {message.subject}\n\n{message.body}"
