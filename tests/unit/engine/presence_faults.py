"""Planted faults in what a form tells of its answers without telling them (`presence`), compares
with each other, or suggests. They are tried in `test_lint`.
"""

import json

from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line


def asking(**presence: tuple[str, ...]) -> Folder:
    """A form with one free question, and variables that say whether something was answered."""
    field = {"widget": "text", "personal": "identitas"}
    folder = line().form("kerja", {"nama": {"type": "string"}}, {"nama": field})
    ui = json.loads(folder.extra["forms/kerja.ui.json"])
    return folder.json("forms/kerja.ui.json", {**ui, "presence": presence})


def ordered(**order: str) -> Folder:
    """A form with a number, a day and a text; the number is compared."""
    kinds = {"nomor": ("integer", "number"), "hari": ("string", "date"), "nama": ("string", "text")}
    fields: dict[str, dict[str, object]] = {
        name: {"widget": widget} for name, (_, widget) in kinds.items()
    }
    fields["nomor"]["order"] = [{**order, "sentence": "Periksa nomornya."}]
    return line().form("kerja", {name: {"type": kind} for name, (kind, _) in kinds.items()}, fields)


FAULTS: dict[str, tuple[Folder, str, str]] = {
    "a presence of a question there is not": (asking(ada=("hantu",)), "form-presence", "kerja"),
    "a presence of nothing": (asking(ada=()), "form-presence", "kerja"),
    "a presence that is answered itself": (asking(nama=("nama",)), "form-presence", "kerja"),
    "a NIK compared with a question there is not": (
        line().form(
            "kerja",
            {"nik": {"type": "string"}},
            {"nik": {"widget": "nik", "personal": "identitas", "born": "hantu"}},
        ),
        "form-widget",
        "kerja",
    ),
    "a paper asked for what none says": (
        line().form(
            "kerja", {"nama": {"type": "string"}}, {"nama": {"widget": "text", "read_as": "ibu"}}
        ),
        "form-widget",
        "kerja",
    ),
    "a suggestion of something unknown": (
        line().form(
            "kerja", {"nama": {"type": "string"}}, {"nama": {"widget": "text", "suggest": "kota"}}
        ),
        "form-widget",
        "kerja",
    ),
    "a presence with a reserved name": (asking(len=("nama",)), "variable-reserved", "kerja"),
    "an answer compared with a question there is not": (
        ordered(above="hantu"),
        "form-order",
        "kerja",
    ),
    "an answer compared with itself": (ordered(at_most="nomor"), "form-order", "kerja"),
    "an answer compared with itself as another step's": (
        ordered(at_least="kerja.nomor"),
        "form-order",
        "kerja",
    ),
    "an answer compared with one of a step there is not": (
        ordered(above="hantu.nomor"),
        "form-order",
        "kerja",
    ),
    "a number compared with a day": (ordered(at_least="hari"), "form-order", "kerja"),
    "an order of no kind": (ordered(below="hari"), "form-unreadable", "kerja"),
    "an order to nothing": (ordered(above=" "), "form-unreadable", "kerja"),
    "two orders in one": (ordered(above="hari", at_most="hari"), "form-unreadable", "kerja"),
}
