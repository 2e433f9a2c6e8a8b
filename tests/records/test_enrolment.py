"""Taking in children, families, clinics and staff: what is shared, what is unlike, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.story import PHONE, Story, an_id
from vaxcard.errors import Conflict, InputFault
from vaxcard.keyring import fingerprint, password_matches
from vaxcard.records import enrolment
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ApiKeyRecord, Role, api_key_by_fingerprint, clinic_named, staff_by_login
from vaxcard.records.people import GuardianRecord
from vaxcard.records.search import siblings_of
from vaxcard.records.signs import SIGNS, choose_sign

BORN = date(2026, 5, 20)


def guardians_of(story: Story, child_id: UUID) -> list[UUID]:
    with story.database.reading() as session:
        return [each.guardian_id for each in load_child(session, child_id).guardianships]


def sign_of(story: Story, child_id: UUID) -> str:
    with story.database.reading() as session:
        return load_child(session, child_id).sign


def test_a_child_is_shown_by_its_given_name_and_known_by_its_full_one(story: Story) -> None:
    child_id = story.child(BORN, BORN, name="云朵朵")
    with story.database.reading() as session:
        child, keyring = load_child(session, child_id), story.database.keyring
        assert (child.name(keyring), child.display_name(keyring), child.display_name_confirmed) == ("云朵朵", "朵朵", False)


def test_brothers_and_sisters_share_their_guardians_row(story: Story) -> None:
    first = story.child(BORN, BORN, name="云朵朵", guardians=[story.guardian()])
    second = story.child(BORN, BORN, name="云阳阳", guardians=[story.guardian()])
    assert guardians_of(story, first) == guardians_of(story, second)
    with story.database.reading() as session:
        assert [child.id for child in siblings_of(session, first)] == [second]


def test_two_people_at_one_telephone_stay_two(story: Story) -> None:
    first = story.child(BORN, BORN, guardians=[story.guardian(name="云小莲")])
    second = story.child(BORN, BORN, guardians=[story.guardian(name="云小山")])
    assert guardians_of(story, first) != guardians_of(story, second)


def test_people_without_a_telephone_are_never_taken_for_one_another(story: Story) -> None:
    first = story.child(BORN, BORN, guardians=[story.guardian(None)])
    second = story.child(BORN, BORN, guardians=[story.guardian(None)])
    assert guardians_of(story, first) != guardians_of(story, second)


def test_siblings_never_share_a_sign(story: Story) -> None:
    signs = {sign_of(story, story.child(BORN, BORN, name=f"Child {number}")) for number in range(12)}
    assert len(signs) == 12


def test_a_family_with_more_children_than_signs_shares_them_again() -> None:
    assert choose_sign(UUID(int=3), SIGNS) == SIGNS[3]


def test_guardians_keep_the_order_in_which_they_were_told(story: Story) -> None:
    told = [story.guardian("+8613900000002", name="云小山"), story.guardian(PHONE), story.guardian(None, name="云奶奶")]
    child = story.child(BORN, BORN, guardians=told)
    assert guardians_of(story, child) == [form.id for form in told]


def test_a_phone_that_cannot_be_dialled_is_kept_and_not_texted(story: Story) -> None:
    form = enrolment.GuardianForm(id=an_id(), name="云小莲", phone="见备注", can_be_texted=False)
    story.child(BORN, BORN, guardians=[form])
    with story.database.reading() as session:
        guardian = session.get_one(GuardianRecord, form.id)
        assert (guardian.phone(story.database.keyring), guardian.phone_can_be_texted) == ("见备注", False)


def test_a_birth_in_the_future_is_refused(story: Story) -> None:
    with pytest.raises(InputFault, match="correct the date"):
        story.child(BORN + timedelta(days=1), BORN)


def test_an_identifier_belongs_to_one_child(story: Story) -> None:
    story.child(BORN, BORN, identifiers=[("child-code", "CN-0001")])
    with pytest.raises(Conflict, match="open that child"):
        story.child(BORN, BORN, name="云阳阳", identifiers=[("child-code", "CN-0001")])
    assert story.child(BORN, BORN, name="云山山", identifiers=[("birth-certificate", "CN-0001")])


def test_a_clinic_opened_twice_is_one_and_is_completed(story: Story) -> None:
    with story.on(BORN) as acting:
        told = {"time_zone": "Asia/Tokyo", "language": "ja", "region": "JP", "address": "云河路 1 号"}
        again = enrolment.open_clinic(acting, an_id(), " 清河 卫生服务中心", **told)
        assert (again.id, again.address, again.phone, again.time_zone) == (story.clinic_id, "云河路 1 号", "0571-88880000", "Asia/Shanghai")
        assert clinic_named(acting.session, "清河卫生服务中心") is again


def test_staff_sign_in_under_one_name_each(story: Story) -> None:
    told = {"name": "云护士", "role": Role.VACCINATOR, "password": "an invented password", "language": "zh"}
    with story.on(BORN) as acting:
        enrolment.add_staff(acting, an_id(), story.clinic_id, login=" Nurse ", **told)
    with story.database.reading() as session:
        staff = staff_by_login(session, "NURSE")
        assert staff is not None
        assert password_matches(staff.password_hash, "an invented password")
    with pytest.raises(Conflict, match="choose another"), story.on(BORN) as acting:
        enrolment.add_staff(acting, an_id(), story.clinic_id, login="nurse", **told)


def test_of_an_api_key_only_the_fingerprint_is_kept(story: Story) -> None:
    with story.on(BORN) as acting:
        key = enrolment.add_api_key(acting, an_id(), story.clinic_id, name="hospital", secret="an invented secret", scopes=["scan"])
    with story.database.reading() as session:
        found = api_key_by_fingerprint(session, fingerprint("an invented secret"))
        assert found is not None and found.id == key.id
        assert api_key_by_fingerprint(session, fingerprint("another secret")) is None
        session.get_one(ApiKeyRecord, key.id).revoked_at = key.created_at
        session.flush()
        assert api_key_by_fingerprint(session, fingerprint("an invented secret")) is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [(" 云　朵朵 ", "云朵朵"), ("Ａｎｎａ  Ｋｌｅｉｎ", "Anna Klein"), ("云\u202e朵朵", "云朵朵")],
)
def test_a_name_is_kept_tidy_whoever_registers_the_child(story: Story, written: str, kept: str) -> None:
    child = story.child(date(2026, 5, 20), date(2026, 5, 20), name=written)
    with story.database.reading() as session:
        assert load_child(session, child).name(story.database.keyring) == kept


@pytest.mark.parametrize("written", ["", "  ", "12", "\u3164\u3164", "——"])
def test_a_name_without_a_letter_is_refused(story: Story, written: str) -> None:
    with pytest.raises(InputFault, match="no letter in this name") as fault:
        story.child(date(2026, 5, 20), date(2026, 5, 20), name=written)
    assert fault.value.place == "name"
