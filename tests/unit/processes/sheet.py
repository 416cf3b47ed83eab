"""A letter filled by hand: what every letter is told, and the words that stand on it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_app.engine.definitions import Definition
from workflow_app.services.core import formatting
from workflow_app.services.letters import printing

ADDRESS = "https://spkt.contoh.go.id/verifikasi/CONTOH-0000"
TAIL = "XI/2026/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"


def filled(
    definition: Definition, kind: str, answers: Mapping[str, Mapping[str, Any]], **more: Any
) -> str:
    """The letter `kind` as HTML; `more` takes the place of what is told otherwise."""

    def label(element: str, field: str) -> str:
        given = answers.get(element, {}).get(field)
        return formatting.answer(definition, definition.form(element).fields[field], given)

    letter = definition.letter(kind)
    context = {
        "judul": letter.meta["title"],
        "kop": ["KEPOLISIAN NEGARA REPUBLIK INDONESIA", "DAERAH KALIMANTAN SELATAN",
        "RESOR HULU SUNGAI SELATAN"],
        "nama_unit": "SPKT Polres Hulu Sungai Selatan",
        "tanggal_terbit": "Senin, 23 November 2026",
        "jam_terbit": "14.20 WITA",
        "hari": formatting.written_day,
        "waktu": lambda instant: printing.when(datetime.fromisoformat(instant)),
        "tempat_terbit": "Kandangan",
        "jawaban": answers,
        "label": label,
        "butir": [],
        "arsip": {"butir": [], "lembar": 0, "halaman": 0, "dokumen": 0, "batal": 0},
        "penandatangan": {
            "atas_nama": "a.n. KEPALA KEPOLISIAN RESOR HULU SUNGAI SELATAN", "jabatan": "KA SPKT",
            "nama": "CONTOH PEJABAT, S.H.", "pangkat": "INSPEKTUR POLISI DUA", "nrp": "00000000",
        },
        "tanda_tangan": None,
        "tanda_tangan_di": {}.get,
        "qr": printing.qr_picture(ADDRESS),
        "alamat_verifikasi": ADDRESS,
        "alamat_pelacakan": "https://spkt.contoh.go.id/lacak",
        "masa_berlaku": None,
        "ketentuan": [],
        "kepada": "",
        "khusus": False,
        "petugas": None,
        "surat_lain": {}.get,
        "batal": False,
        "contoh": False,
    }  # fmt: skip
    return printing.fill(letter, {**context, **more})


def text(html: str) -> str:
    """The words of a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<body>")[2]))
