"""What a scanner types leads to the token and to nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcard.cards.payload import (
    card_url,
    check_public_url,
    grouped,
    short_code_from,
    token_from_scan,
    with_check,
)
from vaxcard.errors import InputFault, SettingsError
from vaxcard.keyring import CROCKFORD, TOKEN_LENGTH

TOKEN = "7ZQ4M1R8XW0KVBN3T5CG"
tokens = st.text(alphabet=CROCKFORD, min_size=TOKEN_LENGTH, max_size=TOKEN_LENGTH)
hosts = st.sampled_from(["https://vax.example.org", "http://127.0.0.1:8000", "https://v.cn"])
FULL_WIDTH = {ordinal: ordinal + 0xFEE0 for ordinal in range(0x21, 0x7F)}


def lower(text: str) -> str:
    return text.lower()


def full_width(text: str) -> str:
    return text.translate(FULL_WIDTH)


def as_typed_in_chinese(text: str) -> str:
    return text.lower().replace("/", "、").replace(":", "：").replace(".", "。")


@given(
    tokens,
    hosts,
    st.sampled_from([str, lower, full_width, as_typed_in_chinese]),
    st.sampled_from(["", "\n", "\r\n", " ", "\t"]),
)
def test_a_token_comes_back_from_its_link_in_any_case_width_and_host(token, host, spelling, end):
    assert token_from_scan(end + spelling(card_url(host, token)) + end) == token


@given(tokens, st.sampled_from([str, lower, full_width]))
def test_a_bare_token_is_enough(token, spelling):
    assert token_from_scan(spelling(token)) == token


@pytest.mark.parametrize("blank", [" ", "\n", "\u3000", "-"])
def test_a_token_typed_in_groups_is_read(blank):
    assert token_from_scan(blank.join(TOKEN[start : start + 5] for start in range(0, 20, 5))) == TOKEN


def test_look_alikes_are_read_as_the_digits_that_they_resemble():
    assert token_from_scan("https://v.cn/c/OIl" + "A" * 17) == "011" + "A" * 17


def test_a_link_scanned_twice_is_one_card():
    url = card_url("https://v.cn", TOKEN)
    assert token_from_scan(f"{url}\n{url}\n") == TOKEN


def test_two_different_cards_in_one_field_are_no_card():
    assert token_from_scan(f"{card_url('https://v.cn', TOKEN)}\n{card_url('https://v.cn', TOKEN[::-1])}") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://vax.example.org/",
        "https://vax.example.org/c/" + TOKEN[:-1],
        "https://vax.example.org/c/" + TOKEN + "7",
        "https://vax.example.org/c/" + "U" * 20,
        "https://evil.example/?next=" + TOKEN,
        "6932759300102030405060",
        "javascript:alert(1)",
        "晓禾",
    ],
)
def test_anything_else_is_no_token(text):
    assert token_from_scan(text) is None


def test_a_query_behind_the_token_is_dropped():
    assert token_from_scan(f"https://v.cn/c/{TOKEN}?lang=en#top") == TOKEN


def test_the_link_is_upper_case_so_that_it_fits_the_small_symbol():
    assert card_url("https://vax.example.org", TOKEN) == "HTTPS://VAX.EXAMPLE.ORG/C/" + TOKEN


def test_a_host_of_sixteen_characters_fits_and_one_more_is_refused_with_advice():
    check_public_url("https://" + "a" * 16)
    with pytest.raises(SettingsError, match="at most 16 characters, port included, or set VAXCARD_QR_VERSION=4"):
        check_public_url("https://" + "a" * 17)
    check_public_url("https://" + "a" * 36, qr_version=4)
    with pytest.raises(SettingsError, match="at most 36 characters"):
        check_public_url("https://" + "a" * 37, qr_version=4)


@pytest.mark.parametrize("address", ["", "vax.example.org", "ftp://vax.example.org", "https://vax.example.org/app", "https://"])
def test_an_address_that_is_not_a_host_is_refused(address):
    with pytest.raises(SettingsError, match="VAXCARD_PUBLIC_URL"):
        check_public_url(address)


@given(st.text(alphabet=CROCKFORD, min_size=7, max_size=7), st.sampled_from([str, lower, full_width, grouped]))
def test_a_short_code_comes_back_however_it_is_typed(body, spelling):
    code = with_check(body)
    assert short_code_from(spelling(code)) == code


@given(st.text(alphabet=CROCKFORD, min_size=7, max_size=7), st.integers(0, 7), st.sampled_from(CROCKFORD))
def test_one_wrong_character_in_a_short_code_shows(body, place, other):
    code = with_check(body)
    typed = code[:place] + other + code[place + 1 :]
    assert short_code_from(typed) == (code if typed == code else None)


@given(st.text(alphabet=CROCKFORD, min_size=7, max_size=7), st.integers(0, 6))
def test_two_swapped_neighbours_in_a_short_code_show(body, place):
    code = with_check(body)
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert short_code_from(typed) == (code if typed == code else None)


def test_a_short_code_is_made_from_seven_characters():
    with pytest.raises(InputFault, match="7 characters"):
        with_check("ABC")
