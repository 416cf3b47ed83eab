"""How the keys of the configuration are called and grouped on the pages of the office. Pure
data.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from workflow_app.services.office_settings import configuration_keys


@dataclass(frozen=True)
class Group:
    """Families that people look for together."""

    name: str
    """In addresses."""
    words: str
    about: str
    families: tuple[str, ...]


GROUPS = (
    Group(
        "target",
        "Jam dan batas waktu",
        "Berapa lama sebuah langkah boleh berlangsung.",
        ("target", "toleransi", "tenggat_pemberitahuan"),
    ),
    Group(
        "tepi",
        "Awal dan akhir jam",
        "Dari kejadian mana sebuah jam dihitung. Berkas terbuka tetap memakai yang lama.",
        ("tepi_jam",),
    ),
    Group(
        "wilayah",
        "Wilayah dalam kota",
        "Desa dan kelurahan tempat batas 15 menit ke TKP berlaku.",
        ("wilayah",),
    ),
    Group(
        "kalender",
        "Hari kerja",
        "Hari yang dihitung bila batas waktu dalam hari kerja.",
        ("kalender",),
    ),
    Group(
        "tanda_tangan",
        "Penanda tangan",
        "Pejabat, jabatan, dan “a.n.” pada setiap surat.",
        ("penandatangan",),
    ),
    Group(
        "kop",
        "Kepala surat dan nama unit",
        "Yang tercetak di sekitar isi surat.",
        ("kop_surat", "nama_unit", "tempat_terbit", "masa_berlaku"),
    ),
    Group("nomor", "Nomor surat dan berkas", "Bentuk nomor setiap seri.", ("pola_nomor",)),
    Group(
        "ketentuan",
        "Ketentuan hukum pada surat",
        "Kalimat hukum; ubah bila hukumnya berubah.",
        ("ketentuan",),
    ),
    Group(
        "kanal",
        "Kanal pengaduan",
        "Jalan pengaduan yang dilayani, dan kotak pengaduan.",
        ("kanal_pengaduan", "kotak_pengaduan", "publikasi"),
    ),
    Group(
        "rute",
        "Rujukan dan penerusan",
        "Fungsi yang menerima sebuah keperluan atau perkara.",
        ("rute_rujukan", "rute_laporan", "rute_htck", "serah_terima"),
    ),
    Group(
        "pesan",
        "Pesan kepada warga dan pimpinan",
        "Kalimat pesan, jalan keluarnya, dan alamat dinas.",
        ("pesan", "saluran_pesan", "kontak_peran", "telepon_unit"),
    ),
    Group(
        "langkah",
        "Langkah di luar teks SOP",
        "Langkah turunan yang dijalankan pada Laporan Polisi, STTP, dan SKLD.",
        ("lp", "sttp", "skld"),
    ),
    Group(
        "pengumuman",
        "Pengumuman kepada warga",
        "Yang tampil di atas halaman untuk warga.",
        ("pengumuman",),
    ),
    Group("peran", "Sebutan peran", "Nama peran yang tampil di semua halaman.", ("label_peran",)),
    Group(
        "arsip",
        "Arsip dan tingkat akses",
        "Jadwal retensi, tingkat akses awal naskah, dan foto ponsel.",
        ("jadwal_retensi", "tingkat_akses", "foto_ponsel"),
    ),
    Group(
        "kewenangan",
        "Pemilik dan pengganti",
        (
            "Siapa yang bertanggung jawab, siapa yang boleh mengubah, dan peran mana yang boleh "
            "menggantikan."
        ),
        ("pemilik_pengaturan", "pengganti_peran"),
    ),
)
OTHERS = Group("lain", "Lain-lain", "Yang tidak termasuk kelompok lain.", ())

TITLES: Mapping[str, str] = {
    "kop_surat": "Kepala surat",
    "nama_unit": "Nama unit",
    "tempat_terbit": "Tempat surat diterbitkan",
    "kotak_pengaduan": "Kotak pengaduan",
    "kanal_pengaduan": "Kanal pengaduan",
    "label_peran": "Sebutan peran",
    "tingkat_akses": "Tingkat akses awal naskah",
    "jadwal_retensi": "Jadwal retensi arsip",
    "saluran_pesan": "Jalan keluar pesan",
    "kontak_peran": "Alamat dinas tiap peran",
    "telepon_unit": "Nomor telepon unit",
    "pengumuman": "Pengumuman kepada warga",
    "pemilik_pengaturan": "Pemilik tiap pengaturan",
    "toleransi.waktu_mulai": "Selisih waktu mulai yang belum ditanyakan sebabnya",
    "wilayah.dalam_kota": "Wilayah dalam kota",
    "kalender.hari_kerja": "Hari kerja",
    "kalender.setiap_hari": "Setiap hari",
    "lp.langkah_turunan": "Langkah Laporan Polisi di luar teks SOP",
    "sttp.langkah_turunan": "Langkah STTP di luar teks SOP",
    "skld.langkah_turunan": "Langkah SKLD di luar teks SOP",
    "foto_ponsel.hari_simpan": "Lama foto ponsel yang tidak dikirim disimpan",
    "pengganti_peran": "Peran yang boleh menggantikan",
    "propam.pimpinan_melihat": "Pimpinan melihat berkas Propam",
    "serah_terima.penerima_membaca": "Fungsi penerima membaca berkas",
    "publikasi.ambang": "Ambang jumlah yang dipublikasikan",
    "publikasi.selang_hari": "Selang antara dua publikasi",
    "pola_nomor.BERKAS": "Nomor berkas",
    "pesan.nomor_berkas": "Nomor berkas warga",
    "pesan.tanggapan": "Berkas ditanggapi",
    "pesan.belum_tersampaikan": "Warga belum dapat dihubungi",
    "pesan.diteruskan": "Berkas diteruskan",
    "pesan.diterima": "Berkas diterima yang menangani",
    "pesan.surat_siap": "Surat siap",
    "pesan.selesai": "Berkas selesai",
    "pesan.laporan_pimpinan": "Laporan kepada pimpinan",
    "pesan.lewat_batas": "Batas waktu terlewati",
}
"""Of keys that no process names."""

CLOCKS: Mapping[str, str] = {
    "tanggapan_awal": "Pengaduan: tanggapan awal",
    "berkas_lengkap": "SKTLK: sejak berkas lengkap",
    "kedatangan": "SKTLK: sejak warga datang",
    "pembuatan_lp": "Laporan Polisi: sejak pelapor datang",
    "tindak_lanjut_lp": "Laporan Polisi: tindak lanjut",
    "tiba_di_tkp": "TKP: tiba di dalam kota",
    "tiba_di_tkp_luar_kota": "TKP: tiba di luar kota",
    "laporan_dimulai": "TKP: laporan yang hanya dimulai",
    "norma_110": "TKP: norma layanan 110",
    "terima_panggilan": "TKP: panggilan belum dijawab",
    "penerimaan_rujukan": "Rujukan: penerimaan oleh fungsi",
    "tanda_terima_rujukan": "Rujukan: tanda terima instansi",
    "kedatangan_rujukan": "Rujukan: sejak warga datang",
    "penerbitan_sttp": "STTP: penerbitan oleh fungsi",
    "penerbitan_skld": "SKLD: penerbitan oleh fungsi",
    "penerimaan_htck": "Permintaan antarfungsi: penerimaan",
    "penerimaan_bantuan": "Permintaan bantuan di lapangan: penerimaan",
}
"""Of several services the same words stand in the processes."""
NEEDS: Mapping[str, str] = {
    "sim": "SIM",
    "stnk": "STNK",
    "skck": "SKCK",
    "sttp": "STTP kampanye dan kegiatan politik",
    "skld": "SKLD orang asing",
    "keramaian": "Izin keramaian",
    "jasa_pengamanan": "Jasa pengamanan",
    "binmas": "Pembinaan masyarakat",
    "perkara_umum": "Perkara umum",
    "perkara_narkoba": "Perkara narkoba",
    "perkara_lalu_lintas": "Perkara lalu lintas",
    "sp2hp_umum": "SP2HP perkara umum",
    "sp2hp_narkoba": "SP2HP perkara narkoba",
    "sp2hp_lalu_lintas": "SP2HP perkara lalu lintas",
    "pencurian": "Pencurian",
    "curanmor": "Pencurian kendaraan bermotor",
    "penipuan_penggelapan": "Penipuan dan penggelapan",
    "penganiayaan": "Penganiayaan",
    "kdrt": "Kekerasan dalam rumah tangga",
    "kekerasan_seksual": "Kekerasan seksual",
    "perusakan": "Perusakan",
    "pengancaman": "Pengancaman",
    "siber": "Kejahatan siber",
    "orang_hilang": "Orang hilang",
    "narkotika": "Narkotika",
    "kecelakaan": "Kecelakaan lalu lintas",
    "lainnya": "Perkara lainnya",
}
"""What citizens need and what is reported, where it has a route."""
FIRST_WORDS: Mapping[str, str] = {
    "rute_rujukan": "Keperluan: ",
    "rute_laporan": "Perkara: ",
    "rute_htck": "Permintaan: ",
    "tenggat_pemberitahuan": "Tenggat: ",
    "masa_berlaku": "Masa berlaku: ",
}
"""Before the part of a key, where the group alone does not say which kind it is."""


WHOLE: Mapping[str, str] = {
    "target": "Batas waktu, ",
    "tepi_jam": "Awal dan akhir jam, ",
    "penandatangan": "Penanda tangan ",
    "pola_nomor": "Nomor ",
    "ketentuan": "Ketentuan pada ",
    "pesan": "Pesan: ",
}
"""Before a title that does not stand in its group."""


def title(key: str, named: Mapping[str, str]) -> str:
    """How a key is called among those of its group; `named` are the words of the deployed processes
    for clocks, letters and series.
    """
    family, _, part = key.partition(".")
    if key in TITLES or not part:
        return plain_title(key)
    clock = CLOCKS.get(part) if family in ("target", "tepi_jam") else None
    words = clock or named.get(key) or NEEDS.get(part) or part.replace("_", " ").capitalize()
    return FIRST_WORDS.get(family, "") + words


def plain_title(key: str) -> str:
    """How a key is called where no process is asked: as its family, if it has no title of its
    own.
    """
    return TITLES.get(key, configuration_keys.words(key))


def whole_title(key: str, named: Mapping[str, str]) -> str:
    """How a key is called by itself."""
    words = title(key, named)
    first = WHOLE.get(key.partition(".")[0], "")
    return words if words.casefold().startswith(first.casefold()) else first + words


def group_of(key: str) -> Group:
    """The group in which people look for a key."""
    family = key.partition(".")[0]
    return next((group for group in GROUPS if family in group.families), OTHERS)
