"""What happened in a case, in sentences, from its audit events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from workflow_app.engine.definitions import Definition
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.services.accounts import people
from workflow_app.services.case_file import access, clearances, edges
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import readable
from workflow_app.services.office.configuration import role_label
from workflow_app.services.sop.processes import definition_of

SENTENCES = {
    "case.opened": "Berkas {number} dibuka",
    "case.closed": "Berkas berakhir: {outcome_words}",
    "case.cancelled": "Berkas dibatalkan dengan alasan tertulis",
    "kinship.child": "Berkas lanjutan dibuka: {reason}",
    "kinship.parent": "Dibuka sebagai lanjutan berkas lain",
    "task.claimed": "Tugas diambil: {name}",
    "task.released": "Tugas dilepas: {name}",
    "task.reassigned": "Tugas dialihkan kepada {to}: {name}",
    "task.completed": "Selesai: {name}",
    "task.cancelled": "Tugas tidak berlaku lagi: {name}",
    "effect.done": "Selesai oleh sistem: {element_name}",
    "task.taken_over": "Tugas diambil alih untuk dicatat: {name}",
    "task.relieved": "Tugas dilanjutkan yang bertugas sekarang: {name}",
    "time.corrected": "Waktu dikoreksi: {name}, {was_words} menjadi {becomes_words}",
    "time.moved": "Waktu dikoreksi saat dicatat: {name}, formulir menawarkan {was_words}, ditulis {becomes_words}",
    "timer.fired": "Batas waktu terlewati; yang berwenang diberi tahu",
    "clock.started": "Jam mulai: {clock_label}",
    "clock.counted_anew": "Batas waktu dihitung ulang karena hari libur {years} sudah dipastikan: {clock_label}, {was_words} menjadi {becomes_words}",
    "clock.confirmed": "Batas waktu tetap, hari libur {years} sudah dipastikan: {clock_label}, {becomes_words}",
    "clock.stopped": "Jam berhenti: {clock_label}, {duration}",
    "incident.opened": "Gangguan tercatat; {kept}",
    "rework.held": "Menunggu izin berjalan lagi, karena sudah sangat sering diulang: {name}",
    "rework.allowed": "Berkas diizinkan berjalan lagi dengan alasan tertulis",
    "incident.retried": "Gangguan dicoba ulang",
    "incident.resolved": "Gangguan teratasi",
    "identity.revealed": "Identitas dibuka dengan tujuan tertulis",
    "document.added": "Dokumen ditambahkan: {label}",
    "document.opened": "Dokumen dibuka: {label}",
    "answer.taken": "Isian diambil dari dokumen: {label}",
    "document.shelved": "Dokumen masuk arsip dan terbuka bagi pembaca arsip",
    "document.read_again": "Dokumen diminta dibaca lagi: {label}",
    "document.read": "Dokumen dibaca: {label}",
    "document.dismissed": "Dokumen yang tidak terbaca dikesampingkan ({reason}): {label}",
    "document.taken_back": "Dokumen yang tidak terbaca dikembalikan ke daftar Perlu orang: {label}",
    "document.version": "Versi {version} dibuat, {done}: {label}",
    "document.checked": "Mutu dokumen diperiksa, versi {version}: {label}",
    "document.merged": "Dokumen digabung menjadi dokumen baru: {label}",
    "document.classified": "Tingkat akses dokumen menjadi {level_label}: {label}",
    "document.hold_placed": "Dokumen ditahan ({reason}): {label}",
    "document.hold_lifted": "Penahanan dokumen diakhiri ({reason}): {label}",
    "document.exported": "Dokumen diekspor: {label}",
    "document.disposed": "Dokumen dimusnahkan menurut jadwal retensi, berkas {under}: {label}",
    "disposal.proposed": "{count} dokumen diusulkan untuk dimusnahkan",
    "disposal.taken_out": "Nomor {no} dikeluarkan dari daftar: {reason}",
    "disposal.left_out": "Nomor {no} ditinggalkan sistem: {reason}",
    "disposal.done": "Pemusnahan selesai: {disposed} dokumen dimusnahkan, {left_out} ditinggalkan",
    "capture.opened": "Pemotretan dengan ponsel dibuka: {label}",
    "capture.connected": "Ponsel tersambung: {label}",
    "capture.sent": "{pages} halaman diterima dari ponsel: {label}",
    "capture.swept": "{pages} foto dari ponsel yang tidak menjadi dokumen dihapus: {label}",
    "capture.closed": "Pemotretan dengan ponsel ditutup: {label}",
    "letter.issued": "Surat terbit: {number}",
    "letter.rendered": "Surat siap dicetak: {number}",
    "letter.voided": "Surat ditarik: {number}",
    "tracking.issued": "Kode rahasia diserahkan: {number}",
    "tracking.replaced": "Kode rahasia diganti dengan tujuan tertulis; yang lama tidak berlaku: {number}",
    "message.written": "Kabar disiapkan ({channel}) untuk {recipient_label}",
    "message.sent": "Kabar tersampaikan ({channel})",
    "message.failed": "Kabar tidak terkirim ({channel})",
    "message.retried": "Kabar dicoba lagi ({channel})",
    "message.printed": "Kabar yang tidak terkirim dijadikan slip",
    "case.moved": "Dipindahkan ke versi {version} prosesnya (semula versi {former}) atas perintah {by}",
    "case.moved_back": "Dikembalikan ke versi {version} prosesnya (dari versi {former}) atas perintah {by}",
    "case.restored": "Berkas yang terhenti dijalankan lagi",
    "waiver.granted": "Pengecualian persyaratan diberikan",
    "waiver.refused": "Pengecualian persyaratan ditolak",
    "wall.raised": "Yang disebut pada berkas ini tidak dapat lagi melihatnya",
    "case.confined": "Berkas kini hanya dapat dilihat {label}",
    "case.archived": "Bundel berkas disimpan di arsip",
    "case.exported": "Riwayat berkas diekspor",
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    who: str
    what: str
    action: str
    element: str | None
    details: Mapping[str, Any]


KEPT = {"message": "kabar menunggu di Kotak keluar"}
"""What became of what failed, where it is no step of the case."""


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def timeline(work: UnitOfWork, case_id: UUID) -> list[Entry]:
    """The events of a case, oldest first, as sentences, save those about papers the actor may not know of. Raises `NotFound`."""
    case = access.visible_case(work, case_id)
    definition = definition_of(work, case.definition_id)
    events = work.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.case_id == case_id, clearances.may_be_told(work, case))
        .order_by(AuditEvent.position)
    )
    return [
        Entry(
            event.at,
            people.acting(event.actor_name, event.details.get("for_whom")),
            _sentence(work, event, case, definition),
            event.action,
            event.element,
            event.details,
        )
        for event in events
    ]


def _sentence(work: UnitOfWork, event: AuditEvent, case: Case, definition: Definition) -> str:
    facts = _Facts(event.details)
    element = definition.elements.get(event.element or "")
    facts["element_name"] = element.name if element else ""
    facts["kept"] = KEPT.get(str(facts["operation"]), "langkah tidak disimpan setengah")
    facts["outcome_words"] = readable.outcome(definition, str(facts["outcome"]))
    facts["recipient_label"] = role_label(work, str(facts["recipient"]))
    if "clock" in facts:
        clock = str(facts["clock"])
        label = readable.clock(definition, clock, edges.chosen(work, case, clock))
        facts["clock_label"] = label[:1].lower() + label[1:]
    if "seconds" in facts:
        facts["duration"] = readable.duration(timedelta(seconds=int(facts["seconds"])))
    for name in ("was", "becomes"):
        if name in facts:
            facts[f"{name}_words"] = readable.moment(datetime.fromisoformat(str(facts[name])))
    return SENTENCES.get(event.action, event.action).format_map(facts).rstrip(": ,")
