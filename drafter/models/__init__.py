"""The language model behind one small interface, the ways behind it, and a fake for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drafter.latecomers import latecomers

if TYPE_CHECKING:
    from drafter.models.choose import configured_model
    from drafter.models.fake import FakeModel
    from drafter.models.interface import Message, Model, ModelCall, ModelReply
    from drafter.models.langchain import LangChainModel
    from drafter.models.openai_compatible import OpenAIModel
    from drafter.models.retry import Retrying

__all__ = [
    "FakeModel",
    "LangChainModel",
    "Message",
    "Model",
    "ModelCall",
    "ModelReply",
    "OpenAIModel",
    "Retrying",
    "configured_model",
]

_MODULE = {
    "FakeModel": "fake",
    "LangChainModel": "langchain",
    "Message": "interface",
    "Model": "interface",
    "ModelCall": "interface",
    "ModelReply": "interface",
    "OpenAIModel": "openai_compatible",
    "Retrying": "retry",
    "configured_model": "choose",
}
"""The module of each name."""

__getattr__ = latecomers(__name__, _MODULE)
