"""Any LangChain chat model, given as an object or as "provider:name" where its package is installed."""

from __future__ import annotations

from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, Any

from drafter.errors import ModelNotConfigured
from drafter.message import Usage
from drafter.models.faults import fault_of_exception
from drafter.models.interface import ModelCall, ModelReply
from drafter.models.openai_compatible import answer_text, check_finish

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage


_FINISH = ("finish_reason", "stop_reason", "stopReason", "done_reason")
"""Where providers say why the answer ended: OpenAI and Google, Anthropic, Bedrock, Ollama."""


class LangChainModel:
    """A LangChain chat model behind this project's interface. The prompt asks for the JSON; no schema is bound.

    The chat model's own settings hold for retries and temperature. Each call is made in a thread of its own, so that it
    can be left at its deadline, and because chat models share asynchronous clients that don't outlive an event loop.
    """

    def __init__(self, chat_model: BaseChatModel, name: str | None = None) -> None:
        self._chat_model = chat_model
        known = getattr(chat_model, "model_name", None) or getattr(chat_model, "model", None)
        self.name = name or (known if isinstance(known, str) else type(chat_model).__name__)

    @classmethod
    def named(cls, spec: str) -> LangChainModel:
        """The chat model that "provider:name" stands for. Raises ModelNotConfigured where a package is missing."""
        try:
            from langchain.chat_models import init_chat_model
        except ImportError:
            raise ModelNotConfigured(spec, "needs LangChain's providers; run: pip install langchain") from None
        try:
            return cls(init_chat_model(spec), spec)
        except ImportError as fault:
            package = f"langchain-{spec.split(':')[0].replace('_', '-')}"
            missing = fault.name or package
            raise ModelNotConfigured(spec, f"{missing} is not installed; run: pip install {package}") from None
        except Exception as fault:
            raise ModelNotConfigured(spec, f"can't be set up ({type(fault).__name__}); is its key set?") from None

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call, within `timeout` seconds. Raises ModelError."""
        try:
            return self._reply(self._asked(call).result(timeout))
        except Exception as fault:
            raise fault_of_exception(self.name, fault) from None

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The answer to one call in a running event loop, within `timeout` seconds. Raises ModelError."""
        import asyncio

        try:
            async with asyncio.timeout(timeout):
                return self._reply(await asyncio.wrap_future(self._asked(call)))
        except Exception as fault:
            raise fault_of_exception(self.name, fault) from None

    def _asked(self, call: ModelCall) -> Future[AIMessage]:
        """The answer to come. The thread keeps no process alive, and callbacks and traces of the caller hold in it."""
        answer: Future[AIMessage] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._chat_model.invoke(_messages(call)))
            except BaseException as fault:
                with suppress(InvalidStateError):  # nobody waits any more
                    answer.set_exception(fault)

        Thread(target=copy_context().run, args=(ask,), daemon=True, name=f"drafter-{self.name}").start()
        return answer

    def _reply(self, message: AIMessage) -> ModelReply:
        metadata: dict[str, Any] = message.response_metadata
        finish = next((metadata[key] for key in _FINISH if metadata.get(key)), None)
        check_finish(self.name, finish, refusal=message.additional_kwargs.get("refusal"))
        text = answer_text(self.name, str(message.text))
        counted = message.usage_metadata
        usage = (
            Usage(prompt_tokens=counted["input_tokens"], completion_tokens=counted["output_tokens"])
            if counted
            else Usage()
        )
        return ModelReply(text, usage, str(metadata.get("model_name") or self.name))


def _messages(call: ModelCall) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[message.role](message.content) for message in call.messages]
