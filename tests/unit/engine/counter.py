"""The process most tests drive: a cancellable service with a clock, rework and a letter."""

from typing import Any

from tests.unit.engine.folder import Folder


def service_counter(**changes: Any) -> Folder:
    """The shape of our real processes: cancellable service with a clock, rework by the lead, a
    letter, hand-over.
    """
    max_visits = changes.get("max_visits", 5)
    return (
        Folder("loket")
        .start().user("terima").service("mulai_jam", "start_clock", "batas", clock='"berkas"')
        .inside("layanan")
        .start("mulai_layanan").user("isi", control={"jenis": ["sim", "ktp"]}, maxVisits=max_visits)
        .rule("pilih_target", "target", "golongan").user("setujui", "ka_spkt",
            control={"keputusan": ["setuju", "kembali"]}, fourEyes="isi")
        .choice("disetujui", "isi").end("selesai_layanan", None)
        .flow("mulai_layanan", "isi", "pilih_target", "setujui", "disetujui", "isi")
        .when("disetujui", 'keputusan == "setuju"', "selesai_layanan")
        .outside()
        .message("batal", "pembatalan", on="layanan").timer("lewat", "batas", on="layanan",
            kind="timeDate", cancelActivity="false")
        .user("tindak_lanjut", "ka_spkt").end("selesai_tindak", None)
        .service("catat_batal", "record_cancellation").end("dibatalkan", "dibatalkan",
            terminate=True)
        .service("terbitkan", "issue_letter", "surat", letter='"surat"').service("cetak",
            "render_letter", letter_id="surat")
        .user("serahkan").end("selesai", "selesai", terminate=True)
        .flow("mulai", "terima", "mulai_jam", "layanan", "terbitkan", "cetak", "serahkan",
            "selesai")
        .flow("batal", "catat_batal", "dibatalkan").flow("lewat", "tindak_lanjut", "selesai_tindak")
        .decision("target", ["jenis"], ["golongan", "catatan"], [['"sim"', '"cepat"', '"a"'], ["",
            '"biasa"', '"b"']])
        .letter("surat")
    )  # fmt: skip
