"""docs/openapi.json: the table of routes as an OpenAPI 3.1 document, for clients and for people. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.asked import EventStream, Nothing, Route, WavSound
from api.errors import Problem

MEDIA: dict[type[BaseModel], tuple[str, dict[str, Any]]] = {
    WavSound: ("audio/wav", {"type": "string", "format": "binary"}),
    EventStream: ("text/event-stream", {"type": "string"}),
}
BINARY = {"type": "string", "format": "binary"}
WHERE = "#/components/schemas/{model}"


def document(routes: Iterable[Route[Any]], version: str) -> dict[str, Any]:
    """The whole document, ready for JSON."""
    table = tuple(routes)
    schemas, definitions = _schemas(table)
    paths: dict[str, Any] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "连心 Lianxin",
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": definitions, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


Schemas = dict[Any, dict[str, Any]]  # by model


def _schemas(table: tuple[Route[Any], ...]) -> tuple[Schemas, dict[str, Any]]:
    given = {route.gives for route in table if route.gives not in MEDIA} | {Problem}
    taken = {route.takes for route in table if route.takes is not Nothing}
    by_name = lambda model: model.__name__  # noqa: E731 - a sorting key
    asked_for = [(model, "serialization") for model in sorted(given, key=by_name)]
    asked_for += [(model, "validation") for model in sorted(taken, key=by_name)]
    refs, whole = models_json_schema(asked_for, ref_template=WHERE)  # type: ignore[arg-type]
    return {model: schema for (model, _), schema in refs.items()}, whole.get("$defs", {})


def _operation(route: Route[Any], schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": route.name, "summary": f"{route.zh} · {route.en}"}
    parameters = [_path_parameter(name) for name in re.findall(r"{(\w+)}", route.path)]
    if route.takes is not Nothing and (route.method == "GET" or route.sound):
        parameters += _query_parameters(route.takes)
    elif route.takes is not Nothing:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schemas[route.takes]}}}
    if route.sound:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": BINARY}}}
    if parameters:
        operation["parameters"] = parameters
    operation["responses"] = _responses(route, schemas)
    if route.needs is not None:
        operation["security"] = [{"token": []}]
        operation["x-role"] = route.needs.name.lower()
    return operation


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(takes: type[BaseModel]) -> list[dict[str, Any]]:
    schema = takes.model_json_schema(ref_template=WHERE)
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": kind}
        for name, kind in schema["properties"].items()
    ]


def _responses(route: Route[Any], schemas: Schemas) -> dict[str, Any]:
    kind, schema = MEDIA.get(route.gives) or ("application/json", schemas[route.gives])
    same = (
        {"304": {"description": "与 If-None-Match 所指的相同 · still what If-None-Match names"}} if route.shared else {}
    )
    return {
        "200": {"description": "OK", "content": {kind: {"schema": schema}}},
        **same,
        "default": {
            "description": "拒绝或错误 · refusal or error",
            "content": {"application/json": {"schema": schemas[Problem]}},
        },
    }
