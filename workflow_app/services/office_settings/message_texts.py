"""Texts of messages: what the office may write in them, and how one is filled. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

PREFIX = "pesan."
PARTS = frozenset({"judul", "isi"})
LONGEST_TITLE = 80
LONGEST_BODY = 600
"""About four SMS."""

PLACEHOLDERS: Mapping[str, str] = {
    "nomor": "",
    "layanan": "",
    "langkah": "menunggu kabar dari petugas",
    "hasil": "dapat ditanyakan di SPKT",
    "batas_waktu": "secepatnya",
    "telepon_unit": "",
}
"""All that a text may name, and what is said where a step has no such fact. Never a name, never a
story: a message lies open on a phone that others pick up (pitfall 15).
"""

SEED: dict[str, Any] = {
    key: {"judul": title, "isi": body}
    for key, title, body in (
        (
            "nomor_berkas",
            "Nomor berkas Anda",
            "SPKT mencatat urusan Anda ({layanan}) dengan nomor {nomor}. Selanjutnya: "
            "{langkah}. Sebutkan nomor ini bila "
            "menghubungi {telepon_unit}. Layanan SPKT gratis.",
        ),
        (
            "tanggapan",
            "Tanggapan atas berkas Anda",
            (
                "Berkas {nomor} ({layanan}) sudah ditanggapi. Selanjutnya: {langkah}. Pertanyaan: "
                "{telepon_unit}."
            ),
        ),
        (
            "belum_tersampaikan",
            "Kami belum dapat menghubungi Anda",
            "Tanggapan atas berkas {nomor} ({layanan}) belum dapat disampaikan kepada Anda. "
            "Selanjutnya: {langkah}. Hubungi "
            "{telepon_unit} atau datangi SPKT dengan menyebut nomor itu untuk mendengarnya.",
        ),
        (
            "diteruskan",
            "Berkas Anda diteruskan",
            "Berkas {nomor} ({layanan}) diteruskan kepada pihak yang berwenang. Selanjutnya: "
            "{langkah}. Pertanyaan: "
            "{telepon_unit}.",
        ),
        (
            "diterima",
            "Berkas Anda diterima",
            "Berkas {nomor} ({layanan}) sudah diterima pihak yang menangani. Selanjutnya: "
            "{langkah}. Pertanyaan: "
            "{telepon_unit}.",
        ),
        (
            "surat_siap",
            "Surat Anda siap",
            (
                "Surat untuk berkas {nomor} ({layanan}) sudah siap. Selanjutnya: {langkah}. "
                "Layanan SPKT gratis."
            ),
        ),
        (
            "selesai",
            "Berkas Anda selesai",
            "Berkas {nomor} ({layanan}) selesai ditangani. Hasil: {hasil}. Penjelasannya "
            "dapat ditanyakan di SPKT dengan "
            "menyebut nomor ini, atau ke {telepon_unit}.",
        ),
        (
            "laporan_pimpinan",
            "Laporan kepada pimpinan",
            (
                "Berkas {nomor} ({layanan}): {langkah}. Batas waktu: {batas_waktu}. Buka Sentra "
                "SPKT untuk rinciannya."
            ),
        ),
        (
            "lewat_batas",
            "Batas waktu terlewati",
            (
                "Berkas {nomor} ({layanan}) melewati batas waktu {batas_waktu}. Langkah yang "
                "menunggu: {langkah}."
            ),
        ),
    )
}
"""The texts the product comes with, by the name that a process gives; in the configuration it
stands behind the prefix.
"""

KEYS = frozenset(SEED)


@dataclass(frozen=True)
class Text:
    """A filled text."""

    title: str
    body: str


def fault(value: Any) -> str:
    """Why `value` cannot be the text of a message; empty when it can."""
    if not isinstance(value, dict) or set(value) != PARTS:
        return "Isi dengan objek yang memuat tepat judul dan isi."
    for part, longest in (("judul", LONGEST_TITLE), ("isi", LONGEST_BODY)):
        text = value[part]
        if (
            not isinstance(text, str)
            or not text.strip()
            or len(text) > longest
            or not text.isprintable()
        ):
            return f"{part}: satu baris tulisan, paling panjang {longest} huruf."
        if part == "judul" and set(text) & set("{}"):
            return "judul: tanpa kurung kurawal, karena judul juga tampil di kotak keluar."
        if not _is_fillable(text):
            names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            return f"{part}: yang boleh disebut dalam kurung kurawal hanya {names}."
    return ""


def fill(template: Mapping[str, str], facts: Mapping[str, str]) -> Text:
    """The text with its facts; one that is missing or empty gets the words that stand for it."""
    known = {name: facts.get(name) or instead for name, instead in PLACEHOLDERS.items()}
    return Text(template["judul"], template["isi"].format_map(known))


def _is_fillable(text: str) -> bool:
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return False
    return all(
        name is None or (name in PLACEHOLDERS and not spec and not conversion)
        for _, name, spec, conversion in parts
    )
