"""The way to a clinic: the address of a map that shows it, by country; which map a country's telephones open is data."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from urllib.parse import quote

_ELSEWHERE = "elsewhere"


def way_to(region: str, address: str | None) -> str | None:
    """A link to a map with the clinic on it; None where no address is on file. `region` is ISO 3166, two letters."""
    if not address or not address.strip():
        return None
    links = _links()
    return links.get(region.upper(), links[_ELSEWHERE]).format(place=quote(" ".join(address.split()), safe=""))


@cache
def _links() -> dict[str, str]:
    return dict(tomllib.loads(files("vaxcard.guidance").joinpath("data/maps.toml").read_text(encoding="utf-8")))
