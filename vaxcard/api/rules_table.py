"""Who may pass which door, told from the rules that the doors carry: the table in docs/access.md is written from here."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule as Route

from vaxcard.api.access import PUBLIC, rule_of
from vaxcard.records.clinics import Role

_HEAD = """# Who may pass which door

Written by `vaxcard api access`; a test compares it with what is served. A machine needs the named scope on its key; where none is named,
people only. Everybody known acts in the name of one clinic: another clinic's child opens after its card was scanned, or a reason told.
“anyone” is behind no sign-in: such a door tells nothing of anyone, but for a card's own address, whose token is the key.
“provider” is a provider of texts, who signs what it sends.

"""
_SHORT = {Role.PROGRAMME_OFFICER: "officer"}


def access_table(app: Flask) -> str:
    """The table of an application, as Markdown."""
    titles = ["door", *(_SHORT.get(role, role.value) for role in Role), "scope of a key"]
    lines = [_line(titles), _line(["---"] * len(titles)), *(_row(app, route) for route in _routes(app))]
    return _HEAD + "\n".join(lines) + "\n"


def _routes(app: Flask) -> list[Route]:
    return sorted(app.url_map.iter_rules(), key=lambda route: (route.rule.casefold(), _methods(route)))


def _methods(route: Route) -> str:
    return "/".join(sorted((route.methods or set()) - {"HEAD", "OPTIONS"}))


def _row(app: Flask, route: Route) -> str:
    door, rule = f"`{_methods(route)} {route.rule}`", rule_of(app.view_functions[route.endpoint])
    if rule is None:
        open_to = "provider" if route.endpoint.startswith("webhooks.") else "anyone" if route.endpoint in PUBLIC else "nobody knows"
        return _line([door, *[open_to] * len(Role), ""])
    return _line([door, *("yes" if role in rule.roles else "" for role in Role), f"`{rule.scope}`" if rule.scope else ""])


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
