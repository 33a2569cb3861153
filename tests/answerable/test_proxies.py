"""Whom a request comes from where a web server stands in front of the service: the limits count by it (D31)."""

import pytest
from fastapi import Request
from starlette.types import Receive, Scope, Send

from answerable.app import server
from answerable.settings import Settings
from web.site import visitor

USUAL = str(Settings.model_fields["proxies"].default)
SAID = "203.0.113.9"


async def counted(peer: str, proxies: str, said: str = SAID) -> str:
    """Whom the limits count where `peer` speaks to the server and says that the request comes from `said`."""
    found: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(visitor(Request(scope)))

    config = server(app, "127.0.0.1", 0, proxies)
    config.load()
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "client": (peer, 1), "scheme": "http",
        "headers": [(b"x-forwarded-for", said.encode())],
    }  # fmt: skip
    await config.loaded_app(scope, None, None)
    return found[0]


@pytest.mark.anyio
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1"])
async def test_behind_a_web_server_on_this_machine_visitors_are_told_apart(peer: str) -> None:
    assert await counted(peer, USUAL) == SAID


@pytest.mark.anyio
@pytest.mark.parametrize("proxies", [USUAL, ""])
async def test_whoever_speaks_to_us_directly_cannot_choose_whom_we_count(proxies: str) -> None:
    assert await counted("198.51.100.1", proxies) == "198.51.100.1"


@pytest.mark.anyio
async def test_what_a_visitor_made_up_in_front_of_our_web_server_is_not_believed() -> None:
    assert await counted("127.0.0.1", USUAL, f"192.0.2.1, {SAID}") == SAID


@pytest.mark.anyio
async def test_a_web_server_on_another_machine_is_believed_where_it_is_named() -> None:
    assert await counted("10.1.2.3", "10.1.0.0/16") == SAID
    assert await counted("10.2.2.3", "10.1.0.0/16") == "10.2.2.3"
