"""The camera's door: staff of a counter send a frame and learn what its codes say; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.papers.test_frames import CARD, drawn, held
from tests.serving import House, form_token
from vaxcard.papers.frames import LARGEST_FILE
from vaxcard.records.clinics import Role


def sent(client: Any, picture: bytes, secret: str | None = None) -> Any:
    token = form_token(client.get("/counter/").text) if secret is None else secret
    return client.post("/counter/frames", data=picture, content_type="image/jpeg", headers={"X-CSRFToken": token})


def test_a_frame_is_answered_with_what_its_code_says(house: House) -> None:
    answer = sent(house.signed_in(), held(drawn("qr", CARD), turned=12))
    assert answer.get_json() == {"codes": [{"kind": "qr", "text": CARD}]}
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_no_picture_is_told_so(house: House) -> None:
    answer = sent(house.signed_in(), b"nothing")
    assert answer.status_code == 422 and "图片" in answer.get_json()["detail"]


def test_a_huge_body_is_not_read(house: House) -> None:
    assert sent(house.signed_in(), b"\xff" * (LARGEST_FILE + 1)).status_code in {413, 422}


def test_a_frame_without_the_pages_secret_is_refused(house: House) -> None:
    assert sent(house.signed_in(), b"nothing", secret="").status_code == 400


@pytest.mark.parametrize("role", [Role.SCHOOL, Role.AUDITOR])
def test_only_a_counter_may_look(house: House, role: Role) -> None:
    client = house.signed_in(role)
    assert sent(client, b"nothing", secret=form_token(client.get("/account").text)).status_code == 403
