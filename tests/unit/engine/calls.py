"""Two small processes of which one calls the other."""

from pathlib import Path
from typing import Any

from tests.unit.engine.folder import Folder
from workflow_app.engine.process_folders import own_files


def hand_off(**properties: Any) -> Folder:
    """serah: berdiri sendiri? -> kirim -> clock -> (terima beside beri tahu) -> ends; cancellable,
    escalates after 30 minutes.
    """
    folder = (
        Folder("serah")
        .start("serah_mulai").choice("serah_sendiri", "serah_bagian").user("serah_awal")
        .inside("serah_bagian").start("serah_a")
        .user("serah_kirim", control={"tujuan": ["piket_lantas", "piket_reskrim"]})
        .service("serah_jam", "start_clock", "batas", clock='"penerimaan"').choice("serah_cabang",
            tag="parallelGateway")
        .user("serah_terima", "penerima", roleFrom="tujuan").user("serah_kabari", maxVisits=3)
        .choice("serah_temu", tag="parallelGateway").end("serah_z", None)
        .flow("serah_a", "serah_kirim", "serah_jam", "serah_cabang", "serah_terima", "serah_temu",
            "serah_z")
        .flow("serah_cabang", "serah_kabari", "serah_temu")
        .outside()
        .message("serah_batal", "pembatalan", on="serah_bagian").service("serah_catat_batal",
            "record_cancellation")
        .end("serah_dibatalkan", "dibatalkan", terminate=True)
        .timer("serah_lewat", '"PT30M"', on="serah_bagian",
            cancelActivity="false").user("serah_eskalasi").end("serah_e", None)
        .rule("serah_golongkan", "serah_rute", "golongan").service("serah_terbit", "issue_letter",
            "surat", letter='"pengantar"')
        .end("serah_selesai", "dirujuk", terminate=True)
        .flow("serah_mulai", "serah_sendiri", "serah_bagian", "serah_golongkan", "serah_terbit",
            "serah_selesai")
        .when("serah_sendiri", "mandiri", "serah_awal").flow("serah_awal", "serah_bagian")
        .flow("serah_batal", "serah_catat_batal", "serah_dibatalkan").flow("serah_lewat",
            "serah_eskalasi", "serah_e")
        .decision("serah_rute", ["tujuan"], ["golongan"], [['"piket_lantas"', '"jalan"'], ["",
            '"lain"']])
        .letter("pengantar")
    )  # fmt: skip
    folder.process_properties = {"initial": '{"mandiri": true}', "callable": "true", **properties}
    return folder


def complaint(called: Folder | None = None) -> Folder:
    """aduan: isi -> serah (called) -> putuskan -> (again isi | selesai); cancellable as long as it
    is worked on.
    """
    folder = (
        Folder("aduan").start().inside("layanan").start("mulai_layanan").user("isi", maxVisits=900)
        .call("rujuk", called or hand_off()).user("putuskan", "ka_spkt",
            control={"keputusan": ["setuju", "kembali"]}, fourEyes="serah_kirim")
        .choice("cukup", "isi").end("selesai_layanan", None)
        .flow("mulai_layanan", "isi", "rujuk", "putuskan", "cukup", "isi").when("cukup",
            'keputusan == "setuju"', "selesai_layanan")
        .outside()
        .message("batal", "pembatalan", on="layanan").service("catat_batal", "record_cancellation")
        .end("dibatalkan", "dibatalkan", terminate=True).flow("batal", "catat_batal", "dibatalkan")
        .end().flow("mulai", "layanan", "selesai")
    )  # fmt: skip
    folder.process_properties = {"initial": '{"mandiri": false}'}
    return folder


def small(called: str = "kecil", **properties: Any) -> Folder:
    """A process of one task that may be called."""
    start, task, end = f"{called}_mulai", f"{called}_kerja", f"{called}_selesai"
    folder = Folder(called).start(start).user(task, **properties).end(end).flow(start, task, end)
    folder.process_properties = {"callable": "true"}
    return folder


def calling(*others: Folder) -> Folder:
    """start -> each of the others, one after the other -> selesai"""
    steps = [f"panggil_{n}" for n in range(len(others))]
    folder = Folder("induk").start()
    for step, other in zip(steps, others, strict=True):
        folder.call(step, other)
    return folder.end().flow("mulai", *steps, "selesai")


def on_disk(folder: Folder, root: Path) -> Path:
    """The folder as a release has it: under its key, what it calls beside it."""
    for name, content in own_files(folder.files()).items():
        path = root / folder.key / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root / folder.key
