"""An MCP server: draft, check, advise and the guide as tools, prompts and resources for agents.

It needs the package `mcp`, of the extra `mcp`. Everything that comes in is data: it is validated as any request is and
goes through the same guardrails, and what reads like an instruction to a writer is left out. Nothing is sent anywhere
but to the language model that the server was started with, if there is one.
"""

from __future__ import annotations

import json
import socket
from datetime import datetime
from typing import Annotated, Any, cast

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp_types import ToolAnnotations
from pydantic import GetJsonSchemaHandler

from drafter import __version__, judge
from drafter.drafting import Drafter
from drafter.errors import DrafterError
from drafter.explanation import explain
from drafter.guardrails.pack import REFERENCE, RULES, rules_by_name
from drafter.guide import PRINCIPLES
from drafter.guide import advise as advice_for
from drafter.intake import build_request
from drafter.message import Draft, Report, Result
from drafter.prompts import agent_text
from drafter.request import Request

HOST, PATH = "127.0.0.1", "/mcp"
"""Where the server listens over HTTP: on this machine alone."""

BODY_LIMIT = 100_000
"""Characters of a draft that is checked."""

ABOUT = (
    "Writes and checks the message that withdraws a person from a job-interview process. Ask the person; state only "
    "what they said. A message may be shown when it is acceptable, and is never sent by you."
)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


class _SchemaOfRequest:
    """Tells the agent the fields of a request for what is taken as plain data."""

    def __get_pydantic_json_schema__(self, _: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(Request.__pydantic_core_schema__)


RequestData = Annotated[dict[str, Any], _SchemaOfRequest()]
"""A request as plain data, so that its faults are told in this project's words."""


def server(model: Any = None, judged_by: Any = None) -> MCPServer:
    """The server. `model` and `judged_by` are as for `drafter.Drafter`. Raises ModelNotConfigured."""
    drafter = Drafter(model, judge=judged_by)
    made = MCPServer("drafter", version=__version__, instructions=ABOUT, log_level="WARNING")
    _add_tools(made, drafter)
    _add_resources(made)
    made.prompt(name="withdraw", title="Withdraw from an interview process")(withdraw)
    return made


def _add_tools(made: MCPServer, drafter: Drafter) -> None:
    async def draft(request: RequestData, seed: int = 0) -> dict[str, Any]:
        """Write the message that withdraws the person, checked by every guardrail; another seed, another wording.

        Gives the message, what each sentence rests on, what to do with it, and notes on what was left out.
        """
        asked = _request(request)
        try:
            return _written(await drafter.adraft(asked, seed=seed), asked)
        except DrafterError as fault:
            raise ToolError(str(fault)) from None

    made.tool(annotations=READS.model_copy(update={"open_world_hint": True}))(draft)
    for tool in (check, advise, guide):
        made.tool(annotations=READS)(tool)


def check(request: RequestData, body: str, subject: str | None = None) -> dict[str, Any]:
    """Judge a message against the request that it answers: whether it is acceptable, and each finding with advice."""
    if len(body) > BODY_LIMIT or len(subject or "") > BODY_LIMIT:
        raise ToolError(f"the draft is longer than {BODY_LIMIT:,} characters; this is no message")
    return _judged(judge.check(Draft(subject=subject, body=body), _request(request)))


def advise(request: RequestData) -> dict[str, Any]:
    """Say how, when and to whom the message should go, and what may come back."""
    return advice_for(_request(request), now=datetime.now()).model_dump(mode="json")


def guide() -> list[dict[str, Any]]:
    """The ten principles of a graceful withdrawal."""
    return [principle._asdict() for principle in PRINCIPLES]


def withdraw(company: str = "", role: str = "", sender: str = "") -> str:
    """Ask me what is needed, and write the message that withdraws me from an interview process."""
    said = {"company": company, "role": role, "sender": sender}
    return agent_text({name: value[:300] for name, value in said.items() if value})


def _request(data: dict[str, Any]) -> Request:
    try:
        return build_request(data)
    except DrafterError as fault:
        raise ToolError(str(fault)) from None


def _written(result: Result, request: Request) -> dict[str, Any]:
    sentences = explain(result.message, request, result.report, result.claims)
    return {
        **_judged(result.report),
        "message": result.message.model_dump(mode="json"),
        "written_by": result.source,
        "sentences": [
            {"text": one.text, "does": list(one.moves), "rests_on": one.rests_on, "serves": one.serves}
            for one in sentences
        ],
        "advice": result.advice.model_dump(mode="json"),
        "notes": list(result.notes),
    }


def _judged(report: Report) -> dict[str, Any]:
    said = report.model_dump(mode="json")
    not_passed = [one for one in said["rules"] if one["status"] != "pass"]
    return {"acceptable": report.acceptable, "findings": said["findings"], "not_passed": not_passed}


def _add_resources(made: MCPServer) -> None:
    def principles() -> str:
        """The ten principles of a graceful withdrawal."""
        return "\n".join(f"{number}. {title}. {text}" for number, title, text in PRINCIPLES)

    def request_schema() -> str:
        """The JSON schema of a request."""
        return json.dumps(Request.model_json_schema(), indent=2)

    def rules() -> str:
        """Every guardrail: its id, and what it says of a draft that breaks it."""
        known = rules_by_name(REFERENCE)
        return "\n".join(f"{name}: {known[name][0].message}" for name in RULES)

    made.resource("drafter://guide", mime_type="text/plain")(principles)
    made.resource("drafter://request-schema", mime_type="application/json")(request_schema)
    made.resource("drafter://rules", mime_type="text/plain")(rules)
    made.resource("drafter://rules/{family}/{name}", mime_type="application/json")(rule)


def rule(family: str, name: str) -> str:
    """One guardrail: why it is there, and how to mend what it finds."""
    parts = rules_by_name(REFERENCE).get(f"{family}/{name}", ())
    if not parts:
        raise ResourceNotFoundError(f"there is no such rule; there are {', '.join(RULES)}")
    data = {
        "rule": f"{family}/{name}",
        "principles": sorted({part.principle for part in parts}),
        "messages": list(dict.fromkeys(part.message for part in parts)),
        "advice": list(dict.fromkeys(part.advice for part in parts)),
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def listening(port: int) -> socket.socket:
    """A socket on this machine's loopback alone; port 0 takes a free one. Raises DrafterError where it is taken."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((HOST, port))
        opened.listen()  # whoever comes before the server has started waits for it
    except OSError as fault:
        opened.close()
        raise DrafterError(f"port {port} can't be used: {fault.strerror}; name another with --port") from None
    return opened


def serve_http(made: MCPServer, opened: socket.socket) -> None:
    """Serves streamable HTTP until it is stopped. What names another host or comes from another site is refused."""
    import uvicorn

    app = made.streamable_http_app(host=HOST, streamable_http_path=PATH)
    uvicorn.Server(uvicorn.Config(cast("Any", app), log_level="warning")).run(sockets=[opened])
