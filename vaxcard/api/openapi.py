"""The API in OpenAPI 3.1, put together from what is served: routes, rules and descriptions stand in one place and are told from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from werkzeug.routing import Rule as Route

from vaxcard.api.access import Rule, rule_of
from vaxcard.api.describing import IF_MATCH, Description, described, description_of
from vaxcard.api.fields import Field, body_schema
from vaxcard.api.schemas import SCHEMAS, named

openapi = Blueprint("openapi", __name__, url_prefix="/api/v1")

PREFIX = "/api/v1"
_CALLED_BACK = f"{PREFIX}/webhooks"  # called by providers in their own words, not by whoever writes a program
_PROBLEM = {"application/problem+json": {"schema": named("Problem")}}
_BAD = {
    400: "The request is not one of HTTP",
    401: "Nobody known asks: sign in, or send a key",
    403: "The one who asks may not do this, or must say first why",
    404: "Not on file",
    409: "Stopped, or the record has moved on; `difference` tells how",
    410: "The card was replaced or is not in use",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "Something cannot be understood; `faults` tells what, where and what to do",
    428: "Name the version that you saw, in If-Match",
}
_GOOD = {200: "Done, or done before", 201: "Done now", 304: "Not changed since"}
_SECURITY = {"key": {"type": "http", "scheme": "bearer"}, "session": {"type": "apiKey", "in": "cookie", "name": "vaxcard"}}
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "The record's version on this day; send it back in If-Match"}}


@openapi.get("/openapi.json")
@described("This description", {200: ""})
def description() -> Response:
    """The description itself; it tells nothing of anyone."""
    return jsonify(document(current_app))


def document(app: Flask) -> dict[str, Any]:
    """The whole description of an application."""
    paths: dict[str, dict[str, Any]] = {}
    for route, view in api_routes(app):
        told = description_of(view)
        assert told is not None, f"{route.endpoint} says nothing of itself"
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(_path(route), {})[method.lower()] = _operation(route, rule_of(view), told)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vaxcard",
            "version": "1",
            "description": "A childhood vaccination record. Every error is application/problem+json and says what to do.",
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": _SECURITY,
        },
    }


def api_routes(app: Flask) -> Iterator[tuple[Route, Callable[..., Any]]]:
    """Every route of the API with its handler, in a steady order."""
    for route in sorted(app.url_map.iter_rules(), key=lambda each: (each.rule, sorted(each.methods or ()))):
        if route.rule.startswith(PREFIX) and not route.rule.startswith(_CALLED_BACK):
            yield route, app.view_functions[route.endpoint]


def _path(route: Route) -> str:
    return "".join(f"{{{part}}}" if is_dynamic else part for is_dynamic, part in _parts(route))


def _parts(route: Route) -> Iterator[tuple[bool, str]]:
    for piece in route.rule.replace("<", "\0<").replace(">", ">\0").split("\0"):
        if piece.startswith("<"):
            yield True, piece.strip("<>").rpartition(":")[2]
        else:
            yield False, piece


def _operation(route: Route, rule: Rule | None, told: Description) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.endpoint,
        "summary": told.summary,
        "parameters": [*_path_parameters(route), *(_query(field) for field in told.query), *_headers(told)],
        "responses": _answers(route, rule, told),
        "security": [{"session": []}, *([{"key": []}] if rule.scope else [])] if rule else [],
    }
    if told.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body_schema(told.body)}}}
    if rule:
        operation["x-roles"] = [str(role) for role in rule.roles]
        operation["x-scope"] = str(rule.scope) if rule.scope else None
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = [name for is_dynamic, name in _parts(route) if is_dynamic]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}} for name in names]


def _query(field: Field) -> dict[str, Any]:
    schema = {**field.schema(), **({"type": field.schema()["type"][0]} if not field.required else {})}
    return {"name": field.name, "in": "query", "required": field.required, "description": field.about, "schema": schema}


def _headers(told: Description) -> list[dict[str, Any]]:
    if not (told.must_match or told.may_match):
        return []
    about = "The ETag of the record as you saw it; another version is 409 with the difference"
    return [{"name": IF_MATCH, "in": "header", "required": told.must_match, "description": about, "schema": {"type": "string"}}]


def _answers(route: Route, rule: Rule | None, told: Description) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, schema in told.answers.items():
        content = {"application/json": {"schema": named(schema) if schema else {"type": "object"}}}
        answers[str(status)] = {"description": _GOOD[status], "content": content, **({"headers": _ETAG} if told.has_etag else {})}
    if told.has_etag:
        answers["304"] = {"description": _GOOD[304]}
    for status in sorted(_problems(route, rule, told)):
        answers[str(status)] = {"description": _BAD[status], "content": _PROBLEM}
    return answers


def _problems(route: Route, rule: Rule | None, told: Description) -> set[int]:
    """What this door may answer besides what is good: its own, and what rules, ids, bodies and headers bring with them."""
    problems = set(told.problems)
    problems |= {401, 403} if rule else set()
    problems |= {404} if "<" in route.rule else set()
    problems |= {400, 413, 415, 422} if told.body else set()
    problems |= {422} if told.query else set()
    problems |= {409, 422, 428} if told.must_match else set()
    problems |= {409, 422} if told.may_match else set()
    return problems
