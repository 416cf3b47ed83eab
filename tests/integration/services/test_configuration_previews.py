"""A change of the configuration does what its preview said: from its instant on and not before, on
open and on new cases, over midnight WITA; and the preview itself leaves nothing behind.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.services.calls import Call, call
from tests.integration.services.test_calendars import OFFICE, due_of
from workflow_app.domain import SYSTEM, Actor, Forbidden, InvalidInput
from workflow_app.models import Case, Letter
from workflow_app.services.cases import clocks, related_cases
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.letters import letters
from workflow_app.services.office_settings import configuration, numbers
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings_admin import (
    document_previews,
    previews,
    samples,
    wording,
)
from workflow_app.services.office_settings_admin.previews import Preview
from workflow_app.services.processes import definitions

__all__ = ["call"]

Play = Callable[..., UUID]
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""
BEFORE = MIDNIGHT - timedelta(seconds=1)
TARGET = "target.berkas_lengkap"
TABLES = (
    "configuration",
    "service_case",
    "letter",
    "letter_number",
    "number_series",
    "audit_event",
    "case_clock",
)


@pytest.fixture
def head(person: Callable[..., Actor]) -> Actor:
    return person("dewi", "ka_spkt", "pimpinan", "piket_propam", "admin", "arsiparis")


@pytest.fixture
def preview(works: Works, head: Actor) -> Callable[..., Preview]:
    def look(key: str, value: object, start: datetime | None = MIDNIGHT) -> Preview:
        return previews.preview(works, head, key, value, start)

    return look


def sees(seen: Preview) -> dict[str, tuple[list[str], list[str]]]:
    return {one.about: (one.before, one.after) for one in seen.compared}


def make(works: Works, key: str, value: object) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, key, value, MIDNIGHT)


def test_r57_a_target_moves_no_running_clock_and_holds_from_midnight_on(
    works: Works, play: Play, clock: TestClock, preview: Callable[..., Preview]
) -> None:
    running, waiting, waiting_too = (play("sktlk_ktp", 1) for _ in range(3))
    clock.at = BEFORE - timedelta(minutes=1)
    due = due_of(works, running)

    seen = preview(TARGET, 7)
    assert (seen.before, seen.after, seen.until) == (10, 7, None)
    assert seen.kept[0] == "1 jam ini sedang berjalan dan tetap memakai batasnya masing-masing."
    assert seen.kept[1].startswith("2 berkas terbuka belum memulai jam ini.")
    assert sees(seen) == {
        "Jam yang mulai 1 Desember 2026 00.00 WITA": (
            ["berakhir 1 Desember 2026 00.10 WITA"],
            ["berakhir 1 Desember 2026 00.07 WITA"],
        )
    }

    make(works, TARGET, 7)
    clock.at = BEFORE
    assert due_of(works, waiting) == "2026-12-01T00:09:59+08:00"
    clock.at = MIDNIGHT
    assert due_of(works, waiting_too) == "2026-12-01T00:07:00+08:00"
    with works.begin(SYSTEM) as work:
        new = related_cases.open_case(work, "sktlk", unit="spkt").case.id
    assert due_of(works, new) == "2026-12-01T00:07:00+08:00"
    assert due_of(works, running) == due


def test_r34_a_calendar_moves_no_running_clock_and_counts_from_midnight_on(
    works: Works, play: Play, clock: TestClock, preview: Callable[..., Preview]
) -> None:
    with works.begin(SYSTEM) as work:
        three = {"hari_kerja": 3, "kalender": "hari_kerja"}
        configuration.set_value(work, TARGET, three, configuration.SOP_IN_FORCE)
    before, after, new = (play("sktlk_ktp", 1) for _ in range(3))
    clock.at = BEFORE
    due = due_of(works, before)
    assert due.startswith("2026-12-03")

    free = {**OFFICE, "libur": {"2026-12-02": "Contoh: libur setempat"}}
    seen = preview("kalender.hari_kerja", free)
    assert seen.kept[0].startswith("1 jam yang sedang berjalan dihitung dengan kalender ini")
    about = "3 hari kerja sejak Selasa, 1 Desember 2026"
    assert sees(seen)[about] == (
        ["berakhir 4 Desember 2026 23.59 WITA"],
        ["berakhir 7 Desember 2026 23.59 WITA"],
    )
    assert "3 hari kerja sejak Senin, 7 Desember 2026" not in sees(seen)

    make(works, "kalender.hari_kerja", free)
    assert due_of(works, after).startswith("2026-12-03")
    clock.at = MIDNIGHT
    assert due_of(works, new).startswith("2026-12-07")
    assert due_of(works, before) == due


def test_a_number_pattern_holds_from_midnight_on_and_the_count_goes_on(
    works: Works, clock: TestClock, preview: Callable[..., Preview]
) -> None:
    clock.at = BEFORE
    with works.begin(SYSTEM) as work:
        first = numbers.allocate(work, "SKTLK", clock.at).text

    seen = preview("pola_nomor.SKTLK", "UJI/{urut}/{bulan}/{tahun}")
    assert seen.kept[0] == "Nomor yang sudah diberikan tidak berubah."
    assert sees(seen)["Dua nomor berikutnya"][1] == ["UJI/2/XII/2026", "UJI/3/XII/2026"]

    make(works, "pola_nomor.SKTLK", "UJI/{urut}/{bulan}/{tahun}")
    with works.begin(SYSTEM) as work:
        assert numbers.allocate(work, "SKTLK", clock.at).text == first.replace("/1/", "/2/")
        clock.at = MIDNIGHT
        assert numbers.allocate(work, "SKTLK", clock.at).text == "UJI/3/XII/2026"


def test_r13_a_signatory_signs_from_midnight_on_in_open_cases_too_and_no_earlier_letter(
    works: Works, clock: TestClock, preview: Callable[..., Preview], sktlk: str
) -> None:
    new = {**SEED["penandatangan.sktlk"], "nama": "CONTOH PENGGANTI"}
    clock.at = BEFORE
    with works.begin(SYSTEM) as work:
        case = related_cases.open_case(work, sktlk, unit="spkt").case
        early = letters.issue(work, case, "sktlk")
        case_id = case.id

    seen = preview("penandatangan.sktlk", new)
    assert seen.kept[0] == "1 surat yang sudah terbit tidak berubah."
    assert seen.picture is not None and seen.picture[:4] == b"RIFF"

    make(works, "penandatangan.sktlk", new)
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        late = letters.issue(work, case, "sktlk")
        clock.at = MIDNIGHT
        later = letters.issue(work, case, "sktlk")
        names = [
            work.session.get_one(Letter, one).frozen["penandatangan"]["nama"]
            for one in (early, late, later)
        ]
    assert names == ["CONTOH PEJABAT, S.H.", "CONTOH PEJABAT, S.H.", "CONTOH PENGGANTI"]


def test_r79_letters_of_hidden_cases_are_not_counted(works: Works, sari: Actor, sktlk: str) -> None:
    with works.begin(SYSTEM) as work:
        for unit, confined_to in (("spkt", None), ("spkt", "piket_propam"), ("lain", None)):
            case = related_cases.open_case(work, sktlk, unit=unit).case
            letters.issue(work, case, "sktlk")
            case.confined_to = confined_to
    with works.begin(sari) as work:
        told = document_previews.kept_by_letters(
            work, "penandatangan.sktlk", wording.Turn("sejak disimpan")
        )
    assert told[0] == "1 surat yang sudah terbit tidak berubah."


def test_r63_an_edge_moves_no_open_case(
    works: Works, play: Play, clock: TestClock, preview: Callable[..., Preview]
) -> None:
    play("sktlk_ktp", 1)
    chosen = {"mulai": "kedatangan", "selesai": "penyerahan"}
    seen = preview("tepi_jam.berkas_lengkap", chosen)
    assert seen.kept == [
        "1 berkas yang sudah dibuka tetap memakai yang lama.",
        "Berkas yang dibuka sejak 1 Desember 2026 00.00 WITA memakai yang baru.",
    ]
    assert len(sees(seen)) == 1
    with pytest.raises(InvalidInput, match="Sudah ada berkas yang dibuka sejak waktu itu"):
        preview("tepi_jam.berkas_lengkap", chosen, clock.at - timedelta(days=1))


def test_r63_an_area_says_which_calls_of_today_would_be_in_town(
    call: Call, preview: Callable[..., Preview]
) -> None:
    call.report()
    seen = preview("wilayah.dalam_kota", ["63.06.01"])
    assert [(before, after) for before, after in sees(seen).values()] == [
        (["dalam kota"], ["luar kota"])
    ]
    assert "Kandangan Kota" in next(iter(sees(seen)))
    assert seen.kept[0].startswith("1 laporan TKP yang terbuka")


def test_r72_a_route_says_who_receives_and_which_cases_were_told(
    works: Works, preview: Callable[..., Preview]
) -> None:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "referral")
        definitions.deploy(work, PROCESSES / "lp")
        related_cases.open_case(work, "referral", unit="spkt")
    seen = preview("rute_rujukan.perkara_narkoba", "piket_reskrim")
    assert sees(seen) == {
        "Berkas berikutnya diterima oleh": (["Piket Resnarkoba"], ["Piket Reskrim"])
    }
    assert seen.kept[0].startswith("0 berkas terbuka sudah melewati langkah")
    assert seen.kept[1].startswith("1 berkas terbuka belum sampai")
    told = sees(preview("rute_laporan.kecelakaan", "piket_reskrim"))
    assert told == {"Berkas berikutnya diterima oleh": (["Piket Lantas"], ["Piket Reskrim"])}


def test_r21_a_channel_out_of_service_is_gone_from_the_next_form(
    works: Works, preview: Callable[..., Preview]
) -> None:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "complaint")
    listed = [{**one, "dilayani": one["kode"] != "faksimili"} for one in SEED["kanal_pengaduan"]]
    ((before, after),) = sees(preview("kanal_pengaduan", listed)).values()
    assert [one for one in before if one not in after] == ["Faksimili"]


def test_messages_and_their_ways_are_shown_with_invented_facts(
    preview: Callable[..., Preview],
) -> None:
    text_of = {"judul": "Uji", "isi": "Nomor {nomor}, hubungi {telepon_unit}."}
    assert sees(preview("pesan.nomor_berkas", text_of))["Pesan berikutnya"][1] == [
        "Uji",
        "Nomor B-CONTOH-000123, hubungi 110.",
    ]
    ways = sees(preview("saluran_pesan", ["surel", "telepon"]))
    assert ways["Warga dengan telepon dan surel"] == (["slip yang dicetak"], ["surel"])
    assert "Warga tanpa keduanya" not in ways


def test_a_preview_leaves_nothing_behind_and_refuses_what_the_change_would(
    works: Works, preview: Callable[..., Preview], person: Callable[..., Actor], sktlk: str
) -> None:
    def counted() -> list[int]:
        with works.begin(SYSTEM) as work:
            return [
                work.session.scalar(text(f"select count(*) from {name}")) or 0 for name in TABLES
            ]

    before = counted()
    for key in ("penandatangan.sktlk", TARGET, "pola_nomor.SKTLK", "kop_surat", "nama_unit"):
        preview(key, SEED[key])
    assert counted() == before
    with pytest.raises(Forbidden):
        previews.preview(works, person("tamu", "petugas"), TARGET, 7, None)
    with pytest.raises(InvalidInput, match="kalender enam_hari"):
        preview(TARGET, {"hari_kerja": 3, "kalender": "enam_hari"})


def test_outside_of_a_demo_the_example_signatory_shows_why_no_letter_comes(
    works: Works, clock: TestClock, preview: Callable[..., Preview], sktlk: str
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "mode_demo", False, clock.at)
    seen = preview("kop_surat", ["POLRES UJI"])
    assert seen.picture is None
    assert "pejabat penanda tangan belum diatur" in seen.no_picture
    clear = preview("penandatangan.sktlk", {**SEED["penandatangan.sktlk"], "nama": "CONTOH BARU"})
    assert clear.picture is not None


def test_every_letter_of_the_release_can_be_shown(
    works: Works, clock: TestClock, head: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        seeding.deploy_all(work, PROCESSES)
    keys = [
        key
        for key in SEED
        if key.startswith(("penandatangan.", "pola_nomor.")) and key != "pola_nomor.BERKAS"
    ]
    with samples.undone(works, head, clock.at) as work:
        sheets = {key: document_previews.sheet(work, key) for key in keys}
    for key, sheet in sheets.items():
        assert sheet is not None, key
        assert "CONTOH" in sheet.html


def test_what_is_set_already_for_later_ends_the_new_value(
    works: Works, preview: Callable[..., Preview]
) -> None:
    make(works, TARGET, 9)
    assert preview(TARGET, 7, None).until == MIDNIGHT
    assert preview(TARGET, 7, MIDNIGHT).until is None


def test_a_clock_starts_with_the_value_of_its_own_instant(
    works: Works, play: Play, clock: TestClock
) -> None:
    case_id = play("sktlk_ktp", 1)
    make(works, TARGET, 7)
    clock.at = MIDNIGHT + timedelta(minutes=5)
    with works.begin(SYSTEM) as work:
        due = clocks.start(work, case_id, "berkas_lengkap", BEFORE)
    assert due == BEFORE + timedelta(minutes=10)
