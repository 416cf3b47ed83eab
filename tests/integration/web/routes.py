"""Every route of the site with a request that its rightful person makes, in a world where all of
them have something to reach.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.integration.web.world import World
from tests.open_routes import OPEN_TO_ALL as OPEN_TO_ALL


@dataclass(frozen=True)
class Route:
    """One request of one endpoint."""

    endpoint: str
    method: str
    path: str
    rightful: str
    """User name of somebody who may."""
    form: Mapping[str, Any] = field(default_factory=dict)
    answered: tuple[int, ...] = ()
    """Refusals that the rightful person reads too, for reasons other than access."""
    is_own: bool = False
    """It shows or changes only what belongs to the visitor, so a stranger is answered: with nothing
    of others.
    """


def all_routes(world: World) -> list[Route]:
    """The table. Reading first, then what changes something."""
    w = world
    desk, approval, done = f"/berkas/{w.desk}", f"/berkas/{w.approval}", f"/berkas/{w.done}"
    task, ruling = f"/tugas/{w.desk_task}", f"/tugas/{w.approval_task}"
    paper = f"/dokumen/{w.scan}"
    reason = "Alasan contoh yang cukup panjang"
    sure = {"alasan": reason, "pasti": "ya"}
    return [
        Route("cases.show", "GET", done, "budi"),
        Route("cases.show", "GET", desk, "budi"),
        Route("cases.drawing", "GET", f"{done}/gambar.bpmn", "budi"),
        Route("cases.state", "GET", f"{done}/keadaan", "budi"),
        Route("cases.missing", "GET", f"{desk}/kekurangan", "budi"),
        Route("cases.slip", "GET", f"{desk}/lembar/identitas", "budi", answered=(404,)),
        Route("documents.show", "GET", paper, "budi"),
        Route("documents.show", "GET", f"{paper}?teks=ya", "budi"),
        Route("documents.show", "GET", f"{paper}?teks=ya&cari=ya", "budi"),
        Route("documents.similar", "GET", f"{paper}/serupa", "budi"),
        Route("documents.original", "GET", f"{paper}/asli", "budi"),
        Route("documents.pdf", "GET", f"/dokumen/{w.printed}/dokumen.pdf", "budi"),
        Route("documents.thumbnail", "GET", f"{paper}/halaman/1", "budi"),
        Route("documents.play", "GET", f"{paper}/rekaman", "budi", answered=(404,)),
        Route("checks.show_waiting", "GET", "/periksa-mutu", "lantas", is_own=True),
        Route("checks.show", "GET", f"{paper}/periksa", "budi"),
        Route("checks.skip", "GET", f"{paper}/periksa/lewati", "lantas", answered=(404,)),
        Route("checks.picture", "GET", f"{paper}/halaman/1/gambar", "budi"),
        Route("checks.show_version", "GET", f"{paper}/versi/1", "budi"),
        Route("checks.version_pdf", "GET", f"{paper}/versi/1/dokumen.pdf", "budi"),
        Route(
            "checks.correct",
            "POST",
            f"{paper}/kata",
            "budi",
            {"versi": "1", "halaman": "1", "tempat": "0", "kata": "x"},
            (404,),
        ),
        Route(
            "checks.change",
            "POST",
            f"{paper}/periksa",
            "budi",
            {"versi": "1", "halaman": "1", "tindakan": "putar_kanan"},
        ),
        Route(
            "checks.cut_off",
            "POST",
            f"{paper}/pisah",
            "budi",
            {"versi": "1", "halaman": "2"},
            (400,),
        ),
        Route("checks.merge", "POST", f"{paper}/gabung", "budi", {"versi": "1"}, (400,)),
        Route("checks.accept", "POST", f"{paper}/mutu-baik", "budi", {"versi": "1"}),
        Route("documents.photo", "GET", f"{paper}/foto/1", "budi", answered=(404,)),
        Route("form_proposals.show_form_proposal", "GET", f"{task}/terbaca", "budi"),
        Route(
            "captures.state", "GET", f"{task}/ponsel?bidang=persyaratan.ktp_01.documents", "budi"
        ),
        Route("letters.pdf", "GET", f"/surat/{w.letter}.pdf", "budi"),
        Route("tracking.status", "GET", f"{done}/status", "budi", answered=(404,)),
        Route("identities.ask", "GET", f"{done}/identitas", "budi"),
        Route("tasks.show", "GET", task, "budi"),
        Route("tasks.show", "GET", ruling, "sari"),
        Route("inbox.show_inbox", "GET", "/?daftar=semua", "budi", is_own=True),
        Route("inbox.show_inbox", "GET", "/?daftar=antrean", "budi", is_own=True),
        Route("dispatches.board", "GET", "/papan-tkp", "budi", is_own=True),
        Route("process_pages.show_all", "GET", "/proses", "sari", is_own=True),
        Route("process_pages.show_process_page", "GET", "/proses/sktlk", "sari", is_own=True),
        Route("process_pages.drawing", "GET", "/proses/sktlk/gambar.bpmn", "sari", is_own=True),
        Route(
            "process_pages.show_stays",
            "GET",
            "/proses/sktlk/langkah/identitas/selesai",
            "sari",
            is_own=True,
        ),
        Route(
            "process_pages.show_stays",
            "GET",
            "/proses/sktlk/langkah/persetujuan/kini",
            "sari",
            is_own=True,
        ),
        Route("process_pages.watch_day", "GET", "/proses/sktlk/hari", "sari", is_own=True),
        Route("process_pages.download", "GET", "/proses/sktlk/catatan/xes", "sari", is_own=True),
        Route("process_pages.download", "GET", "/proses/sktlk/catatan/ocel", "sari", is_own=True),
        Route("dispatches.screen", "GET", "/papan-tkp/layar", "budi", is_own=True),
        Route("boards.show", "GET", "/papan", "sari", is_own=True),
        Route("boards.cases", "GET", "/papan/berkas", "sari", is_own=True),
        Route("boards.cases", "GET", "/papan/berkas?isi=terukur", "sari", is_own=True),
        Route(
            "service_reports.show_service_report", "GET", "/laporan-layanan", "sari", is_own=True
        ),
        Route("service_reports.as_csv", "GET", "/laporan-layanan.csv", "sari", is_own=True),
        Route("incidents.show_open", "GET", "/insiden", "sari", is_own=True),
        Route("messages.show_outbox", "GET", "/kotak-keluar", "sari", is_own=True),
        Route("messages.show_slip", "GET", f"/pesan/{w.slip}/slip", "budi"),
        Route("cover_sheets.show_cover_sheet", "GET", f"{task}/lembar-sampul", "budi"),
        Route("stacks.show", "GET", "/tumpukan", "budi", is_own=True),
        Route("stacks.state", "GET", "/tumpukan/keadaan", "budi", is_own=True),
        Route("stacks.bring", "POST", "/tumpukan", "budi", answered=(400,), is_own=True),
        Route("stacks.original", "GET", f"/tumpukan/{w.desk}/asli", "budi", answered=(404,)),
        Route("stacks.retry", "POST", f"/tumpukan/{w.desk}/ulangi", "budi", answered=(404,)),
        Route("stacks.place", "POST", f"/tumpukan/{w.desk}/1/tempatkan", "budi", answered=(404,)),
        Route("stacks.keep", "POST", f"/tumpukan/{w.desk}/1/arsipkan", "budi", answered=(404,)),
        Route(
            "stacks.begin_complaint",
            "POST",
            f"/tumpukan/{w.desk}/mulai-pengaduan",
            "budi",
            answered=(404,),
        ),
        Route("stacks.read_again", "POST", f"/tumpukan/dokumen/{w.scan}/baca-lagi", "budi"),
        Route(
            "stacks.dismiss",
            "POST",
            f"/tumpukan/dokumen/{w.scan}/kesampingkan",
            "budi",
            {"alasan": "Cukup sebagai gambar"},
            (409,),
        ),
        Route("stacks.take_back", "POST", f"/tumpukan/dokumen/{w.scan}/kembalikan", "budi"),
        Route("archive_proofs.show_archive_proof", "GET", "/arsip/keadaan", "lantas", is_own=True),
        Route("bag_orders.show_bag_order", "GET", "/arsip/tas", "terlapor", is_own=True),
        Route("bag_orders.state", "GET", "/arsip/tas/keadaan", "terlapor", is_own=True),
        Route("bag_orders.order", "POST", "/arsip/tas", "terlapor", answered=(400,), is_own=True),
        Route(
            "bag_orders.take_out_bag_order",
            "GET",
            f"/arsip/tas/{w.desk}/unduh",
            "terlapor",
            answered=(404,),
        ),
        Route("disposals.show_due", "GET", "/retensi", "lantas", is_own=True),
        Route(
            "disposals.propose",
            "POST",
            "/retensi/usulan",
            "lantas",
            {"dokumen": str(w.scan)},
            (404,),
            is_own=True,
        ),
        Route("process_versions.show_all", "GET", "/proses/versi", "sari", is_own=True),
        Route("process_versions.show", "GET", "/proses/sktlk/versi", "sari", is_own=True),
        Route(
            "process_versions.compare",
            "GET",
            "/proses/sktlk/versi/banding?dari=1&ke=1",
            "sari",
            is_own=True,
        ),
        Route(
            "process_versions.drawing", "GET", "/proses/sktlk/versi/1/gambar", "sari", is_own=True
        ),
        Route(
            "process_versions.move",
            "POST",
            "/proses/sktlk/versi/1/pindah",
            "sari",
            sure,
            (409,),
            is_own=True,
        ),
        Route(
            "process_versions.move_back",
            "POST",
            f"/proses/sktlk/versi/perintah/{w.desk}/kembalikan",
            "sari",
            sure,
            (404,),
            is_own=True,
        ),
        Route("disposals.show", "GET", f"{desk}/pemusnahan", "budi", answered=(404,)),
        Route(
            "disposals.take_out", "POST", f"{desk}/pemusnahan/1/keluarkan", "budi", answered=(404,)
        ),
        Route("configuration.list_groups", "GET", "/pengaturan", "sari", is_own=True),
        Route(
            "configuration.show_group", "GET", "/pengaturan/kelompok/target", "sari", is_own=True
        ),
        Route(
            "configuration.show", "GET", "/pengaturan/target.berkas_lengkap", "sari", is_own=True
        ),
        Route(
            "configuration.answer", "POST", "/pengaturan/target.berkas_lengkap", "sari", is_own=True
        ),
        Route(
            "configuration.withdraw",
            "POST",
            "/pengaturan/target.berkas_lengkap/tarik",
            "sari",
            {"mulai": "2027-01-01T00:00:00+08:00"},
            (409,),
            is_own=True,
        ),
        Route("processes.choose", "GET", "/mulai", "budi", is_own=True),
        Route("search.show_search", "GET", "/cari", "budi", is_own=True),
        Route("search.picture", "GET", f"/cari/gambar/{w.scan}/1", "budi", answered=(404,)),
        Route("search.remember", "POST", "/cari", "budi", {"kata": "Warga Satu"}, is_own=True),
        Route("users.account", "GET", "/akun", "budi", is_own=True),
        Route("users.change_password", "GET", "/akun/sandi", "budi", is_own=True),
        Route("users.renew", "GET", "/sesi", "budi", is_own=True),
        Route(
            "identities.reveal",
            "POST",
            f"{done}/identitas",
            "budi",
            {"tujuan": "Pemeriksaan atau audit"},
        ),
        Route("drafts.save", "POST", f"{task}/draf", "budi", {"catatan": "x"}),
        Route(
            "documents.upload",
            "POST",
            f"{task}/dokumen",
            "budi",
            {"bidang": "persyaratan.ktp_01.documents"},
        ),
        Route(
            "captures.begin",
            "POST",
            f"{task}/ponsel",
            "budi",
            {"bidang": "persyaratan.ktp_01.documents"},
        ),
        Route(
            "captures.end",
            "POST",
            f"{task}/ponsel/tutup",
            "budi",
            {"bidang": "persyaratan.ktp_01.documents"},
        ),
        Route(
            "documents.classify",
            "POST",
            f"{paper}/tingkat",
            "sari",
            {"tingkat": "rahasia", "alasan": "Permintaan penyidik"},
        ),
        Route(
            "documents.hold",
            "POST",
            f"{paper}/tahan",
            "sari",
            {"alasan_tahan": "Sengketa atau gugatan"},
        ),
        Route(
            "documents.lift", "POST", f"{paper}/lepas", "sari", {"alasan_lepas": "Penahanan keliru"}
        ),
        Route("documents.attach", "POST", f"{desk}/dokumen", "budi", {"nama": "Dokumen lain"}),
        Route("tasks.complete", "POST", task, "budi", {"tombol": "simpan"}),
        Route(
            "tasks.complete", "POST", ruling, "sari", {"tombol": "selesai", "keputusan": "setuju"}
        ),
        Route("tasks.claim", "POST", f"{ruling}/ambil", "sari"),
        Route("tasks.take_over", "POST", f"{ruling}/ambil-alih", "budi", answered=(403,)),
        Route(
            "stages.correct",
            "POST",
            f"{desk}/waktu/terima_warga",
            "budi",
            {"waktu": "2026-11-23T08:00", "alasan_koreksi": reason},
            (404,),
        ),
        Route("tasks.release", "POST", f"{task}/lepas", "sari"),
        Route("tasks.reassign", "POST", f"{ruling}/alihkan", "sari", {"kepada": str(w.colleague)}),
        Route("cases.cancel", "POST", f"{approval}/batal", "sari", {"alasan": reason}),
        Route(
            "cases.reopen", "POST", f"{done}/buka-kembali", "sari", {"alasan_buka": reason}, (409,)
        ),
        Route("incidents.retry", "POST", f"/insiden/{w.incident}/ulangi", "sari", answered=(409,)),
        Route(
            "incidents.ask_to_let_on", "GET", f"/insiden/{w.incident}/izin", "sari", answered=(409,)
        ),
        Route(
            "incidents.let_on",
            "POST",
            f"/insiden/{w.incident}/izin",
            "sari",
            {"alasan": reason},
            (409,),
        ),
        Route("messages.hand_over", "POST", f"/pesan/{w.slip}/serah", "budi"),
        Route("messages.print_instead", "POST", f"/pesan/{w.mail}/cetak", "budi"),
        Route("messages.retry_message", "POST", f"/pesan/{w.mail}/ulangi", "sari"),
        Route(
            "letters.withdraw",
            "POST",
            f"/surat/{w.letter}/penarikan",
            "sari",
            {"alasan_tarik": reason},
        ),
        Route(
            "tracking.issue",
            "POST",
            f"/surat/{w.letter}/kode",
            "budi",
            {"tujuan_kode": reason},
            (404,),
        ),
        Route("users.end_session", "POST", f"/akun/sesi/{w.session}/akhiri", "budi"),
        Route("boxes.show_box", "GET", "/kotak-pengaduan", "budi", is_own=True),
        Route(
            "boxes.open_box",
            "POST",
            "/kotak-pengaduan",
            "budi",
            {"lembar": "1"},
            (400,),
            is_own=True,
        ),
        Route("archive_boxes.show_archive_box", "GET", "/kotak-arsip", "arsip", is_own=True),
        Route(
            "archive_boxes.register",
            "POST",
            "/kotak-arsip",
            "arsip",
            {"kotak": "K"},
            (400,),
            is_own=True,
        ),
        Route(
            "archive_boxes.cover_sheets",
            "GET",
            f"/kotak-arsip/{w.desk}/lembar-sampul.pdf",
            "arsip",
            answered=(404,),
        ),
        Route("processes.start", "POST", "/mulai/sktlk", "budi", is_own=True),
        Route(
            "users.replace_password",
            "POST",
            "/akun/sandi",
            "budi",
            {"lama": "x", "baru": "y"},
            (400,),
            is_own=True,
        ),
        Route("absences.show_absence", "GET", "/pengaturan/penggantian", "budi", is_own=True),
        Route(
            "absences.enter_absence",
            "POST",
            "/pengaturan/penggantian",
            "budi",
            answered=(400,),
            is_own=True,
        ),
        Route(
            "absences.end",
            "POST",
            f"/pengaturan/penggantian/{w.desk}/akhiri",
            "budi",
            answered=(404,),
        ),
        Route("rosters.show", "GET", "/pengaturan/piket", "budi", is_own=True),
        Route(
            "rosters.ask",
            "GET",
            "/pengaturan/piket/piket_samapta?awal=2026-11-23T08:00",
            "budi",
            is_own=True,
        ),
        Route(
            "rosters.enter",
            "POST",
            "/pengaturan/piket/piket_samapta",
            "sari",
            answered=(400,),
            is_own=True,
        ),
        Route("rosters.copy", "POST", "/pengaturan/piket/salin", "sari", is_own=True),
        Route("calendars.show_all", "GET", "/pengaturan/libur", "budi", is_own=True),
        Route(
            "calendars.show_calendar",
            "GET",
            "/pengaturan/libur/hari_kerja/2026",
            "budi",
            is_own=True,
        ),
        Route(
            "calendars.change",
            "POST",
            "/pengaturan/libur/hari_kerja/2026",
            "sari",
            {"ubah": "pastikan"},
            is_own=True,
        ),
        Route("staff.show_all", "GET", "/pengaturan/anggota", "loket", is_own=True),
        Route("staff.ask_new", "GET", "/pengaturan/anggota/baru", "loket", is_own=True),
        Route(
            "staff.add", "POST", "/pengaturan/anggota/baru", "loket", answered=(400,), is_own=True
        ),
        Route("staff.show", "GET", f"/pengaturan/anggota/{w.colleague}", "loket", is_own=True),
        *(
            Route(
                f"staff.{endpoint}",
                "POST",
                f"/pengaturan/anggota/{w.colleague}/{word}",
                "loket",
                {"peran": "petugas"},
                is_own=True,
            )
            for endpoint, word in (
                ("change", "peran"),
                ("lock", "kunci"),
                ("unlock", "buka"),
                ("renew_password", "sandi"),
            )
        ),
        Route(
            "staff.withdraw",
            "POST",
            f"/pengaturan/anggota/perubahan/{w.desk}/tarik",
            "loket",
            answered=(404,),
        ),
        Route("dispatches.give_to_screen", "POST", "/papan-tkp/layar", "budi", is_own=True),
        Route("users.sign_out", "POST", "/keluar", "budi", is_own=True),
    ]
