"""Members, roster, holidays and absences as pages without a script: forms, faults at their fields,
what others are not shown.
"""

from collections.abc import Callable

import pytest

from tests.integration.conftest import PASSWORD
from tests.integration.services.away import send_away
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor
from workflow_app.services.core.unit_of_work import Works

Visit = Callable[[str], Visitor]
Person = Callable[..., Actor]
NEW = "kalimat baru yang panjang"
OWN_PAGES = ("/pengaturan/anggota", "/pengaturan/anggota/baru")


@pytest.fixture
def admin(person: Person, visit: Visit) -> Visitor:
    person("kepala", "admin")
    return visit("kepala")


def first_password(page: Visitor) -> str:
    return next(
        "".join(each.itertext()) for each in page.page().iter("p") if each.get("id") == "kata-sandi"
    )


def test_a_first_password_opens_nothing_but_its_own_replacement(
    admin: Visitor, visitor: Visitor, budi: Actor
) -> None:
    admin.open("/pengaturan/anggota").follow("Tambah anggota")
    admin.submit("Periksa dahulu", nama="Contoh O'Brien", nama_pengguna="budi", peran="petugas")
    assert "Nama pengguna budi sudah dipakai" in admin.words
    admin.submit("Periksa dahulu", nama_pengguna="obrien")
    assert (
        "Contoh O'Brien dapat masuk sebagai obrien begitu akun dibuat, di unit spkt" in admin.words
    )
    assert "Tugas peran ini sampai juga kepadanya: Petugas SPKT" in admin.words
    assert "obrien" not in admin.client.get("/pengaturan/anggota").text
    admin.submit("Buat akun")
    password = first_password(admin)
    assert admin.answer.headers["Cache-Control"].startswith("no-store")
    assert password not in admin.open("/pengaturan/anggota").text
    visitor.sign_in("obrien", password)
    for path in ("/", "/mulai", "/cari", "/pengaturan/penggantian"):
        assert visitor.open(path).path == "/akun/sandi"
    visitor.submit("Ganti kata sandi", lama=password, baru=password, ulang=password)
    assert "Pilih kata sandi lain" in visitor.words
    visitor.submit("Ganti kata sandi", lama=password, baru=NEW, ulang=NEW)
    assert visitor.open("/mulai").path == "/mulai"


def test_roles_are_looked_at_before_they_change(admin: Visitor, visit: Visit, budi: Actor) -> None:
    officer = visit("budi")
    admin.open(f"/pengaturan/anggota/{budi.user_id}").submit("Periksa dahulu", peran="pamapta")
    assert "1 sesi berakhir" in admin.words
    assert officer.open("/mulai").path == "/mulai"
    admin.submit("Simpan perubahan")
    assert "Perubahan berlaku" in admin.words
    assert officer.open("/mulai").path == "/masuk"
    admin.submit("Periksa dahulu", peran="petugas", mulai="2026-11-25").submit("Simpan perubahan")
    assert "berlaku sendiri pada waktunya" in admin.words
    admin.submit("Lihat akibat bila ditarik, perubahan mulai 25 November 2026 pukul 00.00 WITA")
    assert (
        "mulai 25 November 2026 pukul 00.00 WITA tidak jadi: peran Petugas SPKT, unit spkt"
        in admin.words
    )
    assert "Yang berlaku sekarang tidak berubah: peran Pamapta, unit spkt" in admin.words
    admin.submit("Tarik perubahan")
    assert "Perubahan ditarik" in admin.words
    assert "Akan datang" not in admin.words


def test_an_account_is_locked_and_opened_again(
    admin: Visitor, visit: Visit, visitor: Visitor, budi: Actor
) -> None:
    officer = visit("budi")
    admin.open(f"/pengaturan/anggota/{budi.user_id}").submit("Kunci akun")
    assert "1 sesi berakhir" in admin.words
    assert "Tidak ada tugas terbuka yang kembali ke antrean" in admin.words
    assert officer.open("/").path == "/"
    admin.submit("Kunci akun")
    assert officer.open("/").path == "/masuk"
    assert "kata sandi salah" in visitor.sign_in("budi", PASSWORD).words
    admin.submit("Buka akun")
    assert "dengan peran Petugas SPKT di unit spkt" in admin.words
    assert "kata sandi salah" in visitor.sign_in("budi", PASSWORD).words
    admin.submit("Buka akun").submit("Buat kata sandi pertama yang baru")
    assert "tidak ada sesi yang berakhir" in admin.words
    admin.submit("Buat kata sandi")
    assert visitor.sign_in("budi", first_password(admin)).path == "/akun/sandi"


def test_who_keeps_no_accounts_finds_no_members(visit: Visit, budi: Actor, sari: Actor) -> None:
    for name in ("budi", "sari"):
        visitor = visit(name)
        assert "Anggota" not in visitor.open("/").words
        for path in (*OWN_PAGES, f"/pengaturan/anggota/{budi.user_id}"):
            assert visitor.open(path).answer.status_code == 403


def test_a_chief_enters_the_week_without_a_script(
    visit: Visit, sari: Actor, person: Person
) -> None:
    person("rudi", "piket_samapta")
    chief = visit("sari").open("/pengaturan/piket?minggu=2026-11-25")
    chief.open("/pengaturan/piket/piket_samapta?awal=2026-11-23T10:00")
    chief.submit("Periksa dahulu", petugas="rudi", sampai="2026-11-22T10:00")
    assert "Tulis saat sesudah awal masa piket" in chief.words
    chief.submit("Periksa dahulu", sampai="2026-11-24T10:00")
    assert (
        "23 November 2026 pukul 10.00 WITA sampai 24 November 2026 pukul 10.00 WITA: Contoh Rudi"
        in chief.words
    )
    chief.submit("Simpan jadwal")
    assert "Contoh Rudi" in chief.words
    assert "Kosong" in chief.words
    chief.follow("Minggu berikutnya").submit("Salin dari minggu sebelumnya")
    assert "Piket Samapta: 30 November 2026 pukul 10.00 WITA" in chief.words
    chief.submit("Salin 1 masa piket")
    assert "1 masa piket disalin" in chief.words
    officer = visit("rudi").open("/pengaturan/piket?minggu=2026-11-30")
    assert "Contoh Rudi" in officer.words
    assert "Salin" not in officer.words


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/pengaturan/piket?minggu=besok", 200),
        ("/pengaturan/piket?minggu=9999-12-31", 200),
        ("/pengaturan/piket/petugas?awal=2026-11-23T10:00", 404),
        ("/pengaturan/piket/piket_samapta", 404),
        ("/pengaturan/piket/piket_samapta?awal=9999-12-31T23:59", 404),
        ("/pengaturan/libur/tidak_ada/2026", 404),
        ("/pengaturan/libur/hari_kerja/1999", 404),
        ("/pengaturan/libur/hari_kerja/99999", 404),
    ],
)
def test_strange_addresses(visit: Visit, budi: Actor, path: str, status: int) -> None:
    assert visit("budi").open(path).answer.status_code == status


def test_a_holiday_is_looked_at_before_it_holds(visit: Visit, sari: Actor, budi: Actor) -> None:
    chief = visit("sari").open("/pengaturan/libur").follow("Lihat 2026")
    chief.submit("Periksa dahulu", hari="2026-12-23", alasan="")
    assert "Tulis sebabnya" in chief.words
    chief.submit("Periksa dahulu", hari="2026-12-23", alasan="Contoh: hari jadi <b>kantor</b>")
    assert "Selasa, 29 Desember 2026" in chief.words
    assert "Rabu, 30 Desember 2026" in chief.words
    chief.submit("Simpan")
    assert "Contoh: hari jadi <b>kantor</b>" in chief.words
    assert "Libur kantor" in chief.words
    officer = visit("budi").open("/pengaturan/libur/hari_kerja/2026")
    assert "Libur kantor" in officer.words
    assert "Tambah hari" not in officer.words


def test_an_absence_is_entered_seen_by_all_and_ended(
    visit: Visit, budi: Actor, person: Person
) -> None:
    person("rina", "petugas")
    officer = visit("budi").open("/pengaturan/penggantian")
    officer.submit("Periksa dahulu", anggota=str(budi.user_id), pengganti=str(budi.user_id))
    assert "tidak ada yang menggantikan dirinya sendiri" in officer.words
    assert "Tulis tanggal mulai" in officer.words
    rina = next(
        option.get("value")
        for option in officer.page().iter("option")
        if "Contoh Rina" in "".join(option.itertext())
    )
    officer.submit("Periksa dahulu", pengganti=rina, mulai="2026-11-23", sampai="2026-11-24")
    assert "Contoh Rina menggantikan Contoh Budi" in officer.words
    officer.submit("Catat penggantian")
    assert "Penggantian tercatat" in officer.words
    assert "Anda tercatat tidak bertugas" in officer.open("/").words
    stand_in = visit("rina")
    assert "Anda menggantikan Contoh Budi" in stand_in.open("/").words
    assert "Akhiri sekarang" not in stand_in.open("/pengaturan/penggantian").words
    officer.open("/pengaturan/penggantian").submit("Akhiri sekarang penggantian Contoh Budi")
    assert "tugas Contoh Budi tidak lagi sampai kepada Contoh Rina" in officer.words
    assert "Anda menggantikan Contoh Budi" in stand_in.open("/").words
    officer.submit("Akhiri sekarang")
    assert "Anda menggantikan" not in stand_in.open("/").words


def test_a_case_shows_who_stands_in(
    visit: Visit, budi: Actor, person: Person, works: Works, play: Callable[..., object]
) -> None:
    rina = person("rina", "petugas")
    case_id = play("sktlk_ktp", 5)
    send_away(works, budi, rina)
    stand_in = visit("rina").open("/")
    assert "Anda menggantikannya" in stand_in.words
    assert "Contoh Budi (digantikan Contoh Rina)" in stand_in.open(f"/berkas/{case_id}").words
