"""Sealed answers open only with the right key, in their own place (R23)."""

import os

import pytest

from workflow_app.domain import Answers
from workflow_app.services.core.vault import SealBroken, Vault

ANSWERS: Answers = {
    "nama": "Sa'diah binti Contoh",
    "nik": "6306054103050002",
    "dibantu": True,
    "kosong": None,
}


@pytest.fixture
def vault() -> Vault:
    return Vault(os.urandom(32))


def test_r23_what_was_sealed_opens_again(vault: Vault) -> None:
    key = vault.new_key()

    assert vault.open(key, vault.seal(key, ANSWERS, "a"), "a") == ANSWERS


def test_r23_sealed_bytes_hold_no_readable_word(vault: Vault) -> None:
    sealed = vault.seal(vault.new_key(), ANSWERS, "a")

    assert b"Contoh" not in sealed
    assert b"6306" not in sealed


def test_r23_sealed_bytes_do_not_open_in_another_place(vault: Vault) -> None:
    key = vault.new_key()
    sealed = vault.seal(key, ANSWERS, "answers:1")

    with pytest.raises(SealBroken):
        vault.open(key, sealed, "answers:2")


def test_r23_another_case_key_does_not_open(vault: Vault) -> None:
    sealed = vault.seal(vault.new_key(), ANSWERS, "a")

    with pytest.raises(SealBroken):
        vault.open(vault.new_key(), sealed, "a")


def test_r23_another_wrapping_key_does_not_open(vault: Vault) -> None:
    key = vault.new_key()

    with pytest.raises(SealBroken):
        Vault(os.urandom(32)).open(key, vault.seal(key, ANSWERS, "a"), "a")


def test_r23_a_mark_is_the_same_for_the_same_text_of_one_kind_under_one_key(vault: Vault) -> None:
    mark = vault.mark("tel", "+6281250001234")

    assert mark == vault.mark("tel", "+6281250001234")
    assert mark != vault.mark("tel", "+6281250001235")
    assert vault.mark("ab", "c") != vault.mark("a", "bc")
    assert mark != Vault(os.urandom(32)).mark("tel", "+6281250001234")


def test_sealing_twice_gives_different_bytes(vault: Vault) -> None:
    key = vault.new_key()

    assert vault.seal(key, ANSWERS, "a") != vault.seal(key, ANSWERS, "a")
