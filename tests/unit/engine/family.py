"""Two small processes of which one begins the other: a call is taken, and goes on as a report."""

from typing import Any

from tests.unit.engine.folder import Folder

CALL, REPORT = "panggilan", "laporan"
REASON = "Perlu laporan: dilanjutkan di meja laporan"
CALLER: dict[str, Any] = {
    "nama": "Contoh Warga Satu",
    "telepon": "081200000000",
    "jenis": "pencurian",
    "jumlah": 3,
    "tempat": "Simpang Contoh",
    "alasan": "Penelepon masih gugup",
    "dibacakan": True,
    "lain": "Tidak ditanyakan lagi",
}
"""What the caller tells."""

SECRET = {"nama": "identitas", "telepon": "kontak", "alasan": "catatan"}
QUESTIONS: dict[str, dict[str, Any]] = {
    "nama": {"type": "string", "maxLength": 200},
    "telepon": {"type": "string", "maxLength": 30},
    "jenis": {"type": "string", "enum": ["pencurian", "kecelakaan"]},
    "jumlah": {"type": "integer", "minimum": 0},
    "tempat": {"type": "string", "maxLength": 200},
    "alasan": {"type": "string", "maxLength": 500},
    "dibacakan": {"type": "boolean", "const": True},
    "lain": {"type": "string", "maxLength": 200},
}
WIDGETS = {"jenis": "select", "jumlah": "number", "dibacakan": "checkbox", "telepon": "tel"}


def asking(folder: Folder, element: str, *names: str, **changes: dict[str, Any]) -> Folder:
    """Give a task these questions; `changes` overrides schema (`enum`, `type`) and `personal` of
    one of them.
    """
    properties, fields = {}, {}
    for name in names:
        change = changes.get(name, {})
        schema = {**QUESTIONS[name], **change.get("schema", {})}
        field: dict[str, Any] = {"widget": WIDGETS.get(name, "text")}
        if "enum" in schema:
            field["options"] = {value: value.capitalize() for value in schema["enum"]}
        if personal := change.get("personal", SECRET.get(name)):
            field["personal"] = personal
        properties[name] = {"title": name.capitalize(), **schema}
        fields[name] = {**field, **change.get("ui", {})}
    return folder.form(element, properties, fields)


def call(process: str = REPORT) -> Folder:
    """Somebody calls; the desk goes on at once in another case, and ends this one later."""
    folder = (
        Folder(CALL)
        .start().user("terima").service("lanjutkan", "start_case", "berkas_lanjutan",
            process=f'"{process}"', reason=f'"{REASON}"')
        .user("tutup", "ka_spkt").end("selesai", "dirujuk")
        .flow("mulai", "terima", "lanjutkan", "tutup", "selesai")
    )  # fmt: skip
    return asking(folder, "terima", *QUESTIONS)


def report(
    prefill: str = f"catat {CALL}.terima", lane: str = "petugas", **changes: dict[str, Any]
) -> Folder:
    """The report asks what the call asked too, then hands on to Reskrim, who asks for the name and
    the place.
    """
    folder = (
        Folder(REPORT)
        .start().user("catat", lane, prefill=prefill).user("kaji", "piket_reskrim",
            prefill=f"catat {CALL}.terima")
        .end("selesai").flow("mulai", "catat", "kaji", "selesai")
    )  # fmt: skip
    asking(folder, "catat", *(name for name in QUESTIONS if name != "lain"), **changes)
    return asking(folder, "kaji", "tempat")
