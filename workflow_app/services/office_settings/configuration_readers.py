"""Who reads a configured value: the steps of a process, as its model and its forms are written, and
places besides. Pure.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from workflow_app.engine import forms
from workflow_app.engine.definitions import Definition, Element
from workflow_app.services.office_settings import configuration_keys, retention_schedule

ANY = ".*"
"""After a family: which of its keys is read is known when the step is reached."""
OF_LETTERS = ("penandatangan", "masa_berlaku", "ketentuan")
AROUND_LETTERS = ("kop_surat", "nama_unit", "tempat_terbit")
WORKING_DAYS = "kalender.hari_kerja"

PLACES: Mapping[str, str] = {
    "kop_surat": "Surat yang terbit.",
    "nama_unit": "Surat yang terbit, halaman untuk warga, pengiriman arsip.",
    "tempat_terbit": "Surat yang terbit.",
    "penandatangan": "Surat yang terbit.",
    "masa_berlaku": "Surat yang terbit.",
    "ketentuan": "Surat yang terbit.",
    "pola_nomor": "Setiap nomor yang diberikan; nomor berkas saat berkas dibuka.",
    "kotak_pengaduan": "Halaman “Buka kotak pengaduan”.",
    "kanal_pengaduan": "Formulir pengaduan, dan kanal pada publikasi.",
    "target": "Jam pada tugas dan berkas, papan SPKT, persyaratan dan publikasi untuk warga.",
    "toleransi": "Formulir yang menanyakan waktu mulai sebuah jam.",
    "tepi_jam": "Jam pada berkas, papan SPKT.",
    "wilayah": "Laporan TKP, papan TKP.",
    "lp": "Langkah Laporan Polisi.",
    "sttp": "Langkah STTP.",
    "skld": "Langkah SKLD.",
    "tenggat_pemberitahuan": "Pemeriksaan tenggat pada STTP.",
    "rute_rujukan": "Rujukan, juga dari proses yang memanggilnya.",
    "rute_laporan": "Laporan Polisi sesudah terbit.",
    "rute_htck": "Permintaan antarfungsi.",
    "label_peran": "Semua halaman dan pesan yang menyebut peran.",
    "kalender": "Batas waktu dalam hari kerja, halaman “Hari libur”.",
    "propam": "Daftar, berkas, dan naskah yang dibatasi pada Propam.",
    "serah_terima": "Surat dan naskah berkas yang diserahkan kepada sebuah fungsi.",
    "tingkat_akses": "Naskah pada saat masuk ke berkas.",
    "foto_ponsel": "Pembersihan harian foto ponsel.",
    retention_schedule.KEY: "Halaman “Retensi arsip” dan usulan pemusnahan.",
    "saluran_pesan": "Pesan yang ditulis.",
    "kontak_peran": "Pesan kepada pimpinan dan fungsi.",
    "pengumuman": (
        "Halaman persyaratan, lacak berkas, angka pengaduan, dan butir SOP, bagi siapa saja."
    ),
    "telepon_unit": "Pesan, dan halaman pelacakan warga.",
    "publikasi": "Halaman “Angka pengaduan masyarakat” untuk umum.",
    "pesan": "Pesan yang ditulis.",
    "jadwal_piket": "Antrean tugas fungsi, papan TKP.",
    "pengganti_peran": "Halaman “Penggantian”, daftar tugas pengganti.",
    configuration_keys.OWNERS: "Siapa menemukan dan mengubah halaman di “Pengaturan kantor”.",
}
"""By family where its values are read, beside the steps that the models name."""


def steps(definition: Definition, keys: Collection[str]) -> list[Element]:
    """The steps of a process that read one of the keys, in the order of the model."""
    asked = {*keys, *(key.partition(".")[0] + ANY for key in keys)}
    return [
        element
        for element in definition.elements.values()
        if not asked.isdisjoint(_keys(definition, element))
    ]


def _keys(definition: Definition, element: Element) -> Iterator[str]:
    if reads := _BY_OPERATION.get(element.operation):
        yield from reads(definition, element)
    if form := definition.forms.get(element.id):
        yield from (field.offered_by for field in form.fields.values() if field.offered_by)
        if any(forms.asks_why(form, name) for name in form.fields):
            yield "toleransi.waktu_mulai"


def _started(definition: Definition, element: Element) -> Iterator[str]:
    for name in element.written.get("clock", ()):
        yield from (f"target.{name}", f"tepi_jam.{name}")


def _stopped(definition: Definition, element: Element) -> Iterator[str]:
    yield from (f"tepi_jam.{name}" for name in element.written.get("clock", ()))


def _letter(definition: Definition, element: Element) -> Iterator[str]:
    yield from AROUND_LETTERS
    for kind in element.written.get("letter", ()):
        yield from (f"{family}.{kind}" for family in OF_LETTERS)
        series = (
            str(definition.letters[kind].meta.get("series", ""))
            if kind in definition.letters
            else ""
        )
        names = [f"pola_nomor.{series}", *(f"pola_nomor.{series}_{model}" for model in ("A", "B"))]
        yield from (name for name in names if series and configuration_keys.is_known(name))


def _message(definition: Definition, element: Element) -> Iterator[str]:
    yield from ("saluran_pesan", "telepon_unit")
    yield from (f"pesan.{template}" for template in element.written.get("template", ()))
    if "to" in element.written:
        yield "kontak_peran"


_BY_OPERATION: Mapping[str, Callable[[Definition, Element], Iterator[str]]] = {
    "start_clock": _started,
    "stop_clock": _stopped,
    "working_days_after": lambda definition, element: (
        f"target.{name}" for name in element.written.get("clock", ())
    ),
    "notice_due": lambda definition, element: iter((WORKING_DAYS,)),
    "check_area": lambda definition, element: (
        f"wilayah.{name}" for name in element.written.get("area", ())
    ),
    "read_setting": lambda definition, element: iter(element.written.get("setting", ())),
    "read_route": lambda definition, element: (
        name + ANY for name in element.written.get("table", ())
    ),
    "issue_letter": _letter,
    "send_message": _message,
}
