"""The key ring as the registry uses it: what opens with which key, what can be found again, and what can be made again."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from vaxcard.errors import SettingsError
from vaxcard.keyring import CROCKFORD, CannotUnseal, Keyring, fingerprint, hash_password, password_matches, random_text

OLD, NEW = b"an invented secret of the first year of this registry", b"an invented secret of the second year of this registry"
CARD = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@pytest.fixture
def ring() -> Keyring:
    return Keyring({1: OLD, 2: NEW})


# Sealing


def test_what_is_sealed_opens_with_the_same_key_and_context(ring: Keyring) -> None:
    key = ring.new_person_key()
    assert ring.unseal(key, ring.seal(key, "云朵朵", "child.name"), "child.name") == "云朵朵"


def test_the_same_name_is_never_sealed_the_same_way(ring: Keyring) -> None:
    key = ring.new_person_key()
    assert ring.seal(key, "云朵朵", "child.name") != ring.seal(key, "云朵朵", "child.name")


def test_another_persons_key_opens_nothing(ring: Keyring) -> None:
    sealed = ring.seal(ring.new_person_key(), "云朵朵", "child.name")
    with pytest.raises(CannotUnseal):
        ring.unseal(ring.new_person_key(), sealed, "child.name")


def test_a_field_moved_to_another_column_does_not_open(ring: Keyring) -> None:
    key = ring.new_person_key()
    with pytest.raises(CannotUnseal, match="child.name"):
        ring.unseal(key, ring.seal(key, "13900000001", "guardian.phone"), "child.name")


def test_another_registrys_secret_opens_nothing(ring: Keyring) -> None:
    key = ring.new_person_key()
    stranger = Keyring({2: b"the secret of quite another registry, somewhere else"})
    with pytest.raises(CannotUnseal, match="VAXCARD_SECRET_KEY"):
        stranger.unseal(key, ring.seal(key, "云朵朵", "child.name"), "child.name")


def test_one_changed_byte_anywhere_is_refused(ring: Keyring) -> None:
    key = ring.new_person_key()
    sealed = ring.seal(key, "云朵朵", "child.name")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CannotUnseal):
            ring.unseal(key, bytes(changed), "child.name")


def test_a_changed_or_empty_persons_key_is_refused(ring: Keyring) -> None:
    key = ring.new_person_key()
    sealed = ring.seal(key, "云朵朵", "child.name")
    for damaged in (b"", key[:-1], key[:1] + bytes(12) + key[13:], bytes([9]) + key[1:]):
        with pytest.raises(CannotUnseal):
            ring.unseal(damaged, sealed, "child.name")


def test_the_error_names_the_place_and_not_what_was_sealed(ring: Keyring) -> None:
    key = ring.new_person_key()
    with pytest.raises(CannotUnseal) as refused:
        ring.unseal(key, ring.seal(key, "云朵朵", "child.name"), "child.display-name")
    assert "云" not in str(refused.value)


def test_a_new_secret_keeps_what_the_old_one_sealed_readable() -> None:
    before = Keyring({1: OLD})
    key = before.new_person_key()
    sealed = before.seal(key, "云朵朵", "child.name")
    after = Keyring({1: OLD, 2: NEW})
    assert after.unseal(key, sealed, "child.name") == "云朵朵"
    assert after.new_person_key()[0] == 2
    assert after.index("name", "云朵朵") == before.index("name", "云朵朵")
    assert after.audit_mac(b"", b"entry") == before.audit_mac(b"", b"entry")


# Indexes


@pytest.mark.parametrize("written", ["Anna Vogel", "anna vogel", "ANNA  VOGEL ", "Ａｎｎａ Ｖｏｇｅｌ", "AnnaVogel", "Anna\u3000Vogel"])
def test_width_case_and_blanks_do_not_matter_for_finding(ring: Keyring, written: str) -> None:
    assert ring.index("name", written) == ring.index("name", "Anna Vogel")


def test_kinds_of_index_do_not_meet(ring: Keyring) -> None:
    assert ring.index("name", "13900000001") != ring.index("phone", "13900000001")


def test_an_index_tells_nothing_without_the_key(ring: Keyring) -> None:
    assert ring.index("name", "云朵朵") != Keyring({1: NEW}).index("name", "云朵朵")


# Card tokens


def test_a_token_is_twenty_crockford_characters_and_always_the_same(ring: Keyring) -> None:
    token = ring.card_token(CARD, 2)
    assert re.fullmatch(f"[{CROCKFORD}]{{20}}", token)
    assert token == Keyring({1: OLD, 2: NEW}).card_token(CARD, 2)


def test_tokens_differ_by_card_and_by_key_number(ring: Keyring) -> None:
    assert len({ring.card_token(CARD, 1), ring.card_token(CARD, 2), ring.card_token(UUID(int=1), 1)}) == 3


def test_a_card_of_a_key_that_is_gone_says_which_secret_is_missing() -> None:
    with pytest.raises(CannotUnseal, match="card key 1 is not on this key ring"):
        Keyring({2: NEW}).card_token(CARD, 1)


# Settings and passwords


@pytest.mark.parametrize("secrets", [{}, {1: b"too short"}, {0: OLD}, {256: OLD}])
def test_a_poor_key_ring_is_refused_with_how_to_make_a_good_one(secrets: dict[int, bytes]) -> None:
    with pytest.raises(SettingsError, match="token_urlsafe"):
        Keyring(secrets)


def test_one_secret_or_several_numbered_ones_can_be_written() -> None:
    assert Keyring.from_text(OLD.decode()).current == 1
    assert Keyring.from_text(f"1:{OLD.decode()}, 2:{NEW.decode()}").current == 2


def test_one_secret_may_hold_any_character() -> None:
    ring = Keyring.from_text(f"a:b,{OLD.decode()}")
    assert ring.current == 1
    assert ring.index("name", "x") == Keyring({1: b"a:b," + OLD}).index("name", "x")


@pytest.mark.parametrize("numbers", [("1", "second"), ("1", "1"), ("1", "")])
def test_numbers_that_are_none_are_told_without_repeating_the_secret(numbers: tuple[str, str]) -> None:
    with pytest.raises(SettingsError, match="1:SECRET,2:SECRET") as refused:
        Keyring.from_text(f"{numbers[0]}:{OLD.decode()},{numbers[1]}:{NEW.decode()}")
    assert "invented" not in str(refused.value)


def test_a_password_is_kept_as_a_salted_hash() -> None:
    kept = hash_password("an invented password")
    assert "invented" not in kept
    assert kept != hash_password("an invented password")
    assert password_matches(kept, "an invented password")
    assert not password_matches(kept, "another password")
    assert not password_matches("damaged", "an invented password")


def test_random_texts_have_no_look_alikes() -> None:
    texts = {random_text(12) for _ in range(50)}
    assert len(texts) == 50
    assert not set("".join(texts)) & set("ILOU")


def test_a_fingerprint_is_the_same_each_time_and_tells_nothing() -> None:
    assert fingerprint("key") == fingerprint("key") != fingerprint("Key")
