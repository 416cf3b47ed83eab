"""Planted faults in letters and in what folders share. They are tried in `test_lint`."""

from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line

PART = "shared/letters/lembar.html"
TAKING = '{% from "shared/letters/kop.html" import kop as kepala, hantu with context %}'
BLOCK = {"$ref": "shared/forms/hantu.json#/properties"}
USUAL = "scenarios/_defaults.yaml"
SHEET = f'{{% extends "{PART}" %}}'


def letter(html: str, **parts: bytes) -> Folder:
    """A process whose letter has this template."""
    folder = service_counter().file("letters/surat.html", html)
    folder.extra.update({f"shared/letters/{name}.html": content for name, content in parts.items()})
    return folder


def bytes_of_a_letter(content: bytes) -> Folder:
    folder = service_counter()
    folder.extra["letters/surat.html"] = content
    return folder


SOUND = [
    letter(
        SHEET,
        lembar=b"{% from 'shared/letters/kop.html' import kop %}{{ kop(nomor) }}",
        kop=b"{% macro kop(nomor) %}{{ nomor }}{% endmacro %}",
    )
]

FAULTS: dict[str, tuple[Folder, str, str]] = {
    "a letter that is missing": (line().service("terbit", "issue_letter", letter='"hantu"'),
    "letter-unknown", "terbit"),
    "a letter named by a variable": (line().service("terbit", "issue_letter", letter="jenis"),
    "letter-unknown", "terbit"),
    "a letter nobody issues": (line().letter("sisa"), "letter-unused", "letters/sisa.html"),
    "a letter that stands with one that does not say so": (
        service_counter().json("letters/surat.json", {"title": "Surat", "together_with": ["lain"]}),
        "letter-meta",
        "letters/surat.json",
    ),
    "a letter without title": (service_counter().json("letters/surat.json", {}), "letter-meta",
    "letters/surat.json"),
    "a letter on an unknown task": (letter("{{ jawaban.hantu.nama }}"), "letter-reference",
    "letters/surat.html"),
    "a letter on an unknown field": (letter('{{ label("isi", "hantu") }}'), "letter-reference",
    "letters/surat.html"),
    "a letter that is no text": (bytes_of_a_letter(b"\xff"), "letter-unreadable",
    "letters/surat.html"),
    "a letter on a part that is missing": (letter(SHEET), "letter-part", "letters/surat.html"),
    "a part on a part that is missing": (letter(SHEET,
    lembar=b"{% include 'shared/letters/a.html' %}"), "letter-part", PART),
    "a piece that its part does not have": (letter(TAKING,
    kop=b"{%- macro kop(nomor) -%}{%- endmacro -%}"), "letter-part", "letters/surat.html"),
    "a letter on a page of the site": (letter("{% include 'base.html' %}"), "letter-part",
    "letters/surat.html"),
    "a letter on a part above the folder": (letter("{% include 'shared/../x.html' %}"),
    "letter-part", "letters/surat.html"),
    "a letter on a part chosen by an answer": (letter("{%- from nomor import baris %}"),
    "letter-part", "letters/surat.html"),
    "a form on a block that is missing": (
        service_counter().json("forms/isi.json", {"properties": [BLOCK]}),
        "form-block",
        "forms/isi.json",
    ),
    "usual answers of no task": (service_counter().file(USUAL, "{hantu: {as: petugas}}"),
    "scenario-default", USUAL),
    "a part that takes answers by itself": (letter(SHEET, lembar=b"{{ jawaban.isi.nama }}"),
    "letter-part", PART),
    "a part that is no text": (letter(SHEET, lembar=b"\xff"), "letter-unreadable", "shared/"),
}  # fmt: skip
