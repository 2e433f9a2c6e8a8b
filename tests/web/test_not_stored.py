"""What an import could not store of a child is told on its page at the counter, until somebody has looked."""

from __future__ import annotations

from datetime import date

from tests.serving import TODAY, House, said
from tests.story import an_id
from vaxcard.records.chart import load_child
from vaxcard.records.review import ROW_REFUSED, ImportBatch, Outcome, Put, open_items, put_up, settle

BORN = date(2026, 7, 22)
TOLD = {
    **{"kind": "vaccine-name-not-known", "column": "疫苗名称", "value": "白白破", "details": {}},
    **{"vaccine": "白白破", "given_on": "2026-10-22"},
}


def test_a_row_of_a_workbook_that_is_not_stored_is_told_until_it_is_settled(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    with house.story.on(TODAY) as acting:
        batch = ImportBatch(id=an_id(), file_hash=b"x" * 32, started_at=acting.now, started_by="system:test", counts={})
        acting.session.add(batch)
        acting.session.flush()
        put_up(acting, load_child(acting.session, child_id), Put(batch.id, ROW_REFUSED, "接种记录", 41, (), TOLD), an_id)
    client = house.signed_in()
    page = said(client.get(f"/counter/children/{child_id}").text)
    assert "导入的工作簿里有 1 行还没记入这份档案" in page
    assert "没有名为“白白破”的疫苗" in page and "接种记录 第 41 行" in page
    with house.story.on(TODAY) as acting:
        (item,) = open_items(acting.session, child_id)
        settle(acting, item.id, Outcome.DISMISSED, "the certificate shows no such dose")
    assert "还没记入这份档案" not in said(client.get(f"/counter/children/{child_id}").text)
