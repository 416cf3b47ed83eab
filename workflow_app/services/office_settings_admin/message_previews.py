"""How the next message would read, and by which way it would leave the house: with invented
facts.
"""

from collections.abc import Mapping
from datetime import datetime

from workflow_app.permissions import ROLES
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.messages import messages
from workflow_app.services.office_settings import configuration, message_texts
from workflow_app.services.office_settings_admin.wording import Turn

FACTS = {
    "nomor": "B-CONTOH-000123",
    "layanan": "Contoh layanan",
    "langkah": "petugas menghubungi Anda",
}
FIRST_TEXT = "nomor_berkas"
"""The text on which the number of the unit is shown."""
WAYS = {"telepon": "SMS", "surel": "surel", messages.SLIP: "slip yang dicetak"}
CITIZENS: Mapping[str, Mapping[str, str]] = {
    "Warga dengan telepon dan surel": {"telepon": "0812", "surel": "contoh@contoh.id"},
    "Warga dengan telepon saja": {"telepon": "0812"},
    "Warga tanpa keduanya": {},
}


def of_text(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """The text of a key with invented facts."""
    part = key.partition(".")[2] if key.startswith(message_texts.PREFIX) else FIRST_TEXT
    text = messages.filled(work, part, {**FACTS, "batas_waktu": formatting.moment(work.clock())})
    return {"Pesan berikutnya": [text.title, text.body]}


def of_ways(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """By which way messages reach whom."""
    contacts: Mapping[str, Mapping[str, str]] = configuration.value(work, "kontak_peran")
    leaders = {
        configuration.role_label(work, role): contacts.get(role, {})
        for role in ROLES
        if role in contacts
    }
    return {
        who: [WAYS[messages.first_way(work, contact)[0]]]
        for who, contact in {**CITIZENS, **leaders}.items()
    }


def kept_by_messages(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Messages that were written stay as they are."""
    return [
        "Pesan yang sudah ditulis tidak berubah.",
        f"Pesan yang ditulis {turn.since} memakai yang {turn.which}.",
    ]
