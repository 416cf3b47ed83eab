"""The pages of what the office decides: who finds them, every key's form, a change from the form
over the preview to the value.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.services.test_calendars import OFFICE
from tests.integration.web.visitor import Visitor, fields_of, parse
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import AuditEvent
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration, configuration_keys
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.processes import definitions

Visit = Callable[[str], Visitor]
Person = Callable[..., Actor]
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""
TYPED = "2026-12-01T00:00"
ALL = tuple(key for key in SEED if key not in configuration_keys.OF_THE_SITE)
NOTHING_IS_A_VALUE = ("kontak_peran", "pengganti_peran", "tingkat_akses")
"""Maps that may say nothing of anything."""
TARGET = "target.berkas_lengkap"
TAKE_BACK = "Lihat akibat bila ditarik, nilai mulai 1 Desember 2026 pukul 00.00 WITA"


@pytest.fixture
def owner(visit: Visit, person: Person, sktlk: str) -> Visitor:
    """Somebody who may change everything, where the SKTLK is deployed."""
    assert sktlk
    person("rangkap", "ka_spkt", "pimpinan", "admin", "arsiparis", "piket_propam")
    return visit("rangkap")


def held(works: Works, key: str, at: datetime) -> Any:
    with works.begin(SYSTEM) as work:
        return configuration.value(work, key, at)


def test_every_key_has_a_page_and_refuses_what_is_no_value_at_its_place(
    owner: Visitor, works: Works
) -> None:
    wrong = {"waktu": "sekarang", "tombol": "lihat", "nilai.cara": "lain", "nilai": "x" * 300}
    for key in ALL:
        page = owner.open(f"/pengaturan/{key}")
        assert page.answer.status_code == 200, key
        assert "Berlaku sekarang" in page.words, key
        answer = owner.client.post(f"/pengaturan/{key}", data={"csrf_token": page.token(), **wrong})
        if key in NOTHING_IS_A_VALUE:
            assert answer.status_code == 200
            continue
        assert answer.status_code == 400, key
        assert 'class="error"' in answer.text, key
        parse(answer.text)
    with works.begin(SYSTEM) as work:
        assert all(len(configuration.history(work, key)) == 1 for key in ALL)


def test_every_form_sends_the_value_that_holds(owner: Visitor) -> None:
    for key in {key.partition(".")[0]: key for key in ALL}.values():
        shown = owner.open(f"/pengaturan/{key}").submit("Lihat akibatnya", waktu="sekarang")
        assert shown.answer.status_code == 200, (key, shown.words)
        assert "Akibat perubahan" in shown.words, key


def test_who_may_change_something_finds_it_and_others_find_nothing(
    owner: Visitor, visit: Visit, person: Person, sktlk: str
) -> None:
    assert "Pengaturan kantor" in owner.open("/").words
    person("desk", "petugas")
    desk = visit("desk")
    assert "Pengaturan kantor" not in desk.open("/").words
    for path in ("/pengaturan", "/pengaturan/kelompok/target", f"/pengaturan/{TARGET}"):
        assert desk.open(path).answer.status_code == 403
    for path in (
        "/pengaturan/tidak_ada",
        "/pengaturan/mode_demo",
        "/pengaturan/kelompok/tidak_ada",
    ):
        assert owner.open(path).answer.status_code == 404


def test_a_role_finds_its_own_groups_only_and_a_new_owner_finds_them_too(
    visit: Visit, person: Person, works: Works, sktlk: str
) -> None:
    person("wibawa", "piket_propam")
    propam = visit("wibawa").open("/pengaturan")
    assert "Lain-lain" in propam.words
    assert "Penanda tangan" not in propam.words
    assert propam.open("/pengaturan/kop_surat").answer.status_code == 403
    with works.begin(SYSTEM) as work:
        new = {"kop_surat": {"penanggung_jawab": "pimpinan", "pengubah": ["petugas"]}}
        configuration.set_value(work, configuration_keys.OWNERS, new, work.clock())
    person("baru", "petugas")
    desk = visit("baru").open("/").follow("Pengaturan kantor")
    assert "Kepala surat dan nama unit" in desk.words
    assert desk.open(f"/pengaturan/{TARGET}").answer.status_code == 403


def test_a_change_is_looked_at_then_made_and_holds_from_its_date(
    owner: Visitor, works: Works, clock: TestClock
) -> None:
    owner.open(f"/pengaturan/{TARGET}")
    preview = owner.submit("Lihat akibatnya", nilai__menit="7", waktu="nanti", mulai=TYPED)
    assert "10 menit" in preview.words and "7 menit" in preview.words
    assert "berakhir 1 Desember 2026 00.07 WITA" in preview.words
    assert held(works, TARGET, MIDNIGHT) == 10
    done = preview.submit("Simpan perubahan")
    assert "Pengaturan tersimpan." in done.words
    assert "Akan berlaku" in done.words
    assert held(works, TARGET, MIDNIGHT - timedelta(seconds=1)) == 10
    assert held(works, TARGET, MIDNIGHT) == 7
    assert "Batas Waktu" not in done.words

    seen = done.submit(TAKE_BACK)
    assert "Bila ditarik 10 menit" in seen.words
    assert "berakhir 1 Desember 2026 00.10 WITA" in seen.words
    assert "Jam yang mulai sejak 1 Desember 2026 00.00 WITA memakai batas sebelumnya" in seen.words
    assert held(works, TARGET, MIDNIGHT) == 7
    gone = seen.submit("Tarik nilai ini")
    assert "sudah ditarik" in gone.words
    assert held(works, TARGET, MIDNIGHT) == 10


def test_what_was_changed_since_the_look_is_not_taken_back(
    owner: Visitor, visit: Visit, person: Person, works: Works
) -> None:
    owner.open(f"/pengaturan/{TARGET}")
    owner.submit("Lihat akibatnya", nilai__menit="7", waktu="nanti", mulai=TYPED).submit(
        "Simpan perubahan"
    )
    person("lain", "ka_spkt")
    other = visit("lain").open(f"/pengaturan/{TARGET}").submit(TAKE_BACK)
    owner.submit("Lihat akibatnya", nilai__menit="8", waktu="nanti", mulai=TYPED).submit(
        "Simpan perubahan"
    )
    told = other.submit("Tarik nilai ini")
    assert told.answer.status_code == 409
    assert "yang terakhir mengubah: Contoh Rangkap" in told.words
    assert held(works, TARGET, MIDNIGHT) == 8
    again = told.submit(TAKE_BACK)
    assert "Bila tidak ditarik 8 menit" in again.words
    assert "sudah ditarik" in again.submit("Tarik nilai ini").words
    gone = other.client.post(
        f"/pengaturan/{TARGET}/tarik", data={**_mulai(), "csrf_token": again.token()}
    )
    assert gone.status_code == 409
    assert "sudah berlaku atau sudah ditarik" in gone.text
    bad = other.client.post(
        f"/pengaturan/{TARGET}/tarik", data={"mulai": "besok", "csrf_token": again.token()}
    )
    assert bad.status_code == 400


def test_a_value_is_taken_back_once_however_often_the_button_is_pressed(
    owner: Visitor, works: Works
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "kalender.uji", OFFICE, MIDNIGHT)
    looked = owner.open("/pengaturan/kalender.uji").submit(TAKE_BACK)
    form = next(
        form for form in looked.page().iter("form") if "tarik" in (form.get("action") or "")
    )
    sent = {**fields_of(form), "tombol": ["simpan"]}
    assert "sudah ditarik" in looked.submit("Tarik nilai ini").words
    again = owner.client.post("/pengaturan/kalender.uji/tarik", data=sent)
    assert (again.status_code, again.location) == (302, "/pengaturan")
    with works.begin(SYSTEM) as work:
        query = select(AuditEvent.action).where(
            AuditEvent.chain == configuration.chain_of("kalender.uji")
        )
        assert list(work.session.scalars(query)) == [configuration.SET, configuration.WITHDRAWN]


def test_r16_a_notice_stands_on_the_pages_of_citizens_from_its_date_on(
    owner: Visitor, visitor: Visitor, clock: TestClock, sktlk: str
) -> None:
    owner.open("/pengaturan/pengumuman")
    words = "Loket pindah ke gedung B <sementara>."
    owner.submit("Lihat akibatnya", nilai=words, waktu="nanti", mulai=TYPED).submit(
        "Simpan perubahan"
    )
    pages = ("/persyaratan", "/lacak", "/angka-pengaduan", "/sop")
    for at, is_told in ((MIDNIGHT - timedelta(seconds=1), False), (MIDNIGHT, True)):
        clock.at = at
        assert [words in visitor.open(page).words for page in pages] == [is_told] * len(pages)


def test_the_same_change_sent_twice_is_made_once(owner: Visitor, works: Works) -> None:
    owner.open(f"/pengaturan/{TARGET}")
    owner.submit("Lihat akibatnya", nilai__menit="7", waktu="nanti", mulai=TYPED)
    twice = owner.text
    owner.submit("Simpan perubahan")
    owner.answer = owner.client.post(f"/pengaturan/{TARGET}", data=_fields(twice))
    assert owner.answer.status_code == 302
    with works.begin(SYSTEM) as work:
        assert len(configuration.history(work, TARGET)) == 2


def test_the_second_of_two_people_is_told_who_was_faster(
    owner: Visitor, visit: Visit, person: Person, works: Works
) -> None:
    person("lain", "ka_spkt")
    other = visit("lain").open(f"/pengaturan/{TARGET}")
    other.submit("Lihat akibatnya", nilai__menit="8", waktu="sekarang")
    owner.open(f"/pengaturan/{TARGET}")
    owner.submit("Lihat akibatnya", nilai__menit="7", waktu="sekarang").submit("Simpan perubahan")
    told = other.submit("Simpan perubahan")
    assert told.answer.status_code == 409
    assert "yang terakhir mengubah: Contoh Rangkap" in told.words
    assert held(works, TARGET, MIDNIGHT) == 7
    again = told.submit("Lihat akibatnya").submit("Simpan perubahan")
    assert "Pengaturan tersimpan." in again.words
    assert held(works, TARGET, MIDNIGHT) == 8


def test_rows_come_and_go_without_scripts(owner: Visitor, works: Works) -> None:
    page = owner.open("/pengaturan/kanal_pengaduan")
    press = {"tombol": "hapus:nilai:9"}
    page.answer = page.client.post(
        "/pengaturan/kanal_pengaduan", data={**_fields(page.text), **press}
    )
    assert "nilai.9.kode" not in page.text
    press = {"tombol": "naik:nilai:1"}
    page.answer = page.client.post(
        "/pengaturan/kanal_pengaduan", data={**_fields(page.text), **press}
    )
    page.path = "/pengaturan/kanal_pengaduan"
    shown = page.submit("Lihat akibatnya", waktu="nanti", mulai=TYPED)
    shown.submit("Simpan perubahan")
    codes = [row["kode"] for row in held(works, "kanal_pengaduan", MIDNIGHT)]
    assert codes[:3] == ["kotak_pengaduan", "langsung", "surat"]
    assert len(codes) == 9
    assert "hapus:nilai:0" in owner.open("/pengaturan/kanal_pengaduan").submit("Tambah kanal").text


def test_bad_times_are_refused_at_the_field(owner: Visitor) -> None:
    owner.open(f"/pengaturan/{TARGET}")
    for typed in ("", "besok", "0001-01-01T00:00", "2026-12-01T00:00+07:00"):
        refused = owner.open(f"/pengaturan/{TARGET}").submit(
            "Lihat akibatnya", waktu="nanti", mulai=typed
        )
        assert refused.answer.status_code == 400
        assert "Tulis tanggal dan jam mulai" in refused.words


def test_a_letter_shows_the_new_signatory_and_says_that_it_is_a_sample(
    owner: Visitor, works: Works
) -> None:
    owner.open("/pengaturan/penandatangan.sktlk")
    shown = owner.submit(
        "Lihat akibatnya", nilai__nama="CONTOH D'ANGELO, S.I.K.", waktu="nanti", mulai=TYPED
    )
    assert 'src="data:image/webp;base64,' in shown.text
    assert "Contoh dengan isian karangan" in shown.words
    assert "0 surat yang sudah terbit tidak berubah." in shown.words
    with works.begin(SYSTEM) as work:
        assert (
            work.session.connection().exec_driver_sql("select count(*) from letter").scalar() == 0
        )


def test_the_next_numbers_are_shown_and_not_used(owner: Visitor, works: Works) -> None:
    owner.open("/pengaturan/pola_nomor.SKTLK")
    shown = owner.submit(
        "Lihat akibatnya", nilai="SKTLK/{urut}/{tahun}/UJI", waktu="nanti", mulai=TYPED
    )
    assert "SKTLK/1/2026/UJI" in shown.words and "SKTLK/2/2026/UJI" in shown.words
    shown.submit("Simpan perubahan")
    again = owner.open("/pengaturan/pola_nomor.SKTLK").submit(
        "Lihat akibatnya", nilai="SKTLK/{urut}/{tahun}/UJI", waktu="nanti", mulai=TYPED
    )
    assert "Tidak ada yang berbeda" in again.words


def test_what_a_value_needs_is_said_by_the_form(owner: Visitor, works: Works) -> None:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "referral")
    edges = owner.open("/pengaturan/tepi_jam.berkas_lengkap")
    shown = edges.submit("Lihat akibatnya", nilai__mulai="kedatangan", waktu="nanti", mulai=TYPED)
    assert "0 berkas yang sudah dibuka tetap memakai yang lama." in shown.words
    wrong = owner.open("/pengaturan/pesan.selesai").submit(
        "Lihat akibatnya", nilai__isi="Halo {nama}", waktu="sekarang"
    )
    assert wrong.answer.status_code == 400
    assert "Yang boleh disebut dalam kurung kurawal hanya" in wrong.words
    route = owner.open("/pengaturan/rute_rujukan.sim").submit(
        "Lihat akibatnya", nilai="piket_samapta", waktu="nanti", mulai=TYPED
    )
    assert "Piket Lantas" in route.words and "Piket Samapta" in route.words


def _mulai() -> dict[str, str]:
    return {"mulai": MIDNIGHT.isoformat(), "tombol": "lihat"}


def _fields(text: str) -> dict[str, list[str]]:
    """What the last form of a page would send."""
    form = [
        form
        for form in parse(text).iter("form")
        if (form.get("action") or "").startswith("/pengaturan/")
    ][-1]
    return {**fields_of(form), "tombol": ["simpan"]}
