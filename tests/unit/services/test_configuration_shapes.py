"""What a configured value may look like."""

from typing import Any

import pytest

from workflow_app.services.office import configuration
from workflow_app.services.office.configuration_keys import fault

SIGNATORY = configuration.SEED["penandatangan.sktlk"]
OFFICE = configuration.SEED["kalender.hari_kerja"]


@pytest.mark.parametrize("key", configuration.SEED)
def test_what_the_product_comes_with_has_the_shape_it_asks_for(key: str) -> None:
    assert fault(key, configuration.SEED[key]) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("target.berkas_lengkap", 15),
        ("target.kedatangan", None),
        ("target.kedatangan", {"hari_kerja": 3, "kalender": "hari_kerja"}),
        ("kalender.enam_hari", {**OFFICE, "hari": ["senin", "sabtu"]}),
        ("kalender.enam_hari", None),
        ("pemilik_pengaturan", {"target": {"penanggung_jawab": "pimpinan", "pengubah": ["ka_spkt"]}}),
        ("kalender.hari_kerja", {**OFFICE, "libur": {"2026-12-31": "Contoh: cuti bersama"}}),
        ("kalender.hari_kerja", {**OFFICE, "masuk": {"2028-02-29": "Contoh: masuk"}}),
        ("kalender.hari_kerja", {**OFFICE, "kategori_libur": [], "hari": ["minggu"]}),
        ("masa_berlaku.sktlk", 14),
        ("wilayah.dalam_kota", ["63.06.05.1001", "63.06.07"]),
        ("pola_nomor.SKTLK", "SK-{urut:03d}/{bulan}/{tahun}"),
        ("label_peran", {"pamapta": "Kanit SPKT"}),
        ("saluran_pesan", ["telepon", "surel"]),
        ("kontak_peran", {"pimpinan": {"surel": "pimpinan@contoh.id", "telepon": "+62 812-5000-1234"}}),
        ("telepon_unit", "(0517) 21234"),
        ("pesan.selesai", {"judul": "Selesai", "isi": "Berkas {nomor} selesai, sebelum {batas_waktu}."}),
        ("pesan.selesai", {"judul": "Selesai", "isi": "Sudah {{selesai}}."}),
        ("lp.langkah_turunan", []),
        ("lp.langkah_turunan", ["baca_ulang"]),
        ("ketentuan.sttlp", ["Satu kalimat."]),
        ("mode_demo", True),
    ],
)
def test_what_fits_is_taken(key: str, value: Any) -> None:
    assert fault(key, value) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("saluran_pesan", ["slip"]),
        ("saluran_pesan", ["surel", "surel"]),
        ("saluran_pesan", "surel"),
        ("kontak_peran", {"kades": {"surel": "a@b.id"}}),
        ("kontak_peran", {"pimpinan": {"surel": "bukan alamat"}}),
        ("kontak_peran", {"pimpinan": {"surel": "a@b.id\nBcc: c@d.id"}}),
        ("kontak_peran", {"pimpinan": {"telepon": "110; DROP"}}),
        ("kontak_peran", {"pimpinan": {"faks": "1234"}}),
        ("kontak_peran", {"pimpinan": "a@b.id"}),
        ("pesan.selesai", "Selesai"),
        ("pesan.selesai", {"judul": "Selesai"}),
        ("pesan.selesai", {"judul": "Berkas {nomor}", "isi": "x"}),
        ("pesan.selesai", {"judul": "Selesai", "isi": "Kepada {nama}"}),
        ("pesan.selesai", {"judul": "Selesai", "isi": "{nomor.__class__}"}),
        ("pesan.selesai", {"judul": "Selesai", "isi": "{nomor!r}"}),
        ("pesan.selesai", {"judul": "Selesai", "isi": "{nomor:{layanan}}"}),
        ("pesan.selesai", {"judul": "Selesai", "isi": "{} {"}),
        ("pesan.selesai", {"judul": "Selesai", "isi": "x" * 601}),
        ("pesan.selesai", {"judul": "Selesai", "isi": "dua\nbaris"}),
        ("lp.langkah_turunan", "kronologi"),
        ("lp.langkah_turunan", ["gelar_perkara"]),
        ("lp.langkah_turunan", ["kronologi", "kronologi"]),
        ("ketentuan.lp", []),
        ("kop_surat", "satu baris"),
        ("kop_surat", []),
        ("kop_surat", ["", "x"]),
        ("nama_unit", ""),
        ("nama_unit", "dua\nbaris"),
        ("nama_unit", "nol\x00"),
        ("tempat_terbit", None),
        ("penandatangan.sktlk", {key: SIGNATORY[key] for key in SIGNATORY if key != "nrp"}),
        ("penandatangan.sktlk", {**SIGNATORY, "gelar": "S.H."}),
        ("penandatangan.sktlk", {**SIGNATORY, "nama": ""}),
        ("penandatangan.sktlk", "BUDI"),
        ("wilayah.dalam_kota", []),
        ("wilayah.dalam_kota", ["Kandangan"]),
        ("wilayah.dalam_kota", ["63.06.5"]),
        ("wilayah.dalam_kota", "63.06.05"),
        ("target.berkas_lengkap", 0),
        ("target.berkas_lengkap", -5),
        ("target.berkas_lengkap", "10"),
        ("target.berkas_lengkap", True),
        ("target.berkas_lengkap", {"hari_kerja": 0, "kalender": "hari_kerja"}),
        ("target.berkas_lengkap", {"hari_kerja": 367, "kalender": "hari_kerja"}),
        ("target.berkas_lengkap", {"hari_kerja": True, "kalender": "hari_kerja"}),
        ("target.berkas_lengkap", {"hari_kerja": 3, "kalender": "Kantor Kita"}),
        ("target.berkas_lengkap", {"hari_kerja": 3, "kalender": ""}),
        ("target.berkas_lengkap", {"hari_kerja": 3, "kalender": ["hari_kerja"]}),
        ("target.berkas_lengkap", {"hari_kerja": 3}),
        ("target.berkas_lengkap", {"hari_kerja": 3, "kalender": "hari_kerja", "jam": 1}),
        ("kalender.hari_kerja", None),
        ("kalender.enam_hari", {"hari": ["senin"]}),
        ("pemilik_pengaturan", {"target": "ka_spkt"}),
        ("pemilik_pengaturan", {"target": {"penanggung_jawab": "ka_spkt"}}),
        ("pemilik_pengaturan", {"target": {"penanggung_jawab": "kades", "pengubah": []}}),
        ("pemilik_pengaturan", {"target": {"penanggung_jawab": "ka_spkt", "pengubah": ["kades"]}}),
        ("pemilik_pengaturan", {"tarif": {"penanggung_jawab": "ka_spkt", "pengubah": []}}),
        ("kalender.hari_kerja", ["senin"]),
        ("kalender.hari_kerja", {part: OFFICE[part] for part in OFFICE if part != "masuk"}),
        ("kalender.hari_kerja", {**OFFICE, "hari": []}),
        ("kalender.hari_kerja", {**OFFICE, "hari": ["senin", "senin"]}),
        ("kalender.hari_kerja", {**OFFICE, "hari": ["monday"]}),
        ("kalender.hari_kerja", {**OFFICE, "hari": [["senin"]]}),
        ("kalender.hari_kerja", {**OFFICE, "hari": "senin"}),
        ("kalender.hari_kerja", {**OFFICE, "kategori_libur": ["bank"]}),
        ("kalender.hari_kerja", {**OFFICE, "zona": "Europe/Berlin"}),
        ("kalender.hari_kerja", {**OFFICE, "zona": None}),
        ("kalender.hari_kerja", {**OFFICE, "libur": ["2026-12-31"]}),
        ("kalender.hari_kerja", {**OFFICE, "libur": {"2026-12-32": "Contoh"}}),
        ("kalender.hari_kerja", {**OFFICE, "libur": {"20261231": "Contoh"}}),
        ("kalender.hari_kerja", {**OFFICE, "libur": {"2026-12-31": ""}}),
        ("kalender.hari_kerja", {**OFFICE, "masuk": {"2027-02-29": "Contoh"}}),
        ("kalender.hari_kerja", {**OFFICE, "libur": {"2026-12-31": "a"}, "masuk": {"2026-12-31": "b"}}),
        ("kalender.hari_kerja", {**OFFICE, "tahun_terverifikasi": ["2026"]}),
        ("kalender.hari_kerja", {**OFFICE, "tahun_terverifikasi": [True]}),
        ("kalender.hari_kerja", {**OFFICE, "tahun_terverifikasi": [26]}),
        ("masa_berlaku.sktlk", 1.5),
        ("pola_nomor.SKTLK", "SKTLK/{bulan}/{tahun}"),
        ("pola_nomor.SKTLK", "{urut}{tahun}{nama}"),
        ("pola_nomor.SKTLK", "{urut.__class__}{tahun}"),
        ("pola_nomor.SKTLK", "{urut:x{bulan}}{tahun}"),
        ("pola_nomor.SKTLK", "{urut"),
        ("pola_nomor.DUMAS", "DUMAS{urut}/{bulan}/{tahun}"),
        ("pola_nomor.DUMAS", "{urut}/TH{tahun}"),
        ("pola_nomor.DUMAS", "{urut}{bulan}/{tahun}"),
        ("pola_nomor.DUMAS", "{urut:,}/{tahun}"),
        ("label_peran", {"kanit": "Kanit"}),
        ("label_peran", {"pamapta": ""}),
        ("mode_demo", 1),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_give(key: str, value: Any) -> None:
    assert fault(key, value).endswith(".")
