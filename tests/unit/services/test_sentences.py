"""Sentences with what was answered: only of this round, and with what the table says."""

from tests.unit.processes.folder import referral, sttp
from workflow_app.domain import Answers
from workflow_app.services.core import formatting

SIM: Answers = {"rujukan_layanan": "sim"}
ESCORT: Answers = {"diantar_oleh": "Contoh Petugas", "tempat": "loket Satpas"}


def test_a_place_becomes_the_answer_in_words() -> None:
    sentence = "Warga membutuhkan: {rujukan_keperluan.rujukan_layanan}."
    said = formatting.filled(referral(), {"rujukan_keperluan": SIM}, {}, sentence)
    assert said == "Warga membutuhkan: SIM (Surat Izin Mengemudi)."


def test_a_place_of_a_table_becomes_what_the_table_says_to_the_control_variables() -> None:
    called: Answers = {"rujukan_layanan": "laporan", "rujukan_dituju": "piket_narkoba"}
    for variables, said in ((SIM, "Sat Lantas (Satpas)"), (called, "Sat Resnarkoba (penyidik)")):
        assert formatting.filled(referral(), {}, variables, "{tujuan_layanan.tujuan}") == said


def test_a_place_of_a_service_task_becomes_what_it_has_found_an_instant_in_the_time_of_the_counter() -> (  # noqa: E501 - a sentence
    None
):
    found = {"paling_lambat": "2026-12-31T15:59:59+00:00"}
    sentence = "Paling lambat {hitung_batas.paling_lambat}."
    assert (
        formatting.filled(sttp(), {}, found, sentence)
        == "Paling lambat 31 Desember 2026 23.59 WITA."
    )
    for nothing in ({}, {"paling_lambat": None}):
        assert formatting.filled(sttp(), {}, nothing, sentence) == "", "no limit is known"
    assert formatting.names_variable(sttp(), [sentence])
    assert not formatting.names_variable(sttp(), ["{kegiatan.kegiatan_mulai}"])


def test_a_sentence_without_its_answers_is_not_said() -> None:
    for sentence in ("{rujukan_antar.tempat}", "{tujuan_layanan.tujuan}"):
        assert formatting.filled(referral(), {}, {}, sentence) == ""
    known = {"rujukan_antar": ESCORT}
    assert (
        formatting.filled(
            referral(), known, {}, "{rujukan_antar.tempat}, {rujukan_kirim.cara_kirim}"
        )
        == ""
    )


def test_what_was_answered_in_an_earlier_round_is_over() -> None:
    form = referral().form("rujukan_beri_tahu")
    first = {"rujukan_keperluan": SIM, "rujukan_antar": ESCORT}
    again = {"rujukan_antar": ESCORT, "rujukan_keperluan": SIM}
    assert "rujukan_antar" in formatting.this_round(form, first)
    assert list(formatting.this_round(form, again)) == ["rujukan_keperluan"]
    called: dict[str, Answers] = {
        "rujukan_antar": ESCORT,
        "rujukan_cara": {"rujukan_cara": "antar"},
    }
    assert list(formatting.this_round(form, called)) == ["rujukan_cara"], "the need was not asked"


def test_braces_that_somebody_typed_are_no_places() -> None:
    typed: Answers = {"tempat": "{rujukan_keperluan.rujukan_layanan}"}
    known = {"rujukan_keperluan": SIM, "rujukan_antar": typed}
    said = formatting.filled(referral(), known, {}, "Di {rujukan_antar.tempat}")
    assert said == "Di {rujukan_keperluan.rujukan_layanan}"
