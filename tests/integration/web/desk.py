"""The steps at the counter as one walks them on the pages, up to where a test begins."""

from tests.integration.web.visitor import Visitor

IDENTITY = {
    "nik": "6306050102900001",
    "nama": "Contoh Warga Satu",
    "tempat_lahir": "Kandangan",
    "tanggal_lahir": "01-02-1990",
    "jenis_kelamin": "perempuan",
    "agama": "islam",
    "pekerjaan": "Petani",
    "alamat": "Jalan Contoh Nomor 1",
    "desa": "Desa Contoh",
    "kecamatan": "Kandangan",
}
LOSS = {
    "barang": "SIM C atas nama pelapor",
    "tempat_hilang": "sekitar Pasar Contoh",
    "tanggal_hilang": "22-11-2026",
    "kronologi": "Diketahui hilang setelah tiba di rumah.",
    "sudah_dicari": "ya",
}
NEXT = "Simpan dan lanjutkan"


def begin(visitor: Visitor) -> Visitor:
    """A new case of the SKTLK, whatever else is offered; its first task is open."""
    return visitor.open("/mulai").submit("Mulai", _action="/mulai/sktlk")


def to_identity(visitor: Visitor) -> Visitor:
    """The citizen is received; the identity is asked."""
    return begin(visitor).submit(NEXT, sikap=["sapa", "duduk", "minum"], perkenalan="ya")


GIVEN = {
    "persyaratan__sim_01__given": "ya",
    "persyaratan__sim_02__given": "ya",
    "persyaratan__sim_02__number": "CONTOH/01/2026",
}
"""The two papers of a SIM."""


def to_requirements(visitor: Visitor, kind: str = "SIM", **more: str) -> Visitor:
    """Identity and loss are recorded; the checklist is open."""
    to_identity(visitor).submit(NEXT, **IDENTITY).submit(NEXT, peristiwa="hilang")
    return visitor.submit(NEXT, jenis=kind, **{**LOSS, **more})


def to_approval(visitor: Visitor) -> Visitor:
    """All papers of a SIM are given; the case waits for Ka SPKT and its page is open."""
    to_requirements(visitor)
    return visitor.submit(NEXT, **GIVEN)
