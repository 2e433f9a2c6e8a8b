"""`vaxcard api`: what the API offers and who may pass which door, told from what is served."""

from __future__ import annotations

import json
from typing import Any

import click

from vaxcard.api.openapi import document
from vaxcard.api.rules_table import access_table
from vaxcard.app import create_app
from vaxcard.cli.opening import open_house


@click.group()
def api() -> None:
    """The doors for machines."""


@api.command()
def describe() -> None:
    """Print the API's description (OpenAPI 3.1, JSON)."""
    click.echo(json.dumps(document(_served()), indent=2, ensure_ascii=False))


@api.command()
def access() -> None:
    """Print the table of doors and roles (Markdown), as in docs/access.md."""
    click.echo(access_table(_served()), nl=False)


def _served() -> Any:
    with open_house("system:api") as house:
        return create_app(house.settings, house.database, house.schedule, house.now)
