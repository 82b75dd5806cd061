"""Which model a name stands for, and which one the environment configures."""

from __future__ import annotations

import os

from drafter.models.interface import Model
from drafter.models.retry import Retrying
from drafter.settings import current_settings

DEFAULT_MODEL = "gpt-5-mini"
"""The model that is asked where a key is set and no model is named."""

# The providers that LangChain's init_chat_model knows. Other names with a colon, such as "llama3:8b", are a local
# server's own names for its models.
PROVIDERS = frozenset(
    """
    anthropic azure_openai azure_ai google_vertexai google_genai google_anthropic_vertex bedrock bedrock_converse cohere
    deepseek fireworks groq huggingface ibm litellm mistralai nvidia ollama openrouter perplexity together upstage xai
    """.split()  # noqa: SIM905 -- a list of words reads better as words
)


def configured_model(spec: str | None = None) -> Model | None:
    """The model to use, with retries: the one named, else the settings', else a default where a key is set, else None.

    Raises ModelNotConfigured where a model was named that can't be set up here, and SettingsError.
    """
    settings = current_settings()
    base_url, key = settings.base_url or os.environ.get("OPENAI_BASE_URL"), os.environ.get("OPENAI_API_KEY")
    named = spec or settings.model or (DEFAULT_MODEL if key or base_url else None)
    if named is None or named == "phrasebook":
        return None
    provider, _, rest = named.partition(":")
    if rest and provider in PROVIDERS:
        from drafter.models.langchain import LangChainModel

        return Retrying(LangChainModel.named(named))
    from drafter.models.openai_compatible import OpenAIModel

    return Retrying(OpenAIModel(rest if provider == "openai" and rest else named, base_url=base_url, api_key=key))
