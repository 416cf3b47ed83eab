"""Pages without an account: what to bring, and whether a letter is real."""

from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.letters import letters


def test_r54_all_13_kinds_are_shown_with_anchor_and_without_account(
    visitor: Visitor, sktlk: str
) -> None:
    visitor.open("/persyaratan")
    kinds = [part for part in visitor.page().iter("section") if "data-kind" in part.attrib]
    assert len(kinds) == 13
    assert {kind.get("id") for kind in kinds} >= {"sim", "ktp", "bpkb", "tabungan_atm"}
    assert sum(len(list(next(kind.iter("ol")).iter("li"))) for kind in kinds) == 62
    assert "Paling sedikit 2 koran" in visitor.words


def test_r69_the_public_pages_say_that_it_is_free(visitor: Visitor, sktlk: str) -> None:
    for path in ("/persyaratan", "/verifikasi", "/masuk"):
        assert "gratis (Rp0)" in visitor.open(path).words


def test_r57_the_promise_is_the_configured_target(visitor: Visitor, sktlk: str) -> None:
    assert "paling lama 10 menit" in visitor.open("/persyaratan").words


def test_an_unknown_code_is_unknown_and_half_a_code_is_explained(
    visitor: Visitor, sktlk: str
) -> None:
    visitor.open("/verifikasi").submit("Periksa", kode="7K3M-0QXR-2B5D-9WTE")
    assert visitor.answer.status_code == 404
    assert "Surat tidak dikenal" in visitor.words
    visitor.open("/verifikasi").submit("Periksa", kode="7K3M")
    assert "Kode ini tidak lengkap" in visitor.words


def test_a_letter_is_valid_then_withdrawn_and_nobody_is_named(
    at_desk: Visitor, chief: Visitor, visitor: Visitor, works: Works
) -> None:
    desk.to_approval(at_desk)
    path = at_desk.path
    chief.open("/").submit("Ambil tugas").submit("Simpan keputusan", keputusan="setuju")
    code = next(
        "".join(link.itertext())
        for link in at_desk.open(path).page().iter("a")
        if (link.get("href") or "").startswith("/verifikasi/")
    )
    visitor.open("/verifikasi").submit("Periksa", kode=code.lower().replace("-", " "))
    assert "Surat ini asli dan berlaku" in visitor.words
    assert "SKTLK/1/XI/2026" in visitor.words
    assert "23 November 2026" in visitor.words
    for secret in (desk.IDENTITY["nama"], desk.IDENTITY["nik"], desk.LOSS["barang"]):
        assert secret not in visitor.text
    with works.begin(SYSTEM) as work:
        case_id = path.removeprefix("/berkas/")
        issued = [letter for letter in letters.of_case(work, case_id) if letter.verify_code == code]
        letters.void(work, issued[0].id, "Isi surat salah")
    visitor.open(f"/verifikasi/{code}")
    assert "Surat ini sudah ditarik" in visitor.words
    assert "Isi surat salah" not in visitor.text


def test_the_look_can_be_chosen_without_javascript(at_desk: Visitor) -> None:
    at_desk.open("/cari").submit("Gelap")
    assert at_desk.path == "/cari"
    assert 'data-bs-theme="dark"' in at_desk.text
