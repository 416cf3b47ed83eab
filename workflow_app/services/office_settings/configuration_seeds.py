"""The values that the product comes with, by family and part: the SOP's where it has one, else the
safe default. Pure data.

They hold until the office sets its own.
"""

from typing import Any

EXAMPLE_SIGNATORY = {
    "atas_nama": "a.n. KEPALA KEPOLISIAN RESOR HULU SUNGAI SELATAN",
    "jabatan": "KA SPKT",
    "nama": "CONTOH PEJABAT, S.H.",
    "pangkat": "INSPEKTUR POLISI DUA",
    "nrp": "00000000",
}

EXAMPLE_SHIFT_LEAD = {
    **EXAMPLE_SIGNATORY,
    "jabatan": "PAMAPTA SPKT",
    "nama": "CONTOH PERWIRA JAGA, S.H.",
}
EXAMPLE_HEAD_OF_INTELKAM = {
    **EXAMPLE_SIGNATORY,
    "jabatan": "KASAT INTELKAM",
    "nama": "CONTOH KEPALA SATUAN, S.H.",
    "pangkat": "AJUN KOMISARIS POLISI",
}

LETTERHEAD = [
    "KEPOLISIAN NEGARA REPUBLIK INDONESIA",
    "DAERAH KALIMANTAN SELATAN",
    "RESOR HULU SUNGAI SELATAN",
]

BOXES = ["Kotak pengaduan SPKT"]
"""R19: the boxes there are. How often they are opened is a rule of the office (pitfall 33)."""

COMPLAINT_CHANNELS: list[dict[str, Any]] = [
    {"kode": code, "sebutan": words, "dilayani": True}
    for code, words in (
        ("langsung", "Langsung, datang ke SPKT"),
        ("kotak_pengaduan", "Kotak pengaduan"),
        ("surat", "Surat"),
        ("telepon_110", "Telepon atau 110"),
        ("sms", "SMS"),
        ("whatsapp", "WhatsApp dan sejenisnya"),
        ("faksimili", "Faksimili"),
        ("surel", "Surel"),
        ("situs_web", "Situs web"),
        ("media_siaran_sosial", "Media siaran atau media sosial"),
    )
]
"""R18 to R21: the SOP names them, WhatsApp is one of the "sejenisnya"; all are in service."""

SIGNATORIES: dict[str, Any] = {
    "sktlk": EXAMPLE_SIGNATORY,
    "lp": EXAMPLE_SIGNATORY,
    "sttlp": EXAMPLE_SIGNATORY,
    "skpl": EXAMPLE_SIGNATORY,
    # Pamapta leads every shift and approves the forwarding letter.
    "rujukan": EXAMPLE_SHIFT_LEAD,
    "tanda_terima": EXAMPLE_SIGNATORY,
    "berita_acara_pemusnahan": EXAMPLE_SIGNATORY,
    "berita_acara": EXAMPLE_SIGNATORY,
    "daftar_arsip": EXAMPLE_SIGNATORY,
    # R70: Sat Intel issues these two; the counter gives the receipts.
    "sttp": EXAMPLE_HEAD_OF_INTELKAM,
    "skld": EXAMPLE_HEAD_OF_INTELKAM,
    "bukti_sttp": EXAMPLE_SHIFT_LEAD,
    "bukti_skld": EXAMPLE_SHIFT_LEAD,
    "nota_dinas": EXAMPLE_SIGNATORY,
    "nota_dinas_jawaban": EXAMPLE_SIGNATORY,
}

TARGETS: dict[str, Any] = {
    # R34: the first response at most 3 working days after the receipt.
    "tanggapan_awal": {"hari_kerja": 3, "kalender": "hari_kerja"},
    # R57: at most 10 minutes from complete papers to the letter in hand; the time since arrival is
    # measured only.
    "berkas_lengkap": 10,
    "kedatangan": None,
    # R52: at most 20 minutes from arrival to the receipt in hand.
    "pembuatan_lp": 20,
    # R63: at most 15 minutes from the receipt of the call to the scene, in town only; elsewhere it
    # is measured.
    "tiba_di_tkp": 15,
    "tiba_di_tkp_luar_kota": None,
    # Not in the SOP: the standard of the number 110 (2026); the board shows it beside the fifteen
    # minutes.
    "norma_110": 10,
    # Not in the SOP: after how many minutes without a key stroke a call that was only begun counts
    # as left.
    "laporan_dimulai": 10,
    # Not in the SOP: how long a call-up may stay unanswered before Pamapta is told.
    "terima_panggilan": 5,
    # Not in the SOP: when a hand-off that nobody accepts, or a letter that nobody confirms, is
    # followed up.
    "penerimaan_rujukan": 30,
    "tanda_terima_rujukan": {"hari_kerja": 3, "kalender": "hari_kerja"},
    "kedatangan_rujukan": None,
    # Not in the SOP: how long the function takes from accepting a notice or a self-report to
    # handing over the letter.
    "penerbitan_sttp": None,
    "penerbitan_skld": None,
    # Not in the SOP: when a request between functions that nobody accepts is followed up, and one
    # for help outside.
    "penerimaan_htck": {"hari_kerja": 1, "kalender": "hari_kerja"},
    "penerimaan_bantuan": 30,
    # The day that was asked for counts; a target would end the clock before it.
    "jawaban_htck": None,
    # KUHAP Pasal 23 ayat (6): 14 days without response and the officer may be reported.
    "tindak_lanjut_lp": 14 * 24 * 60,
}

ARRIVAL_EDGES = {"mulai": ("penerimaan", "pemanggilan", "keberangkatan"), "selesai": ("tiba",)}
SIGNED_OR_GIVEN = ("penyerahan", "pengesahan")
RECORDED = "pencatatan"
"""The moment at which a time was recorded, where it is told."""
EDGES: dict[str, dict[str, tuple[str, ...]]] = {
    # R63: "15 menit dari penerimaan laporan".
    "tiba_di_tkp": ARRIVAL_EDGES,
    "tiba_di_tkp_luar_kota": ARRIVAL_EDGES,
    # R52 names both "penerimaan" and "pembuatan" and says of neither where it begins or ends
    # (pitfall 6).
    "kedatangan": {"mulai": ("kedatangan", RECORDED)},
    "kedatangan_rujukan": {"mulai": ("kedatangan", RECORDED)},
    # R57 says of ten minutes neither where they begin nor where they end: from complete papers,
    # until the letter is in hand.
    "berkas_lengkap": {
        "mulai": ("berkas_lengkap", "kedatangan", RECORDED),
        "selesai": SIGNED_OR_GIVEN,
    },
    # R34 counts from the receipt; R26, R68 and the 14 days from the hand-over.
    "tanggapan_awal": {"mulai": ("penerimaan", RECORDED)},
    "penerimaan_rujukan": {"mulai": ("penyerahan", RECORDED)},
    "tanda_terima_rujukan": {"mulai": ("penyerahan", RECORDED)},
    "tindak_lanjut_lp": {"mulai": ("penyerahan", RECORDED)},
    "pembuatan_lp": {"mulai": ("kedatangan", "pencatatan"), "selesai": SIGNED_OR_GIVEN},
}
"""Per clock what the diagram offers, the rule of the SOP first."""

FIRST_EDGES: dict[str, Any] = {
    clock: {side: offered[0] for side, offered in sides.items()} for clock, sides in EDGES.items()
}

AREAS: dict[str, Any] = {
    # The SOP does not say where the town ends: the four kelurahan of Kandangan, until the Polres
    # decides.
    "dalam_kota": ["63.06.05.1001", "63.06.05.1002", "63.06.05.1003", "63.06.05.1004"],
}

ROUTES: dict[str, Any] = dict.fromkeys(
    (
        "sim", "stnk", "skck", "sttp", "skld", "keramaian", "jasa_pengamanan", "binmas",
        "perkara_umum", "perkara_narkoba",
        "perkara_lalu_lintas", "sp2hp_umum", "sp2hp_narkoba", "sp2hp_lalu_lintas",
    )
)  # fmt: skip
"""R70 to R73: who receives a need is in the table `tujuan_layanan` of the referral, until the
office says otherwise.
"""

REPORT_ROUTES: dict[str, Any] = dict.fromkeys(
    (
        "pencurian", "curanmor", "penipuan_penggelapan", "penganiayaan", "kdrt",
        "kekerasan_seksual", "perusakan",
        "pengancaman", "siber", "orang_hilang", "narkotika", "kecelakaan", "lainnya",
    )
)  # fmt: skip
"""R49, R71: who examines a reporter is in the table `fungsi_penerima` of the police report, until
the office says otherwise.
"""

INTERNAL_ROUTES: dict[str, Any] = dict.fromkeys(
    (
        "tindak_lanjut_wasrik", "pelaksanaan_wasrik", "pelayanan", "laporan", "anggaran",
        "tata_kerja", "karier", "personel",
        "psikologi", "perawatan", "kerusakan", "pengadaan", "pengaturan", "pengawalan",
        "pengamanan", "anggota", "propam_lain",
        "masuk_temuan", "masuk_laporan", "masuk_personel", "masuk_anggaran", "masuk_sarana",
        "masuk_kegiatan", "masuk_lainnya",
    )
)  # fmt: skip
"""R14, R74 to R79: who receives a request between functions is in the table `tujuan_htck`, until
the office says otherwise.
"""

VALIDITY: dict[str, Any] = {
    # Not in the SOP: nothing is printed until Ka SPKT decides (pitfall 24).
    "sktlk": None,
    "rujukan": None,
    "tanda_terima": None,
    "sttp": None,
    "skld": None,
}

PROVISIONS: dict[str, Any] = {
    # Law changes: what a letter says of it is configured (pitfall 27). The SOP still names the
    # KUHAP of 1981.
    "lp": [
        "Laporan lisan ini dicatat oleh petugas dan ditandatangani oleh pelapor dan petugas "
        "(Pasal 23 ayat (3) UU Nomor 20 "
        "Tahun 2025 tentang KUHAP).",
        "Pelapor bertanggung jawab atas kebenaran laporannya. Laporan palsu diancam pidana "
        "(Pasal 361 UU Nomor 1 Tahun 2023 "
        "tentang KUHP).",
    ],
    "sttlp": [
        (
            "Surat ini adalah tanda terima laporan menurut Pasal 23 ayat (5) UU Nomor 20 Tahun "
            "2025 tentang KUHAP."
        ),
        "Bila dalam 14 hari sejak laporan diterima belum ada tanggapan, pelapor dapat "
        "melaporkan petugas yang tidak "
        "menindaklanjutinya (Pasal 23 ayat (6) UU tersebut).",
        "Bila dibedakan atau dimintai uang atau barang, sampaikan kepada Sie Propam Polres "
        "Hulu Sungai Selatan atau "
        "Ombudsman Republik Indonesia.",
    ],
    "sttp": [
        "Surat ini menerangkan bahwa pemberitahuan sudah diterima; isinya menurut pemberitahu.",
        "Perubahan rencana kegiatan diberitahukan kembali sebelum kegiatan dimulai.",
    ],
    "skld": [
        (
            "Surat ini menerangkan bahwa yang bersangkutan sudah melaporkan diri; isinya menurut "
            "keterangannya sendiri."
        )
    ],
    # No law: the rule of the office on which a request between functions stands (R74 to R78).
    "nota_dinas": ["SOP-SPKT-01 (Januari 2025) bab V.2 tentang hubungan tata cara kerja (HTCK)."],
    "nota_dinas_jawaban": [
        "SOP-SPKT-01 (Januari 2025) bab V.2 tentang hubungan tata cara kerja (HTCK)."
    ],
    "skpl": [
        "Pelapor yang berkeberatan dapat mengadu kepada Sie Propam Polres Hulu Sungai Selatan.",
        (
            "Pelapor juga dapat mengadu kepada Ombudsman Republik Indonesia tentang pelayanan "
            "ini, tanpa biaya."
        ),
        "Bila ada keterangan atau bukti baru, pelapor dapat melapor kembali kapan saja.",
    ],
}

NUMBERS: dict[str, Any] = {
    "SKTLK": (
        "SKTLK/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "RUJUKAN": (
        "RUJUKAN/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "DUMAS": (
        "DUMAS/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "LP_A": (
        "LP/A/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "LP_B": (
        "LP/B/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "STTLP_A": (
        "STTLP/A/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "STTLP_B": (
        "STTLP/B/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "SKPL": (
        "SKPL/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "BAP_ARSIP": (
        "BAP-ARSIP/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "BA_ALIH_MEDIA": (
        "BA-AM/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "DAFTAR_ARSIP": (
        "DA-AM/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "STTP": (
        "STTP/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "SKLD": (
        "SKLD/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "BUKTI_STTP": (
        "BP-STTP/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "BUKTI_SKLD": (
        "BP-SKLD/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "NOTA_DINAS": (
        "ND/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "BERKAS": "B-{tahun}-{urut:06d}",
}

CALENDARS: dict[str, Any] = {
    # R34 "hari kerja": Mon to Fri without holidays and joint leave, until the Kapolres decides
    # (Perpres 21/2023 exempts Polri).
    "hari_kerja": {
        "hari": ["senin", "selasa", "rabu", "kamis", "jumat"],
        "kategori_libur": ["public", "government"],
        "zona": "Asia/Makassar",
        "libur": {},
        "masuk": {},
        "tahun_terverifikasi": [2026],
    },
    # SPKT never closes.
    "setiap_hari": {
        "hari": ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"],
        "kategori_libur": [],
        "zona": "Asia/Makassar",
        "libur": {},
        "masuk": {},
        "tahun_terverifikasi": [],
    },
}

PUBLICATION: dict[str, Any] = {
    # R40: counts below this are published as such only; the SOP names neither it nor the days
    # between two publications.
    "ambang": 5,
    "selang_hari": 1,
}

LEVELS: dict[str, Any] = {
    # R37: with which level papers begin, by process and by what they are called; the rest begin
    # ordinary.
    "proses": {"complaint": "terbatas", "sttp": "terbatas", "skld": "terbatas", "htck": "terbatas"},
    "dokumen": {},
}

LEEWAY: dict[str, Any] = {
    # Not in the SOP: minutes by which the start of a clock may lie elsewhere than its form offers
    # before it asks why.
    "waktu_mulai": 3,
}


def _example(
    code: str, words: str, process: str | None, since: str, years: tuple[int, int], fate: str
) -> dict[str, Any]:
    return {
        "kode": code,
        "jenis": words,
        "proses": process,
        "dokumen": None,
        "mulai": since,
        "aktif": years[0],
        "inaktif": years[1],
        "nasib": fate,
        "dasar": "Contoh, belum ditetapkan",
        "contoh": True,
    }


RETENTION: list[dict[str, Any]] = [
    # The law wants a schedule (UU 43/2009); the one of the Polri was not found. All of this is
    # invented until the office decides.
    _example("C-01", "Laporan kehilangan (SKTLK)", "sktlk", "akhir_berkas", (2, 3), "musnah"),
    _example("C-02", "Laporan Polisi", "lp", "akhir_berkas", (5, 15), "dinilai_kembali"),
    _example(
        "C-03", "Pengaduan masyarakat", "complaint", "akhir_berkas", (2, 8), "dinilai_kembali"
    ),
    _example(
        "C-04",
        "Laporan kejadian dan TKP",
        "tkp_dispatch",
        "akhir_berkas",
        (2, 8),
        "dinilai_kembali",
    ),
    _example("C-05", "Rujukan", "referral", "akhir_berkas", (1, 4), "musnah"),
    _example("C-06", "Hasil alih media", "digitisation", "diterima_arsip", (2, 8), "musnah"),
    _example(
        "C-07", "Berita acara pemusnahan arsip", "disposal", "akhir_berkas", (2, 0), "permanen"
    ),
    _example(
        "C-11",
        "Berita acara pemusnahan arsip Propam",
        "disposal_propam",
        "akhir_berkas",
        (2, 0),
        "permanen",
    ),
    _example("C-08", "Pemberitahuan kegiatan (STTP)", "sttp", "akhir_berkas", (1, 4), "musnah"),
    _example("C-09", "Lapor diri orang asing (SKLD)", "skld", "akhir_berkas", (2, 3), "musnah"),
    _example(
        "C-10", "Permintaan antarfungsi (HTCK)", "htck", "akhir_berkas", (2, 3), "dinilai_kembali"
    ),
    _example("C-99", "Arsip lain", None, "diterima_arsip", (5, 10), "dinilai_kembali"),
]
