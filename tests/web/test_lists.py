"""The desk's lists: who is late and what ringing came to, what an import left to be looked at, and the officer's counts without names."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.serving import TODAY, House, form_token, said
from tests.story import an_id
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.review import ImportBatch, Put, open_items, put_up
from vaxcard.web.late_list import plain


@pytest.fixture
def late_child(house: House) -> UUID:
    """A child of twenty months who had the doses of birth alone."""
    return house.story.newborn(date(2025, 3, 9), TODAY)


def test_the_call_list_tells_whom_to_ring_and_keeps_what_came_of_it(house: House, late_child: UUID) -> None:
    nurse = house.signed_in()
    page = nurse.get("/desk/late").text
    assert "云朵朵" in page and "+8613900000001" in page
    call = re.search(r'name="id" value="([^"]+)"', page)
    assert call is not None
    form = {"csrf_token": form_token(page), "id": call[1], "result": "not-reached"}
    for _ in range(2):
        assert nurse.post(f"/desk/late/{late_child}/calls", data=form).status_code == 303
    assert "<b>没人接</b>" in nurse.get("/desk/late").text
    assert nurse.post(f"/desk/late/{late_child}/calls", data={**form, "result": "perhaps"}).status_code == 422


def test_the_file_is_the_manager_s_and_holds_no_formula(house: House, late_child: UUID) -> None:
    assert house.signed_in().get("/desk/late/list.csv").status_code == 403
    answer = house.signed_in(Role.MANAGER, "he").get("/desk/late/list.csv")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    heading, line = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert heading[0] == "孩子" and line[0] == "云朵朵" and line[5] == "'+8613900000001"
    assert [plain(cell) for cell in ("=1+1", "@x", "-2", "云")] == ["'=1+1", "'@x", "'-2", "云"]


def put_up_a_row(house: House, child_id: UUID) -> UUID:
    with house.story.on(TODAY) as acting:
        child, batch = load_child(acting.session, child_id), an_id()
        acting.session.add(ImportBatch(id=batch, file_hash=b"0" * 32, started_at=acting.now, started_by=acting.actor, counts={}))
        acting.session.flush()
        put_up(acting, child, Put(batch, "dose-differs", "接种", 7, ["lot_number"], {"lot_number": "L2"}), an_id)
        (item,) = open_items(acting.session, child_id)
        return item.id


def test_a_row_under_review_is_settled_with_a_word_and_once(house: House, late_child: UUID) -> None:
    item, nurse = put_up_a_row(house, late_child), house.signed_in()
    page = nurse.get("/desk/review").text
    assert "云朵朵" in page and "第 7 行" in page
    form = {"csrf_token": form_token(page), "outcome": "dismissed", "reason": ""}
    wordless = nurse.post(f"/desk/review/{item}", data=form)
    assert wordless.status_code == 422 and 'role="alert"' in wordless.text
    assert nurse.post(f"/desk/review/{item}", data={**form, "reason": "纸上就是这样"}).status_code == 303
    assert "没有待核对的" in nurse.get("/desk/review").text
    again = nurse.post(f"/desk/review/{item}", data={**form, "reason": "又一次"})
    assert again.status_code == 409 and "已经有人处理过" in again.text


def test_another_clinic_s_row_is_not_ours_to_settle(house: House) -> None:
    nurse = house.signed_in()
    form = {"csrf_token": form_token(nurse.get("/desk/review").text), "outcome": "dismissed", "reason": "不是我们的"}
    assert nurse.post(f"/desk/review/{an_id()}", data=form).status_code == 404


def test_the_officer_sees_every_clinic_and_nobody(house: House, late_child: UUID) -> None:
    officer: Any = house.signed_in(Role.PROGRAMME_OFFICER, "shen")
    home = officer.get("/")
    assert home.location == "/programme/clinics"
    page = officer.get(home.location).text
    assert house.story.clinic_id is not None and "清河卫生服务中心" in page and "100.0" in page
    assert "云朵朵" not in page and "+8613900000001" not in said(page)
    assert house.signed_in(Role.MANAGER, "he").get("/programme/clinics").status_code == 403
