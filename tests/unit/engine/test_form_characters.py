"""Characters that people never mean: dropped in silence, refused in a sentence, and never slow."""

import time

import pytest

from tests.unit.engine.sample_form import FORM
from workflow_app.engine import forms
from workflow_app.engine.form_values import judge_characters, normalise

PILE = "Z" + "\u0301\u0327" * 250_000


def test_a_pile_of_half_a_million_marks_costs_no_time() -> None:
    # Putting them into their order would take minutes, with the whole process standing still.
    began = time.thread_time()
    answers = forms.read(FORM, {"nama": [PILE], "uraian": [PILE], "persyaratan.a.issuer": [PILE]})
    faults = forms.validate(FORM, answers)
    assert time.thread_time() - began < 5
    assert "terlalu panjang" in faults["nama"]


@pytest.mark.parametrize(
    "text", ["Z\u0310\u0321\u0334\u0323\u0348\u0301algo", "a" + "\u0489" * 7, "x" + "\u20dd" * 9]
)
def test_piled_marks_are_refused_because_they_cover_other_lines(text: str) -> None:
    assert "tanda bertumpuk" in forms.validate(FORM, forms.read(FORM, {"nama": [text]}))["nama"]


@pytest.mark.parametrize(
    "text",
    [
        "مُحَمَّدٌ",
        "Nguyễn Thị Ái",
        "བསྟན་འཛིན",
        "ปฏิญญา",
        "👨‍👩‍👧‍👦 keluarga 🇮🇩 1️⃣",
        "می‌خواهم",
        "عبد الله ٢٠٢٦",
        "ʼAlī O'Brien",
    ],
)
def test_names_of_the_world_and_emoji_are_kept(text: str) -> None:
    assert judge_characters(normalise(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "a\u202eb",
        "a\u2069b",
        "a\u061cb",
        "a\ue000b",
        "a\U000e0041b",
        "a\ufff9b",
        "a\uffffb",
        "a\ufdd0b",
        "a\x85b" * 40_000,
    ],
)
def test_what_hides_or_turns_text_is_refused_with_what_to_do(text: str) -> None:
    assert "ketik ulang" in (judge_characters(normalise(text)) or "")


def test_what_copying_brings_along_is_dropped_in_silence() -> None:
    assert normalise("\ufeffSiti\u00a0Ami\u00adnah\u200b") == "Siti Aminah"
    assert normalise("satu\u2028dua\x85tiga", multiline=True) == "satu\ndua\ntiga"


def test_a_character_that_was_lost_on_the_way_is_named() -> None:
    assert "�" in (judge_characters("Jalan Me\ufffdti") or "")


@pytest.mark.parametrize(
    "text", ["2026-W01-1", "20260231", "2026-02-31", "２０２６-01-01", "2026-1-1"]
)
def test_only_days_as_a_form_writes_them_are_days(text: str) -> None:
    assert "tanggal yang benar" in forms.validate(FORM, {"tanggal": text})["tanggal"]


@pytest.mark.parametrize(
    "text", ["12３", "１２", "1.000.0000", "1e3", "0x10", "१२", "9" * 16, "--1", "٣"]
)
def test_only_plain_digits_are_a_number(text: str) -> None:
    assert "bilangan bulat" in forms.validate(FORM, forms.read(FORM, {"jumlah": [text]}))["jumlah"]
