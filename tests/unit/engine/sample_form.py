"""One form with every widget, and answers that are fine."""

from typing import Any

from workflow_app.domain import Answers
from workflow_app.engine.forms import Form, read_form

DOCUMENT = "0b0e8f5e-6a3c-4a4e-9d7a-0c8f0e1d2c3b"
PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kewarganegaraan": {"type": "string", "enum": ["wni", "wna"], "title": "Kewarganegaraan"},
        "nik": {"type": "string", "title": "NIK"},
        "negara": {"type": "string", "title": "Negara asal", "maxLength": 60},
        "nama": {"type": "string", "title": "Nama lengkap", "minLength": 2, "maxLength": 120},
        "telepon": {"type": "string", "title": "Telepon"},
        "surel": {"type": "string", "title": "Surel"},
        "uraian": {"type": "string", "title": "Uraian"},
        "jumlah": {"type": "integer", "title": "Jumlah", "minimum": 1, "maximum": 99},
        "tanggal": {"type": "string", "title": "Tanggal hilang"},
        "pukul": {"type": "string", "title": "Waktu datang"},
        "sopan": {"type": "boolean", "title": "Menyapa warga", "const": True},
        "barang": {
            "type": "array",
            "items": {"enum": ["sim", "ktp"]},
            "title": "Barang",
            "maxItems": 2,
        },
        "tanda_tangan": {"type": "string", "title": "Tanda tangan"},
        "scan": {"type": "array", "items": {"type": "string"}, "title": "Scan"},
        "persyaratan": {"type": "object", "title": "Persyaratan"},
        "pengecualian": {"type": "object", "title": "Pengecualian"},
    },
    "required": ["kewarganegaraan", "nik", "negara", "nama"],
    "if": {"properties": {"kewarganegaraan": {"const": "wna"}}, "required": ["kewarganegaraan"]},
    "then": {"required": ["uraian"]},
}
UI_FIELDS: dict[str, Any] = {
    "kewarganegaraan": {"widget": "radio", "control": True, "options": {"wni": "WNI",
    "wna": "WNA"}},
    "nik": {"widget": "nik", "personal": "identitas", "visible_if": {"field": "kewarganegaraan",
    "equals": "wni"}},
    "negara": {
        "widget": "text",
        "personal": "identitas",
        "visible_if": {"field": "kewarganegaraan", "in": ["wna"]},
    },
    "nama": {"widget": "text", "personal": "identitas"},
    "telepon": {"widget": "tel", "personal": "kontak"},
    "surel": {"widget": "email", "personal": "kontak"},
    "uraian": {"widget": "textarea", "personal": "uraian"},
    "jumlah": {"widget": "number", "control": True},
    "tanggal": {"widget": "date", "control": True, "default": "now"},
    "pukul": {"widget": "datetime", "default": "now"},
    "sopan": {"widget": "checkbox"},
    "barang": {"widget": "checkboxes", "control": True, "options": {"sim": "SIM", "ktp": "KTP"}},
    "tanda_tangan": {"widget": "signature", "personal": "tanda_tangan"},
    "scan": {"widget": "documents"},
    "persyaratan": {"widget": "requirements", "decision": "persyaratan", "result": "kelengkapan"},
    "pengecualian": {"widget": "waiver", "source": "periksa", "result": "kelengkapan"},
    "pesan": {"widget": "note", "help": "Bacakan kembali."},
}  # fmt: skip


def build(schema: dict[str, Any] = SCHEMA, fields: dict[str, Any] = UI_FIELDS, **ui: Any) -> Form:
    sections = [{"title": "Isian", "fields": list(fields)}]
    texts = {"title": "Identitas", "intro": "Isi.", "submit": "Simpan", "next": "Selesai."}
    return read_form("identitas", schema, {**texts, "sections": sections, "fields": fields, **ui})


FORM = build()
GOOD: Answers = {
    "kewarganegaraan": "wni",
    "nik": "6306050102900001",
    "nama": "Contoh Satu",
    "sopan": True,
}
