"""Which channels of complaints the office serves: what the form offers, what is refused, and what
is published (R17, R40).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.conftest import PROCESSES, TestClock
from workflow_app.domain import SYSTEM, WITA, Actor, InvalidInput
from workflow_app.engine.forms import Form
from workflow_app.models import BoxOpening
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings_admin import configuration_files
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, complaint_boxes, tasks

KEY = configuration.CHANNELS
MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""24 November 2026, 00.00 WITA."""
WHATSAPP_FIRST = [
    {"kode": "whatsapp", "sebutan": "WhatsApp 110", "dilayani": True},
    {"kode": "langsung", "sebutan": "Datang sendiri", "dilayani": True},
    {"kode": "sms", "sebutan": "SMS", "dilayani": False},
    {"kode": "kotak_pengaduan", "sebutan": "Kotak", "dilayani": False},
]
Person = Callable[..., Actor]


@pytest.fixture
def complaint(works: Works) -> Form:
    """The form in which a complaint is received, of the release."""
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "complaint")
        configuration.set_value(work, KEY, WHATSAPP_FIRST, MIDNIGHT)
    return definitions.read(PROCESSES / "complaint").form("terima_pengaduan")


def test_r17_the_product_comes_with_the_ten_channels_of_the_process(complaint: Form) -> None:
    sheets = definitions.read(PROCESSES / "complaint").form("lembar_kotak").fields["kanal"].options
    asked = {**complaint.fields["kanal"].options, **sheets}

    assert {item["kode"]: item["sebutan"] for item in SEED[KEY]} == asked
    assert all(item["dilayani"] for item in SEED[KEY])
    assert len(asked) == 10


def test_r17_a_channel_ends_at_midnight_on_the_page_and_in_the_answer(
    works: Works, clock: TestClock, person: Person, complaint: Form
) -> None:
    officer = person("budi", "petugas")
    clock.at = MIDNIGHT - timedelta(seconds=1)
    with works.begin(officer) as work:
        task_id = cases.start(work, "complaint").task_id
        assert task_id is not None
        assert list(tasks.get(work, task_id).form.fields["kanal"].options)[:2] == [
            "langsung",
            "surat",
        ]
        assert configuration.check(work, complaint, {"kanal": "sms"}) == {}

    clock.at = MIDNIGHT
    with works.begin(officer) as work:
        shown = tasks.get(work, task_id).form.fields["kanal"].options
        assert list(shown.items()) == [("whatsapp", "WhatsApp 110"), ("langsung", "Datang sendiri")]
        with pytest.raises(InvalidInput) as refusal:
            tasks.complete(work, task_id, by_sms(clock.at), str(uuid4()))
    assert refusal.value.fields == {
        "bukti_asli": (
            "Dokumen ini tidak ada di berkas ini. Pindai atau unggah sekali lagi di sini."
        ),
        "kanal": (
            "Pilihan ini sedang tidak dilayani. Pilih yang dilayani: WhatsApp 110, Datang sendiri."
        ),
    }


def by_sms(at: datetime) -> dict[str, Any]:
    return {
        "darurat": "tidak",
        "kanal": "sms",
        "received_at": at.astimezone(WITA).isoformat(),
        "telepon": "0812-5000-0000",
        "bukti_asli": [str(uuid4())],
    }


def test_r19_a_box_that_was_opened_while_it_was_in_service_is_recorded_after_it(
    works: Works, clock: TestClock, person: Person, complaint: Form
) -> None:
    clock.at = MIDNIGHT + timedelta(minutes=10)
    officer, other = person("budi", "petugas"), person("wati", "pamapta")
    with works.begin(SYSTEM) as work:
        second = next(user for user in users.list_all(work) if user.id == other.user_id)
    with works.begin(officer) as work:
        with pytest.raises(InvalidInput) as refusal:
            complaint_boxes.open_box(
                work,
                complaint_boxes.Asked("Kotak pengaduan SPKT", "2026-11-24T00:00", "1"),
                second,
                "a",
            )
        assert refusal.value.fields == {"kotak": complaint_boxes.OUT_OF_SERVICE}
        assert work.session.query(BoxOpening).count() == 0

        asked = complaint_boxes.Asked("Kotak pengaduan SPKT", "2026-11-23T23:59", "1")
        assert len(complaint_boxes.open_box(work, asked, second, "b")) == 1


def test_r17_what_was_answered_is_read_by_the_words_of_the_office(
    work: UnitOfWork, clock: TestClock, complaint: Form
) -> None:
    clock.at = MIDNIGHT
    told = configuration.worded(work, complaint).fields["kanal"].options
    assert (told["sms"], told["langsung"], told["faksimili"]) == (
        "SMS",
        "Datang sendiri",
        "Faksimili",
    )


def test_r17_the_channels_come_and_go_with_the_file(work: UnitOfWork) -> None:
    file = json.dumps({KEY: {"2026-11-24T00:00": WHATSAPP_FIRST}})

    assert len(configuration_files.take_in(work, file)) == 1
    assert configuration_files.take_in(work, configuration_files.export(work)) == []

    assert list(configuration.in_service(work, KEY, MIDNIGHT)) == ["whatsapp", "langsung"]
    assert list(configuration.words(work, KEY, MIDNIGHT)) == [
        "whatsapp",
        "langsung",
        "sms",
        "kotak_pengaduan",
    ]
    with pytest.raises(InvalidInput, match="siapa pun yang datang diterima"):
        configuration.set_value(work, KEY, WHATSAPP_FIRST[:1], MIDNIGHT)
