"""Configured values and their seed. What the SOP or the Polres may change is here, never in code that uses it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from workflow_app.errors import InvalidInput, NotFound
from workflow_app.models.configuration import Configuration
from workflow_app.permissions import ROLES
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration_shapes, message_texts

SOP_IN_FORCE = datetime(2025, 1, 1, 16, 0, tzinfo=UTC)
"""R82: in force from 2 January 2025, 00.00 WITA."""

EXAMPLE_SIGNATORY = {
    "atas_nama": "a.n. KEPALA KEPOLISIAN RESOR HULU SUNGAI SELATAN",
    "jabatan": "KA SPKT",
    "nama": "CONTOH PEJABAT, S.H.",
    "pangkat": "INSPEKTUR POLISI DUA",
    "nrp": "00000000",
}

SEED: dict[str, Any] = {
    "kop_surat": [
        "KEPOLISIAN NEGARA REPUBLIK INDONESIA",
        "DAERAH KALIMANTAN SELATAN",
        "RESOR HULU SUNGAI SELATAN",
    ],
    "nama_unit": "SPKT Polres Hulu Sungai Selatan",
    "tempat_terbit": "Kandangan",
    "penandatangan.sktlk": EXAMPLE_SIGNATORY,
    "penandatangan.lp": EXAMPLE_SIGNATORY,
    "penandatangan.sttlp": EXAMPLE_SIGNATORY,
    "penandatangan.skpl": EXAMPLE_SIGNATORY,
    # Pamapta leads every shift and approves the forwarding letter.
    "penandatangan.rujukan": {
        "atas_nama": "a.n. KEPALA KEPOLISIAN RESOR HULU SUNGAI SELATAN",
        "jabatan": "PAMAPTA SPKT",
        "nama": "CONTOH PERWIRA JAGA, S.H.",
        "pangkat": "INSPEKTUR POLISI DUA",
        "nrp": "00000000",
    },
    "penandatangan.tanda_terima": EXAMPLE_SIGNATORY,
    # R19: the boxes there are. How often they are opened is a rule of the office (pitfall 33).
    "kotak_pengaduan": ["Kotak pengaduan SPKT"],
    # R34: the first response at most 3 working days after the receipt.
    "target.tanggapan_awal": {"hari_kerja": 3, "kalender": "hari_kerja"},
    # R57: at most 10 minutes from complete papers to the letter in hand; the time since arrival is measured only.
    "target.berkas_lengkap": 10,
    "target.kedatangan": None,
    # R52: at most 20 minutes from arrival to the receipt in hand.
    "target.pembuatan_lp": 20,
    # R63: at most 15 minutes from the receipt of the call to the scene, in town only; elsewhere it is measured.
    "target.tiba_di_tkp": 15,
    "target.tiba_di_tkp_luar_kota": None,
    # Not in the SOP: the standard of the number 110 (2026); the board shows it beside the fifteen minutes.
    "target.norma_110": 10,
    # Not in the SOP: how long a call-up may stay unanswered before Pamapta is told.
    "target.terima_panggilan": 5,
    # The SOP does not say where the town ends: the four kelurahan of Kandangan, until Ka SPKT decides.
    "wilayah.dalam_kota": ["63.06.05.1001", "63.06.05.1002", "63.06.05.1003", "63.06.05.1004"],
    # Not in the SOP: when a hand-off that nobody accepts, or a letter that nobody confirms, is followed up.
    "target.penerimaan_rujukan": 30,
    "target.tanda_terima_rujukan": {"hari_kerja": 3, "kalender": "hari_kerja"},
    "target.kedatangan_rujukan": None,
    # KUHAP Pasal 23 ayat (6): 14 days without response and the officer may be reported.
    "target.tindak_lanjut_lp": 14 * 24 * 60,
    # R46: the steps that the text of the SOP lacks (IV.2.e to h); those listed are done.
    "lp.langkah_turunan": ["kronologi", "bukti_saksi", "kajian_awal", "baca_ulang"],
    # Not in the SOP: nothing is printed until Ka SPKT decides (pitfall 24).
    "masa_berlaku.sktlk": None,
    "masa_berlaku.rujukan": None,
    "masa_berlaku.tanda_terima": None,
    # Law changes: what a letter says of it is configured (pitfall 27). The SOP still names the KUHAP of 1981.
    "ketentuan.lp": [
        "Laporan lisan ini dicatat oleh petugas dan ditandatangani oleh pelapor dan petugas (Pasal 23 ayat (3) UU Nomor 20 "
        "Tahun 2025 tentang KUHAP).",
        "Pelapor bertanggung jawab atas kebenaran laporannya. Laporan palsu diancam pidana (Pasal 361 UU Nomor 1 Tahun 2023 "
        "tentang KUHP).",
    ],
    "ketentuan.sttlp": [
        "Surat ini adalah tanda terima laporan menurut Pasal 23 ayat (5) UU Nomor 20 Tahun 2025 tentang KUHAP.",
        "Bila dalam 14 hari sejak laporan diterima belum ada tanggapan, pelapor dapat melaporkan petugas yang tidak "
        "menindaklanjutinya (Pasal 23 ayat (6) UU tersebut).",
        "Bila dibedakan atau dimintai uang atau barang, sampaikan kepada Sie Propam Polres Hulu Sungai Selatan atau "
        "Ombudsman Republik Indonesia.",
    ],
    "ketentuan.skpl": [
        "Pelapor yang berkeberatan dapat mengadu kepada Sie Propam Polres Hulu Sungai Selatan.",
        "Pelapor juga dapat mengadu kepada Ombudsman Republik Indonesia tentang pelayanan ini, tanpa biaya.",
        "Bila ada keterangan atau bukti baru, pelapor dapat melapor kembali kapan saja.",
    ],
    "pola_nomor.SKTLK": (
        "SKTLK/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.RUJUKAN": (
        "RUJUKAN/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.DUMAS": (
        "DUMAS/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.LP_A": (
        "LP/A/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.LP_B": (
        "LP/B/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.STTLP_A": (
        "STTLP/A/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.STTLP_B": (
        "STTLP/B/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.SKPL": (
        "SKPL/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.BERKAS": "B-{tahun}-{urut:06d}",
    "label_peran": ROLES,
    # R34 "hari kerja": Mon to Fri without holidays and joint leave, until the Kapolres decides (Perpres 21/2023 exempts Polri).
    "kalender.hari_kerja": {
        "hari": ["senin", "selasa", "rabu", "kamis", "jumat"],
        "kategori_libur": ["public", "government"],
        "zona": "Asia/Makassar",
        "libur": {},
        "masuk": {},
        "tahun_terverifikasi": [2026],
    },
    # SPKT never closes.
    "kalender.setiap_hari": {
        "hari": ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"],
        "kategori_libur": [],
        "zona": "Asia/Makassar",
        "libur": {},
        "masuk": {},
        "tahun_terverifikasi": [],
    },
    # R79: the chief sees complaints against members that went to Propam, unless one names him.
    "propam.pimpinan_melihat": True,
    # Not in the SOP: a function to which a case is handed on reads its letters and papers here, until it returns the case.
    "serah_terima.penerima_membaca": True,
    # R37: with which level papers begin, by process and by what they are called; the rest begin ordinary.
    "tingkat_akses": {"proses": {"complaint": "terbatas"}, "dokumen": {}},
    # Which ways messages leave the house, the preferred one first; until the office decides, all are printed and handed over.
    "saluran_pesan": [],
    # Where leaders get theirs: addresses of the office per role, such as {"pimpinan": {"surel": "..."}}.
    "kontak_peran": {},
    "telepon_unit": "110",
    # R40: counts below this are published as such only; the SOP names neither it nor the days between two publications.
    "publikasi.ambang": 5,
    "publikasi.selang_hari": 1,
    **message_texts.SEED,
    # On a site to try things out letters may carry the example signatory, and each says that it is an example.
    "mode_demo": False,
}


READ = "configuration"


@dataclass(frozen=True)
class Entry:
    """One value of a key, and from when on it holds; the values the product comes with hold since the SOP."""

    key: str
    value: Any
    valid_from: datetime


def value(work: UnitOfWork, key: str, at: datetime | None = None) -> Any:
    """The value of `key` in force at `at` (now when left out), or the SOP's seed."""
    return entry(work, key, at).value


def entry(work: UnitOfWork, key: str, at: datetime | None = None) -> Entry:
    """The same with the instant from which it holds."""
    instant = at or work.clock()
    in_force = [row for row in _rows(work).get(key, ()) if row.valid_from <= instant]
    if not in_force:
        return Entry(key, SEED.get(key), SOP_IN_FORCE)
    return Entry(key, in_force[-1].value, in_force[-1].valid_from)


def _rows(work: UnitOfWork) -> dict[str, list[Configuration]]:
    """Everything that was ever set, by key, oldest first. Read once per unit of work: it is little, and pages ask often."""
    if READ not in work.session.info:
        rows: dict[str, list[Configuration]] = {}
        for row in work.session.scalars(select(Configuration).order_by(Configuration.valid_from)):
            rows.setdefault(row.key, []).append(row)
        work.session.info[READ] = rows
    known: dict[str, list[Configuration]] = work.session.info[READ]
    return known


def set_value(work: UnitOfWork, key: str, new: Any, valid_from: datetime) -> None:
    """Let `new` hold from `valid_from` on. Raises `NotFound` for a key nobody reads, `InvalidInput` for a wrong shape."""
    new = checked(key, new)
    work.session.merge(
        Configuration(
            key=key, valid_from=valid_from, value=new, set_at=work.clock(), set_by=work.actor.user_id
        )
    )
    work.session.flush()
    work.session.info.pop(READ, None)
    audit.record(
        work, f"configuration:{key}", "configuration.set", value=new, valid_from=valid_from.isoformat()
    )


def checked(key: str, new: Any) -> Any:
    """The value as it would be kept. Raises as `set_value` does."""
    _check_known(key)
    fault = configuration_shapes.fault(key, new)
    if fault:
        raise InvalidInput(fault)
    return {**ROLES, **new} if key == "label_peran" else new


def list_values(work: UnitOfWork) -> list[Entry]:
    """Every key with the value in force now."""
    return [entry(work, key) for key in SEED]


def history(work: UnitOfWork, key: str) -> list[Entry]:
    """All values of a key, the ones to come too, oldest first. Raises `NotFound` for a key nobody reads."""
    _check_known(key)
    rows = _rows(work).get(key, ())
    return [Entry(key, SEED[key], SOP_IN_FORCE), *(Entry(key, row.value, row.valid_from) for row in rows)]


def is_example(key: str, value: Any) -> bool:
    """Is this still the invented value that the product comes with?"""
    return bool(value == SEED.get(key))


def example_signatories(work: UnitOfWork) -> list[str]:
    """Keys of signatories that are still invented, so that their letters are not issued; none on a demo site."""
    if value(work, "mode_demo"):
        return []
    keys = (key for key in SEED if key.startswith("penandatangan."))
    return [key for key in keys if is_example(key, value(work, key))]


def _check_known(key: str) -> None:
    if key not in SEED:
        raise NotFound(f"Tidak ada pengaturan bernama {key}. Yang ada: {', '.join(SEED)}.")


def role_label(work: UnitOfWork, role: str) -> str:
    """What a role is called here and now (Kanit is now Pamapta)."""
    labels: dict[str, str] = value(work, "label_peran")
    return labels.get(role, role)
