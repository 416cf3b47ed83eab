"""One small process in several versions, as an office might change it."""

from typing import Any

from tests.unit.engine.folder import Folder

KINDS = {"jenis": ["mudah", "sulit"]}


def first(**approval: Any) -> Folder:
    """mulai -> catat -> setujui (a reminder after a day) -> cukup? -> terbit -> selesai"""
    return (
        Folder().start().user("catat", control=KINDS, maxVisits=5)
        .user("setujui", "ka_spkt", control={"keputusan": ["setuju", "kembali"]}, **approval)
        .timer("lama", '"P1D"', on="setujui",
            cancelActivity="false").user("ingatkan").end("diingatkan", None)
        .choice("cukup", "catat").service("terbit", "issue_letter", "surat", letter='"tanda"').end()
        .flow("mulai", "catat", "setujui", "cukup", "catat").flow("lama", "ingatkan",
            "diingatkan").flow("terbit", "selesai")
        .when("cukup", 'keputusan == "setuju"', "terbit").letter("tanda")
    )  # fmt: skip


def with_check() -> Folder:
    """A step more between approval and letter, and the reminder comes after two days."""
    return (
        Folder().start().user("catat", control=KINDS, maxVisits=5)
        .user("setujui", "ka_spkt", control={"keputusan": ["setuju", "kembali"]})
        .timer("lama", '"P2D"', on="setujui",
            cancelActivity="false").user("ingatkan").end("diingatkan", None)
        .choice("cukup", "catat").user("periksa").service("terbit", "issue_letter", "surat",
            letter='"tanda"').end()
        .flow("mulai", "catat", "setujui", "cukup", "catat").flow("lama", "ingatkan", "diingatkan")
        .flow("periksa", "terbit", "selesai").when("cukup", 'keputusan == "setuju"',
            "periksa").letter("tanda")
    )  # fmt: skip


def without_reminder() -> Folder:
    """Nobody is reminded, but the case can be cancelled while it waits for approval."""
    return (
        Folder().start().user("catat", control=KINDS, maxVisits=5)
        .user("setujui", "ka_spkt", control={"keputusan": ["setuju", "kembali"]})
        .message("batal", "pembatalan", on="setujui").end("dibatalkan", "dibatalkan",
            terminate=True)
        .choice("cukup", "catat").service("terbit", "issue_letter", "surat", letter='"tanda"').end()
        .flow("mulai", "catat", "setujui", "cukup", "catat").flow("batal",
            "dibatalkan").flow("terbit", "selesai")
        .when("cukup", 'keputusan == "setuju"', "terbit").letter("tanda")
    )  # fmt: skip


def beside(branch: tuple[str, ...] = ("ukur",), *, joins: bool = True) -> Folder:
    """mulai -> pecah -> (foto beside the steps of `branch`) -> temu -> selesai"""
    folder = Folder().start().choice("pecah", tag="parallelGateway").user("foto")
    for step in branch:
        folder.user(step)
    folder.choice("temu", tag="parallelGateway").end()
    folder.flow("mulai", "pecah", "foto", "temu", "selesai").flow("pecah", *branch, "temu")
    return folder


def in_turn() -> Folder:
    """The same two steps one after the other."""
    return Folder().start().user("foto").user("ukur").end().flow("mulai", "foto", "ukur", "selesai")
