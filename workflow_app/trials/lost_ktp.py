"""What is typed for one lost KTP: the forms of the SKTLK by the heading of their page, as browsers send them."""

from datetime import datetime, timedelta

from workflow_app.trials.multipart import Fields
from workflow_app.types import WITA

PROCESS = "sktlk"
APPROVAL = "Periksa dan setujui"
SIGNATURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACAQAAAABazTCJAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
)

DESK = (
    "Terima warga",
    "Identitas pelapor",
    "Hilang atau dicuri",
    "Barang dan kejadian",
    "Periksa persyaratan",
)
"""Headings of the tasks from the citizen's arrival to the approval, in order."""
PAPERS = "Periksa persyaratan"
"""Heading of the task where papers are chosen."""
HAND_OVER = ("Warga membaca dan bertanda tangan", "Serahkan surat")
"""Headings of the tasks after the letter was printed."""


def answers(heading: str, at: datetime, citizen: int = 1) -> Fields:
    """The form of the task with this heading. `citizen` makes invented people differ. Raises `KeyError`."""
    local = at.astimezone(WITA)
    now, yesterday = local.strftime("%Y-%m-%dT%H:%M"), (local - timedelta(days=1)).strftime("%d-%m-%Y")
    forms: dict[str, Fields] = {
        "Terima warga": {"arrived_at": now, "sikap": ["sapa", "duduk"], "perkenalan": "ya"},
        "Identitas pelapor": {
            "kewarganegaraan": "wni",
            "jenis_identitas": "nik",
            "nik": f"63060501029{citizen % 100_000:05d}",
            "nama": f"Contoh Warga Nomor {citizen}",
            "tempat_lahir": "Kandangan",
            "tanggal_lahir": "01-02-1990",
            "jenis_kelamin": "laki_laki",
            "agama": "islam",
            "pekerjaan": "Petani",
            "alamat": f"Jalan Contoh Nomor {citizen}",
            "desa": "Desa Contoh",
            "kecamatan": "Kandangan",
            "kabupaten": "Hulu Sungai Selatan",
            "telepon": "0812-0000-0000",
            "dibantu": "tidak",
        },
        "Hilang atau dicuri": {"peristiwa": "hilang"},
        "Barang dan kejadian": {
            "jenis": "KTP",
            "pemilik": "sendiri",
            "jumlah": "1",
            "satuan": "kartu",
            "barang": "KTP elektronik atas nama pelapor",
            "tempat_hilang": "sekitar Pasar Kandangan",
            "tanggal_hilang": yesterday,
            "kronologi": "Diketahui hilang setelah tiba di rumah. Sudah dicari di sepanjang jalan.",
            "sudah_dicari": "ya",
        },
        "Periksa persyaratan": {
            "persyaratan.ktp_01.given": "ya",
            "persyaratan.ktp_02.given": "ya",
            "persyaratan.ktp_03.given": "ya",
            "persyaratan.ktp_03.number": f"CONTOH/{citizen}/2026",
            "persyaratan.ktp_03.date": yesterday,
        },
        APPROVAL: {"keputusan": "setuju"},
        "Warga membaca dan bertanda tangan": {
            "sudah_dibaca": "ya",
            "isi_surat": "benar",
            "cara_tanda_tangan": "gambar",
            "tanda_tangan": SIGNATURE,
        },
        "Serahkan surat": {
            "handed_over_at": now,
            "penerima": "pelapor",
            "tanpa_biaya": "ya",
            "diminta_bayar": "tidak",
            "dijelaskan": "ya",
        },
    }
    return forms[heading]
