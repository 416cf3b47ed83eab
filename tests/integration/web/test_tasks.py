"""The task page: what is asked, what stays when something is wrong, one effect for two presses."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Case, Draft, Submission
from workflow_app.services.core.unit_of_work import Works

SCRIPT = {"Accept": "application/json"}


def submissions(works: Works) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(Submission)) or 0


def test_starting_opens_the_first_task_and_says_what_comes_next(at_desk: Visitor) -> None:
    desk.begin(at_desk)
    assert "Terima warga" in at_desk.words
    assert "B-2026-000001" in at_desk.words
    assert "Setelah disimpan, Anda mencatat identitas pelapor" in at_desk.words


def test_completing_opens_the_next_task_of_the_case(at_desk: Visitor) -> None:
    desk.to_identity(at_desk)
    assert "Identitas pelapor" in at_desk.words
    assert "Tersimpan: Terima warga." in at_desk.words
    assert "Terima warga Contoh Budi" in at_desk.words, "what is known so far names who did what"


def test_what_is_wrong_is_said_at_the_top_and_beside_the_field_and_what_was_typed_stays(
    at_desk: Visitor, works: Works
) -> None:
    before = submissions(works)
    desk.to_identity(at_desk).submit(
        desk.NEXT, **{**desk.IDENTITY, "nik": "12ab", "nama": "Contoh <b>Warga"}
    )
    assert at_desk.answer.status_code == 400
    top = next(part for part in at_desk.page().iter("div") if part.get("role") == "alert")
    links = {link.get("href"): "".join(link.itertext()) for link in top.iter("a")}
    assert "16 angka" in links["#isian-nik"]
    field = next(box for box in at_desk.page().iter("input") if box.get("id") == "isian-nik")
    assert field.get("aria-invalid") == "true"
    assert "salah-nik" in field.get("aria-describedby")
    assert field.get("value") == "12ab"
    assert 'value="Contoh &lt;b&gt;Warga"' in at_desk.text
    assert submissions(works) == before + 1, "only the first step was stored"


def test_missing_answers_are_all_named_at_once(at_desk: Visitor) -> None:
    desk.to_identity(at_desk).submit(desk.NEXT)
    assert "Isi “Nama lengkap”." in at_desk.words
    assert "Isi “Tempat lahir”." in at_desk.words
    assert at_desk.words.count("hal perlu diperbaiki") == 1


def test_a_question_that_does_not_apply_is_not_demanded(at_desk: Visitor) -> None:
    desk.to_identity(at_desk).submit(desk.NEXT, **desk.IDENTITY)
    assert "Hilang" in at_desk.words
    assert at_desk.answer.status_code == 200


def test_pressing_twice_has_one_effect(at_desk: Visitor, works: Works) -> None:
    desk.begin(at_desk)
    form, _ = at_desk._button(desk.NEXT)
    action, page = form.get("action"), at_desk.answer
    at_desk.submit(desk.NEXT, sikap=["sapa"], perkenalan="ya")
    first = at_desk.path
    after_first = submissions(works)
    at_desk.answer = page
    at_desk.submit(desk.NEXT, sikap=["sapa"], perkenalan="ya")
    assert at_desk.path == first
    assert at_desk.answer.status_code == 200
    assert submissions(works) == after_first
    assert action != first


def test_a_second_answer_from_an_old_page_says_who_was_faster_and_does_nothing(
    at_desk: Visitor, visit: Callable[[str], Visitor], works: Works
) -> None:
    desk.begin(at_desk)
    old = visit("budi").open(at_desk.path)
    at_desk.submit(desk.NEXT, sikap=["sapa"], perkenalan="ya")
    before = submissions(works)
    old.submit(desk.NEXT, sikap=["duduk"], perkenalan="ya")
    assert old.answer.status_code == 409
    assert "sudah diselesaikan oleh Anda sendiri" in old.words
    assert submissions(works) == before


def test_simpan_dulu_keeps_everything_without_judging_it(at_desk: Visitor) -> None:
    desk.to_identity(at_desk).submit(
        "Simpan dulu", nama="Contoh Warga Set", nik="63", tanggal_lahir="01-0"
    )
    assert at_desk.answer.status_code == 200
    assert "Melanjutkan isian Anda" in at_desk.words
    for value in ("Contoh Warga Set", "63", "01-0"):
        assert f'value="{value}"' in at_desk.text


def test_a_draft_survives_the_session(at_desk: Visitor, visit: Callable[[str], Visitor]) -> None:
    desk.to_identity(at_desk)
    task = at_desk.path
    answer = at_desk.client.post(
        f"{task}/draf", data={"csrf_token": at_desk.token(), "nama": "Contoh Warga"}, headers=SCRIPT
    )
    assert answer.json == {"saved": "Tersimpan 09.00 WITA", "doubts": {}}
    at_desk.submit("Keluar")
    assert 'value="Contoh Warga"' in visit("budi").open(task).text


def test_regions_are_offered_and_another_place_is_taken_as_it_is_typed(at_desk: Visitor) -> None:
    page = desk.to_identity(at_desk).page()
    field = next(box for box in page.iter("input") if box.get("id") == "isian-desa")
    offered = next(box for box in page.iter("datalist") if box.get("id") == field.get("list"))
    assert {"Kandangan Kota", "Loksado"} <= {
        option.get("value") for option in offered.iter("option")
    }
    at_desk.submit(desk.NEXT, **{**desk.IDENTITY, "desa": "Desa Lain", "kecamatan": "Kota Lain"})
    assert "Tersimpan" in at_desk.words


def test_what_may_be_mistyped_is_said_while_one_types_and_stops_nobody(at_desk: Visitor) -> None:
    odd = {**desk.IDENTITY, "jenis_identitas": "nik", "nik": "6306054103050002", "telepon": "0812"}
    desk.to_identity(at_desk)
    task = at_desk.path
    sent = {**odd, "csrf_token": at_desk.token()}
    said = at_desk.client.post(f"{task}/draf", data=sent, headers=SCRIPT).json["doubts"]
    assert set(said) == {"nik", "telepon"}

    page = at_desk.open(task).page()
    shown = {box.get("data-doubt"): box.text for box in page.iter("p") if box.get("data-doubt")}
    assert shown == said
    field = next(box for box in page.iter("input") if box.get("id") == "isian-telepon")
    assert "ragu-telepon" in field.get("aria-describedby")
    assert field.get("aria-invalid") is None
    at_desk.submit(desk.NEXT, **{**odd, "nik": "630605410305"})  # a worn card (pitfall 20)
    assert "Tersimpan" in at_desk.words


def test_personal_answers_of_a_draft_are_unreadable_in_the_database(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_identity(at_desk).submit("Simpan dulu", nama="Contoh Warga Rahasia")
    with works.begin(SYSTEM) as work:
        assert all(
            b"Rahasia" not in sealed for sealed in work.session.scalars(select(Draft.sealed))
        )


def test_saving_after_the_session_has_ended_is_answered_so_that_the_script_can_say_it(
    at_desk: Visitor, app: object
) -> None:
    desk.to_identity(at_desk)
    task, token = at_desk.path, at_desk.token()
    at_desk.submit("Keluar")
    answer = at_desk.client.post(f"{task}/draf", data={"csrf_token": token}, headers=SCRIPT)
    assert answer.status_code == 401


def test_a_fresh_token_lets_an_open_form_go_on_after_signing_in_again(
    at_desk: Visitor, visit: Callable[[str], Visitor]
) -> None:
    desk.to_identity(at_desk)
    task, old = at_desk.path, at_desk.token()
    again = visit("budi")
    refused = again.client.post(
        f"{task}/draf", data={"csrf_token": old, "nama": "Contoh"}, headers=SCRIPT
    )
    assert refused.status_code == 400
    token = again.client.get("/sesi", headers=SCRIPT).json["token"]
    taken = again.client.post(
        f"{task}/draf", data={"csrf_token": token, "nama": "Contoh"}, headers=SCRIPT
    )
    assert taken.status_code == 200


@pytest.mark.parametrize("path", ["", "/ambil", "/lepas", "/alihkan", "/draf", "/dokumen"])
def test_nothing_changes_without_the_token(at_desk: Visitor, path: str) -> None:
    desk.begin(at_desk)
    answer = at_desk.client.post(at_desk.path + path, data={"tombol": "selesai"})
    assert answer.status_code == 400
    assert "Muat ulang" in answer.text


def test_who_may_not_fill_it_sees_what_is_asked_but_no_form(
    at_desk: Visitor, chief: Visitor
) -> None:
    desk.to_identity(at_desk).submit("Simpan dulu", nama="Contoh Warga Rahasia")
    chief.open(at_desk.path)
    assert "sedang dikerjakan Contoh Budi" in chief.words
    assert "Nama lengkap" in chief.words
    assert "Contoh Warga Rahasia" not in chief.text
    assert 'name="nama"' not in chief.text


def test_released_work_goes_back_to_the_queue(at_desk: Visitor) -> None:
    desk.to_identity(at_desk).submit("Lepaskan tugas")
    assert "kembali ke antrean" in at_desk.words
    assert "Ambil tugas" in at_desk.open("/?daftar=antrean").words


def test_a_lead_gives_a_task_to_a_colleague(
    at_desk: Visitor, chief: Visitor, person: Callable[..., Actor], visit: Callable[[str], Visitor]
) -> None:
    colleague = person("rina", "petugas")
    desk.to_identity(at_desk)
    chief.open(at_desk.path).submit("Alihkan tugas", kepada=str(colleague.user_id))
    assert "sedang dikerjakan Contoh Rina" in chief.words
    assert "Catat identitas pelapor" in visit("rina").open("/?daftar=saya").words


def test_a_colleague_has_to_be_chosen(at_desk: Visitor, chief: Visitor) -> None:
    desk.to_identity(at_desk)
    chief.open(at_desk.path).submit("Alihkan tugas")
    assert chief.answer.status_code == 400
    assert "Pilih petugas" in chief.words


def test_r54_the_checklist_shows_the_lines_of_the_kind_and_r55_what_is_missing_is_printed(
    at_desk: Visitor,
) -> None:
    desk.to_requirements(at_desk, "KTP")
    assert "Fotokopi KK pelapor" in at_desk.words
    at_desk.submit(desk.NEXT, persyaratan__ktp_01__given="ya")
    at_desk.follow("Lengkapi persyaratan").submit("Ambil tugas")
    assert 'name="persyaratan.ktp_01.given" value="ya" checked' in at_desk.text
    at_desk.follow("Cetak daftar kekurangan")
    assert at_desk.path.endswith("/kekurangan")
    assert "Fotokopi KK pelapor" not in at_desk.words
    assert "Dukcapil" in at_desk.words
    assert "gratis (Rp0)" in at_desk.words


def test_an_exception_without_reason_is_refused_beside_its_field(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk, "KTP")
    at_desk.submit(desk.NEXT, persyaratan__ktp_01__given="ya", persyaratan__ktp_02__waive="ya")
    assert at_desk.answer.status_code == 400
    box = next(
        b for b in at_desk.page().iter("input") if b.get("name") == "persyaratan.ktp_02.reason"
    )
    assert box.get("aria-invalid") == "true"


def test_ka_spkt_reads_the_reason_and_decides(at_desk: Visitor, chief: Visitor) -> None:
    desk.to_requirements(at_desk, "KTP")
    at_desk.submit(
        desk.NEXT,
        persyaratan__ktp_01__given="ya",
        persyaratan__ktp_03__given="ya",
        persyaratan__ktp_02__waive="ya",
        persyaratan__ktp_02__reason="Warga tidak pernah menyalin KTP-nya",
    )
    chief.open("/").submit("Ambil tugas")
    assert "Warga tidak pernah menyalin KTP-nya" in chief.words
    chief.submit(
        "Simpan keputusan",
        pengecualian__decision="beri",
        pengecualian__reason="Tidak ada salinan, identitas jelas",
    )
    assert chief.answer.status_code == 200
    with_decision = chief.open("/?daftar=semua").words
    assert "Periksa dan setujui" in with_decision


def test_r55_the_reason_of_a_return_stands_above_the_repair_and_on_the_case(
    at_desk: Visitor, chief: Visitor
) -> None:
    desk.to_approval(at_desk)
    chief.open("/").submit("Ambil tugas")
    reason = "Nama desa pada uraian belum lengkap."
    chief.submit("Simpan keputusan", keputusan="kembalikan", bagian="uraian", alasan=reason)
    case = at_desk.path
    assert reason in at_desk.open(case).words
    at_desk.follow("Catat barang dan kejadian")
    assert at_desk.path.startswith("/tugas/")
    assert at_desk.words.index(reason) < at_desk.words.index("Jenis barang")


def test_nobody_reads_identity_in_addresses_or_titles(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    title = next(iter(at_desk.page().iter("title"))).text
    assert "Contoh Warga" not in title
    assert UUID(at_desk.path.removeprefix("/tugas/"))


def test_a_case_of_somebody_else_cannot_be_completed_by_address(
    at_desk: Visitor, person: Callable[..., Actor], visit: Callable[[str], Visitor], works: Works
) -> None:
    person("rina", "petugas")
    desk.to_identity(at_desk)
    rina = visit("rina").open("/akun/sandi")
    before = submissions(works)
    answer = rina.client.post(
        at_desk.path, data={"csrf_token": rina.token(), "tombol": "selesai", **desk.IDENTITY}
    )
    assert answer.status_code == 409
    assert submissions(works) == before
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 1


def test_a_form_has_room_for_files_where_papers_are_chosen(at_desk: Visitor) -> None:
    forms = [desk.to_identity(at_desk).page(), desk.to_requirements(at_desk).page()]
    told = [
        next(form for form in page.iter("form") if form.get("id") == "formulir") for page in forms
    ]
    assert [form.get("enctype") for form in told] == [None, "multipart/form-data"]
    assert [any(box.get("type") == "file" for box in form.iter("input")) for form in told] == [
        False,
        True,
    ]
