"""The owner of a rule changes it without a programmer: found by its group, looked at, made, and
taken back before it holds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite


@dataclass(frozen=True)
class Journey:
    """What somebody changes on one page of a group, and what the preview says of it."""

    group: str
    key: str
    """Words of its link; empty where the group has one key."""
    fill: Callable[[Page], None]
    told: str


def _typed(label: str, text: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_label(label, exact=True).fill(text)


def _chosen(label: str, option: str) -> Callable[[Page], None]:
    def choose(page: Page) -> None:
        page.get_by_label(label, exact=True).select_option(option)

    return choose


def _town(page: Page) -> None:
    page.get_by_label("Cari desa, kelurahan, atau kecamatan").fill("hamalau")
    page.get_by_role("button", name="Cari", exact=True).click()
    page.get_by_label("Hamalau", exact=True).check()


def _no_fax(page: Page) -> None:
    page.get_by_role("button", name="Naikkan kanal 3").click()
    expect(page.get_by_label("Sebutan pada formulir").nth(1)).to_have_value("Surat")
    page.get_by_label("Keadaan").nth(6).select_option("tidak dilayani")


def _owner(page: Page) -> None:
    family = page.locator("details.fold").filter(
        has=page.get_by_text("Nama kotak pengaduan", exact=True)
    )
    family.locator("summary").click()
    family.get_by_label("Pamapta", exact=True).check()


JOURNEYS = {
    "target": Journey(
        "Jam dan batas waktu", "berkas lengkap", _typed("Berapa menit", "7"), "7 menit"
    ),
    "tepi": Journey(
        "Awal dan akhir jam",
        "berkas lengkap",
        _chosen("Dihitung sejak", "kedatangan"),
        "tetap memakai yang lama",
    ),
    "wilayah": Journey("Wilayah dalam kota", "", _town, "Hamalau"),
    "tanda_tangan": Journey(
        "Penanda tangan",
        "Tanda Lapor Kehilangan",
        _typed("Nama dan gelar", "CONTOH D'BARU, S.H."),
        "Nomornya belum dipakai",
    ),
    "kop": Journey(
        "Kepala surat dan nama unit",
        "Nama unit",
        _typed("Nama unit pelayanan", "SPKT Uji"),
        "Nomornya belum dipakai",
    ),
    "nomor": Journey(
        "Nomor surat dan berkas",
        "Tanda Lapor Kehilangan",
        _typed("Pola nomor", "UJI/{urut}/{tahun}"),
        "UJI/",
    ),
    "ketentuan": Journey(
        "Ketentuan hukum pada surat",
        "Surat Tanda Terima",
        _typed("Kalimat hukum pada surat", "Kalimat uji."),
        "Kalimat uji.",
    ),
    # Channels that change places are all shown: that the others stay as they are would not be true.
    "kanal": Journey("Kanal pengaduan", "Kanal pengaduan", _no_fax, "Telepon atau 110dilayani"),
    "rute": Journey(
        "Rujukan dan penerusan",
        "Keperluan: SIM",
        _chosen("Fungsi penerima", "piket_samapta"),
        "Piket Samapta",
    ),
    "pengumuman": Journey(
        "Pengumuman kepada warga",
        "",
        _typed("Pengumuman kepada warga", "Loket pindah ke gedung B."),
        "bagi siapa saja",
    ),
    "peran": Journey("Sebutan peran", "", _typed("Pamapta", "Perwira Samapta"), "Perwira Samapta"),
    "langkah": Journey(
        "Langkah di luar teks SOP",
        "Langkah STTP",
        lambda page: page.get_by_label("Memeriksa tenggat pemberitahuan").uncheck(),
        "Baca langkah turunan yang aktif",
    ),
    "arsip": Journey(
        "Arsip dan tingkat akses",
        "Jadwal retensi",
        lambda page: page.get_by_label("Tahun aktif").first.fill("7"),
        "7 tahun aktif",
    ),
    "pemilik": Journey("Pemilik dan pengganti", "", _owner, "Pamapta"),
    "pesan": Journey(
        "Pesan kepada warga",
        "Berkas selesai",
        _typed("Isi pesan", "Berkas {nomor} selesai."),
        "B-CONTOH-000123 selesai.",
    ),
}


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_value_is_found_looked_at_made_and_taken_back(
    site: RunningSite, signed_in: Opener, name: str
) -> None:
    journey = JOURNEYS[name]
    page = signed_in("kaspkt")
    page.goto(f"{site.address}/pengaturan")
    page.get_by_role("link", name=journey.group).click()
    if journey.key:
        page.get_by_role("link", name=re.compile(re.escape(journey.key))).first.click()
    journey.fill(page)
    page.get_by_role("button", name="Lihat akibatnya").click()
    expect(page.get_by_role("heading", name=re.compile("Akibat perubahan"))).to_be_visible()
    expect(page.locator("main")).to_contain_text(journey.told)
    if name in ("tanda_tangan", "kop", "nomor", "ketentuan"):
        picture = page.get_by_role("img", name="Contoh surat dengan nilai baru")
        assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_text("Pengaturan tersimpan.")).to_be_visible()
    page.get_by_role("button", name="Lihat akibat bila ditarik").click()
    expect(page.get_by_role("heading", name=re.compile("Akibat penarikan"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("Yang berlaku sekarang tidak berubah")
    if name in ("tanda_tangan", "kop", "nomor", "ketentuan"):
        picture = page.get_by_role("img", name="Contoh surat bila nilai ini ditarik")
        assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_role("button", name="Tarik nilai ini").click()
    expect(page.get_by_role("heading", name="Akan berlaku")).to_have_count(0)


def test_the_menu_leads_there_and_what_is_wrong_is_said_and_kept(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("kaspkt", java_script_enabled=False)
    page.locator(".bar-inner > details > summary").click()
    page.get_by_role("link", name="Pengaturan kantor").click()
    expect(page.get_by_role("heading", name="Kelompok pengaturan")).to_be_visible()
    page.get_by_role("link", name="Nomor surat dan berkas").click()
    page.get_by_role("link", name="Nomor berkas").click()
    page.get_by_label("Pola nomor").fill("BERKAS-{tahun}")
    page.get_by_role("button", name="Lihat akibatnya").click()
    expect(page.get_by_role("alert")).to_contain_text("Pola harus memuat {urut} dan {tahun}")
    expect(page.get_by_label("Pola nomor")).to_have_value("BERKAS-{tahun}")
    page.get_by_label("Pola nomor").fill("BERKAS-{tahun}-{urut}")
    page.get_by_label("Begitu disimpan").check()
    page.get_by_role("button", name="Lihat akibatnya").click()
    page.get_by_role("button", name="Ubah lagi").click()
    expect(page.get_by_label("Pola nomor")).to_have_value("BERKAS-{tahun}-{urut}")


def _planned(page: Page, address: str, start: str, fill: Callable[[Page], None]) -> None:
    page.goto(address)
    fill(page)
    page.get_by_label("Tanggal dan jam (WITA)").fill(start)
    page.get_by_role("button", name="Lihat akibatnya").click()


def _fold(page: Page, role: str) -> None:
    page.locator("details.fold > summary").filter(has_text=re.compile(f"^{role}$")).click()


def _contact(role: str, address: str) -> Callable[[Page], None]:
    def fill(page: Page) -> None:
        _fold(page, role)
        fold = page.locator("details.fold").filter(has=page.get_by_text(role, exact=True))
        fold.get_by_label("Surel dinas").fill(address)

    return fill


def test_two_plan_different_parts_and_one_goes_back_from_the_plan(
    site: RunningSite, signed_in: Opener
) -> None:
    """The later plan first: the earlier one goes on in it, its preview says so, and a form filled
    with the plan changes the plan.
    """
    address = f"{site.address}/pengaturan/kontak_peran"
    page, other = signed_in("admin"), signed_in("kaspkt")
    _planned(page, address, "2090-01-05T00:00", _contact("Admin", "admin@contoh.id"))
    page.get_by_role("button", name="Simpan perubahan").click()
    _planned(other, address, "2090-01-01T00:00", _contact("Pimpinan", "pimpinan@contoh.id"))
    later = other.locator("section").filter(
        has=other.get_by_role("heading", name="Rencana sesudahnya")
    )
    expect(later).to_contain_text("5 Januari 2090")
    expect(later).to_contain_text("pimpinan@contoh.id")
    other.get_by_role("button", name="Simpan perubahan").click()
    planned = other.locator(".time-line > li")
    expect(planned.nth(0)).to_contain_text("pimpinan@contoh.id")
    expect(planned.nth(1)).to_contain_text("pimpinan@contoh.id")
    expect(planned.nth(1)).to_contain_text("admin@contoh.id")
    planned.nth(0).get_by_role("link", name="Isi formulir dengan nilai ini").click()
    expect(other.get_by_text("nilai yang direncanakan mulai")).to_be_visible()
    expect(other.get_by_label("Tanggal dan jam (WITA)")).to_have_value("2090-01-01T00:00")
    _contact("Pimpinan", "baru@contoh.id")(other)
    other.get_by_role("button", name="Lihat akibatnya").click()
    other.get_by_role("button", name="Ubah lagi").click()
    expect(other.get_by_text("nilai yang direncanakan mulai")).to_be_visible()
    other.get_by_role("button", name="Lihat akibatnya").click()
    other.get_by_role("button", name="Simpan perubahan").click()
    expect(planned.nth(1)).to_contain_text("baru@contoh.id")
    for left in (1, 0):
        planned.nth(0).get_by_role("button", name="Lihat akibat bila ditarik").click()
        other.get_by_role("button", name="Tarik nilai ini").click()
        expect(planned).to_have_count(left)


@pytest.mark.parametrize(
    ("who", "key", "choice", "told"),
    [
        (
            "propam",
            "propam.pimpinan_melihat",
            "Pimpinan tidak melihatnya",
            "untuk semua berkas yang dibatasi pada Propam, juga yang sudah terbuka",
        ),
        (
            "kaspkt",
            "serah_terima.penerima_membaca",
            "Fungsi penerima tidak membacanya",
            "berkas terbuka sedang dipegang fungsi penerima",
        ),
    ],
)
def test_a_yes_or_no_says_in_sentences_what_it_does_and_what_taking_it_back_does(
    site: RunningSite, signed_in: Opener, who: str, key: str, choice: str, told: str
) -> None:
    page = signed_in(who, java_script_enabled=False)
    _planned(
        page,
        f"{site.address}/pengaturan/{key}",
        "2090-01-01T00:00",
        lambda page: page.get_by_label(choice).check(),
    )
    expect(page.locator("main")).to_contain_text("mulai 1 Januari 2090")
    expect(page.locator("main")).to_contain_text(told)
    expect(page.get_by_role("heading", name="Yang akan berbeda")).to_be_visible()
    page.get_by_role("button", name="Simpan perubahan").click()
    page.get_by_role("button", name="Lihat akibat bila ditarik").click()
    expect(page.get_by_role("heading", name=re.compile("Akibat penarikan"))).to_be_visible()
    expect(page.locator("main")).to_contain_text(told)
    page.get_by_role("button", name="Tarik nilai ini").click()
    expect(page.get_by_role("heading", name="Akan berlaku")).to_have_count(0)
