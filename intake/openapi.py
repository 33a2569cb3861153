"""What other systems may send, as OpenAPI 3.1: one path for each partnership, with the questions of its own policy."""

from collections.abc import Iterable, Mapping
from typing import Any

from cases.directory.directory import Directory
from cases.policy import Policy
from intake.pages import questions
from web.fields import Field

_NO_DIRECTORY = Directory([], [], "")
_PROBLEMS = {
    400: "The body cannot be read, or there is no Idempotency-Key",
    401: "The key is missing or not one of this partnership",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "Fields are wrong, or the Idempotency-Key came before with another body",
    429: "Too many calls in a short time",
    503: "The service is not available just now",
}


def fields_of(policy: Policy) -> Mapping[str, Field]:
    """The fields of the form by name; an agency is one field, its key in the directory or its name."""
    fields = [each for part in questions.sections(policy, _NO_DIRECTORY) for each in part.fields]
    agencies = {name: Field(name, label) for name, label in questions.AGENCIES.items()}
    return {each.name: each for each in fields if not each.name.endswith("_written")} | agencies


def document(policies: Iterable[Policy], base_url: str) -> Mapping[str, Any]:
    found = list(policies)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Answerable: escalations from forms built elsewhere",
            "version": "1",
            "description": "The raiser is asked by e-mail to confirm the address before anybody else is written to. "
            "If a child is in immediate danger, do not wait for this service: call 999.",
        },
        "servers": [{"url": base_url}],
        "paths": {f"/api/v1/{policy.partnership.key}/escalations": {"post": _operation(policy)} for policy in found},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM, "Taken": _TAKEN}
            | {f"Escalation-{policy.partnership.key}": _schema(policy) for policy in found},
        },
        "security": [{"key": []}],
    }


def _operation(policy: Policy) -> dict[str, Any]:
    key = policy.partnership.key
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    taken = {"application/json": {"schema": {"$ref": "#/components/schemas/Taken"}}}
    return {
        "operationId": f"raise-{key}",
        "summary": f"Raise an escalation with {policy.partnership.name}",
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "A mark of your own for this one escalation: sent again with the same body, it is the "
                "same case.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/Escalation-{key}"}}},
        },
        "responses": {"201": {"description": "A case is open", "content": taken}}
        | {str(status): {"description": words, "content": problem} for status, words in _PROBLEMS.items()},
    }


def _schema(policy: Policy) -> dict[str, Any]:
    fields = fields_of(policy)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, field in fields.items() if field.required],
        "properties": {name: _property(field) for name, field in fields.items()},
    }


def _property(field: Field) -> dict[str, Any]:
    about = f"{field.label} {field.hint}".strip()
    choices = [option.value for option in field.options]
    if field.kind == "checkboxes":
        return {"type": "array", "items": {"enum": choices}, "uniqueItems": True, "description": about}
    if field.choices == {"yes", "no"}:
        return {"enum": ["yes", "no", True, False], "description": about}
    if choices:
        return {"enum": choices, "description": about}
    formats = {"date": {"format": "date"}, "email": {"format": "email"}}
    return {"type": "string", "maxLength": field.limit, "description": about} | formats.get(field.kind, {})


_TAKEN = {
    "type": "object",
    "required": ["reference", "missing"],
    "properties": {
        "reference": {"type": "string", "description": "The case's reference"},
        "missing": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Questions that are still open. The raiser is asked for them by e-mail.",
        },
    },
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
