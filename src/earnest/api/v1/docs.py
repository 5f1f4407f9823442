"""The page of the interface: every route in plain words, from the OpenAPI document, in the look of the pages.

No tool from elsewhere draws it: nothing but our own style and no script is needed, as everywhere.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from earnest.api.v1 import document, problems


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that may be sent, or that comes back."""

    name: str
    what: str
    says: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One route on the page."""

    id: str
    method: str
    path: str
    title: str
    says: tuple[str, ...]
    scope: str
    action: str
    fields: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Field, ...]
    example: str


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All routes by their subject."""
    made = document.document()
    groups: dict[str, list[Shown]] = {}
    for path, methods in made["paths"].items():
        for method, told in methods.items():
            groups.setdefault(told["tags"][0], []).append(_shown(made, path, method, told))
    context = {
        "groups": sorted(groups.items(), key=lambda group: _place(group[0])),
        "problems": problems.SAYS.items(),
    }
    with translation.override(
        "en"
    ):  # its routes and fields are told in English alone: one page, one language
        return render(request, "api/docs.html", context)


_ORDER = (
    "About",
    "Posts",
    "Themes",
    "Alerts",
    "Inbox",
    "Cases",
    "Escalations",
    "Figures",
    "Reports",
    "Places",
    "Messages",
)


def _place(tag: str) -> int:
    return _ORDER.index(tag) if tag in _ORDER else len(_ORDER)


def _shown(made: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> Shown:
    body = _schema(made, told.get("requestBody", {}).get("content", {}).get("application/json", {}))
    good: dict[str, Any] = next((one for status, one in told["responses"].items() if status < "300"), {})
    answer = _schema(made, good.get("content", {}).get("application/json", {}))
    return Shown(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        title=told["summary"],
        says=tuple(part for part in told.get("description", "").split("\n\n") if part != told["summary"]),
        scope=told.get("x-earnest-scope", ""),
        action=told["x-earnest-action"],
        fields=tuple(
            Field(
                one["name"],
                _what(made, one["schema"]),
                one.get("description", ""),
                one.get("required", False),
            )
            for one in told["parameters"]
            if one["name"] != "programme"
        ),
        body=_fields(made, body),
        answers=_fields(made, answer),
        example=_example(made, path, method.upper(), body),
    )


def _schema(made: dict[str, Any], holder: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = holder.get("schema", {})
    return _meant(made, schema)


def _meant(made: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = made["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _fields(made: dict[str, Any], schema: dict[str, Any]) -> tuple[Field, ...]:
    needed = schema.get("required", ())
    return tuple(
        Field(name, _what(made, one), one.get("description", ""), name in needed)
        for name, one in schema.get("properties", {}).items()
    )


_TYPES = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false",
    "null": "none", "object": "object",
}  # fmt: skip


def _what(made: dict[str, Any], schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_what(made, one) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return ", ".join(str(one) for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_what(made, schema.get('items', {}))}"
    if schema.get("format") in ("date", "date-time"):
        return "day" if schema["format"] == "date" else "moment"
    return _TYPES.get(str(schema.get("type")), "anything")


def _example(made: dict[str, Any], path: str, method: str, body: dict[str, Any]) -> str:
    """How it is asked for on a command line."""
    address = path.replace("{programme}", "riders").replace("{format}", "pdf").replace("{place}", "forum")
    for name in ("{id}", "{number}", "{change}", "{note}"):
        address = address.replace(name, "12")
    lines = [f"curl https://desk.example.org{address}", '-H "Authorization: Bearer $EARNEST_TOKEN"']
    if method != "GET":
        lines[0] = f"curl -X {method} https://desk.example.org{address}"
    if body.get("properties"):
        sent = {
            name: _sample(made, one)
            for name, one in body["properties"].items()
            if name in body.get("required", ()) or len(body["properties"]) == 1
        }
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(sent)}'"]
    return " \\\n  ".join(lines)


def _sample(made: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A value that could be sent."""
    schema = _meant(made, schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if "anyOf" in schema:
        return _sample(made, schema["anyOf"][0])
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    if schema.get("type") == "array":
        return [_sample(made, schema.get("items", {}))]
    if schema.get("format") == "date":
        return "2026-11-19"
    return {"integer": 12, "number": 0.5, "boolean": True}.get(str(schema.get("type")), "…")
