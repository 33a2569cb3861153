"""What scripts can do here, as a page: made from the OpenAPI description, without anybody else's script or style."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from answerable.demo.demo import Demo
from answerable.demo.letters import Letters
from answerable.demo.site_pages import bar
from web.site import Site

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """A field, or a parameter, of an endpoint."""

    name: str
    kind: str
    words: str
    required: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    path: str
    title: str
    words: str
    parameters: tuple[Value, ...]
    takes: tuple[Value, ...]
    gives: tuple[Value, ...]
    example: str  # a command line


def routes(demo: Demo, site: Site, letters: Letters) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    def page(request: Request) -> Response:
        found = list(endpoints(_description(request), demo.service.settings.base_url))
        return site.page(request, "demo/api", bar(demo, letters.all()) | {"endpoints": found})

    def description(request: Request) -> Response:
        return JSONResponse(_description(request))

    router.add_api_route("/demo/api", page, methods=["GET"])
    router.add_api_route("/demo/openapi.json", description, methods=["GET"])
    return router


def endpoints(description: Schema, base_url: str) -> Iterator[Endpoint]:
    """The endpoints of an OpenAPI description."""
    for path, methods in description["paths"].items():
        for method, each in methods.items():
            takes = _content(description, each.get("requestBody"))
            yield Endpoint(
                method=method.upper(),
                path=path,
                title=each["summary"],
                words=each.get("description", ""),
                parameters=tuple(
                    Value(
                        one["name"],
                        _kind(description, one["schema"]),
                        one.get("description", ""),
                        one.get("required", False),
                    )
                    for one in each.get("parameters", ())
                ),
                takes=_fields(description, takes),
                gives=_fields(description, _content(description, each["responses"]["200"])),
                example=_example(description, method, f"{base_url}{path}", takes),
            )


def _description(request: Request) -> Schema:
    whole = cast(FastAPI, request.app).openapi()
    return whole | {"paths": {path: found for path, found in whole["paths"].items() if path.startswith("/demo/")}}


def _content(description: Schema, holder: Schema | None) -> Schema:
    schema = holder["content"]["application/json"]["schema"] if holder else {}
    return _resolved(description, schema.get("items", schema))


def _resolved(description: Schema, schema: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    return cast(Schema, description["components"]["schemas"][name]) if name else schema


def _fields(description: Schema, schema: Schema) -> tuple[Value, ...]:
    required = schema.get("required", ())
    return tuple(
        Value(name, _kind(description, each), each.get("description", ""), name in required)
        for name, each in schema.get("properties", {}).items()
    )


def _kind(description: Schema, schema: Schema) -> str:
    """A type in words; of an object, the names of its fields."""
    if "anyOf" in schema:
        return " or ".join(_kind(description, each) for each in schema["anyOf"] if each.get("type") != "null")
    if "const" in schema:
        return f"“{schema['const']}”"
    if schema.get("type") == "array":
        return f"list of {_kind(description, schema['items'])}"
    if "$ref" in schema:
        return f"object ({', '.join(_resolved(description, schema)['properties'])})"
    return {"date-time": "time", "string": "text"}.get(schema.get("format", schema["type"]), str(schema["type"]))


def _example(description: Schema, method: str, url: str, takes: Schema) -> str:
    if method == "get":
        return f"curl {url}"
    properties = takes.get("properties", {}).items()
    body = takes.get("example") or {name: each["examples"][0] for name, each in properties if "examples" in each}
    return f"curl {url} -H 'Content-Type: application/json' -d '{json.dumps(body)}'"
