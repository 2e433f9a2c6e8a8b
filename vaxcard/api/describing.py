"""What a door says of itself to whoever writes a program: its purpose, its body and its answers, told beside the handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

from vaxcard.api.fields import Field

_DESCRIPTION = "description_of_door"
IF_MATCH = "If-Match"

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Description:
    """A door in words: `answers` name the schema of each good status, `problems` the statuses that this door adds to those of all.

    `must_match` doors are changed by whoever names the version that they saw, in If-Match; at others it may be named.
    """

    summary: str
    answers: Mapping[int, str]
    body: tuple[Field, ...] = ()
    query: tuple[Field, ...] = ()
    problems: frozenset[int] = frozenset()
    must_match: bool = False
    may_match: bool = False
    has_etag: bool = False


def described(
    summary: str,
    answers: Mapping[int, str],
    *,
    body: Sequence[Field] = (),
    query: Sequence[Field] = (),
    problems: Sequence[int] = (),
    match: str = "",
    etag: bool = False,
) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Hang a description on a handler; `match` is "must", "may" or nothing."""
    told = Description(
        summary, dict(answers), tuple(body), tuple(query), frozenset(problems), match == "must", match == "may", etag
    )

    def hung(handler: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        setattr(handler, _DESCRIPTION, told)
        return handler

    return hung


def description_of(view: Callable[..., Any]) -> Description | None:
    """What a route's handler says of itself."""
    return cast("Description | None", getattr(view, _DESCRIPTION, None))
