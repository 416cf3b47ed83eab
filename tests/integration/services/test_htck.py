"""Requests between functions: who begins them as what, who sees, reads and cancels them (R74 to
R79).
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.services import htck
from tests.integration.services.htck import (
    ACCEPTED,
    ANSWERED,
    BROKEN,
    CLOSED,
    FOUND,
    RETURNED,
    ask,
    begin,
    done,
    open_elements,
    waiting,
    wanted,
)
from tests.integration.services.walled import refused, sees
from workflow_app.domain import SYSTEM, Actor, Answers, Forbidden, InvalidInput
from workflow_app.models import Case, Letter
from workflow_app.services.cases import inbox, task_rights
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.documents import documents
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases

Person = Callable[..., Actor]


@pytest.fixture(autouse=True)
def deployed(works: Works) -> None:
    htck.deploy(works)


@pytest.fixture
def sarpras(person: Person) -> Actor:
    return person("rizal", "sarpras")


@pytest.fixture
def siwas(person: Person) -> Actor:
    return person("wati", "siwas")


def reads(works: Works, actor: Actor, case_id: UUID) -> bool:
    with works.begin(actor) as work:
        return task_rights.reads_papers(work, work.session.get_one(Case, case_id))


@pytest.mark.parametrize(
    ("roles", "asks_as", "first"),
    [
        (("petugas",), "petugas", "minta"),
        (("petugas", "pamapta"), "pamapta", "minta"),
        (("ka_spkt",), "ka_spkt", "minta"),
        (("bag_ops",), "bag_ops", "minta_fungsi"),
        (("piket_propam",), "piket_propam", "minta_fungsi"),
        (("bag_ren", "petugas"), "petugas", "minta"),
    ],
)
def test_r74_to_r79_a_request_is_begun_in_the_role_that_asks(
    works: Works, person: Person, roles: tuple[str, ...], asks_as: str, first: str
) -> None:
    actor = person("pemula", *roles)
    task = waiting(works, begin(works, actor))
    assert (task.element, task.role, task.assignee_id, task.hand_off) == (
        first,
        asks_as,
        actor.user_id,
        None,
    )


@pytest.mark.parametrize("role", ["piket_lantas", "arsiparis", "pimpinan", "auditor", "admin"])
def test_who_asks_nobody_begins_none(works: Works, person: Person, role: str) -> None:
    with pytest.raises(Forbidden), works.begin(person("pemula", role)) as work:
        cases.start(work, htck.KEY)


def test_a_unit_begins_requests_and_nothing_else(works: Works, siwas: Actor, sktlk: str) -> None:
    with works.begin(siwas) as work:
        assert [process.key for process in definitions.startable(work)] == [htck.KEY]
        assert htck.KEY in {process.key for process in definitions.concerning(work)}
        assert sktlk not in {process.key for process in definitions.concerning(work)}
    with pytest.raises(Forbidden), works.begin(siwas) as work:
        cases.start(work, sktlk)


def test_r78_a_defect_waits_with_sarpras_and_no_other_unit_knows_of_it(
    works: Works, budi: Actor, sarpras: Actor, siwas: Actor, person: Person
) -> None:
    case_id = ask(works, budi, BROKEN)
    task = waiting(works, case_id)
    assert (task.element, task.role, task.hand_off) == ("terima", "sarpras", "held")
    others = [
        siwas,
        *(person(role, role) for role in ("bag_ops", "bag_ren", "bag_sumda", "piket_reskrim")),
    ]
    assert sees(works, sarpras, case_id)
    for other in others:
        assert refused(works, other, lambda work: cases.get(work, case_id)), other.name
        with works.begin(other) as work:
            assert inbox.page(work, "all").counts["all"] == 0
    with works.begin(sarpras) as work:
        assert inbox.page(work, "queue").counts["queue"] == 1


def test_r78_sarpras_reads_until_it_returns_the_request_and_then_no_more(
    works: Works, budi: Actor, sarpras: Actor
) -> None:
    kept, returned = (ask(works, budi, BROKEN) for _ in range(2))
    assert reads(works, sarpras, kept) and reads(works, sarpras, returned)
    done(works, sarpras, kept, ACCEPTED)
    done(works, sarpras, returned, RETURNED)
    assert reads(works, sarpras, kept)
    assert sees(works, sarpras, returned) and not reads(works, sarpras, returned)
    task = waiting(works, returned)
    assert (task.element, task.assignee_id) == ("minta", budi.user_id)


def test_r75_who_asked_spkt_reads_the_papers_of_the_answer(
    works: Works, sari: Actor, stage: Stage, person: Person
) -> None:
    bag_ops = person("ops", "bag_ops")
    case_id = ask(works, bag_ops, wanted("masuk_laporan"))
    done(works, sari, case_id, ACCEPTED)
    with works.begin(sari) as work:
        paper = documents.upload(
            work, case_id, element="jawab", label="Dokumen lain", data=stage.paper
        ).id
    done(works, sari, case_id, {**ANSWERED, "lampiran_jawaban": [str(paper)]})
    seeding.settle(stage, case_id)
    task = waiting(works, case_id)
    assert (task.element, task.role, task.assignee_id) == ("tutup", "bag_ops", bag_ops.user_id)
    with works.begin(bag_ops) as work:
        assert documents.content(work, paper, "original").data
    done(works, bag_ops, case_id, CLOSED)
    seeding.settle(stage, case_id)
    with works.begin(bag_ops) as work:
        assert cases.get(work, case_id).outcome == "selesai"


def test_r74_the_answer_is_written_to_who_asked_by_the_label_of_the_office(
    works: Works, siwas: Actor, sari: Actor, stage: Stage
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "label_peran", {"siwas": "Seksi Pengawasan"}, work.clock())
    case_id = ask(works, siwas, FOUND)
    done(works, sari, case_id, ACCEPTED)
    done(works, sari, case_id, ANSWERED)
    seeding.settle(stage, case_id)
    with works.begin(SYSTEM) as work:
        letter = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        assert (letter.kind, letter.frozen["kepada"]) == ("nota_dinas_jawaban", "Seksi Pengawasan")
        assert letter.number.startswith("ND/1/XI/2026/")


def test_r74_ka_spkt_cannot_cancel_what_siwas_asks_of_him_and_siwas_can(
    works: Works, siwas: Actor, sari: Actor, person: Person
) -> None:
    case_id = ask(works, siwas, FOUND)
    for other in (sari, person("pama", "pamapta", "petugas")):
        with pytest.raises(Forbidden), works.begin(other) as work:
            cases.cancel(work, case_id, "Contoh alasan yang cukup panjang")
        with works.begin(other) as work:
            assert not cases.get(work, case_id).can_cancel
    with works.begin(siwas) as work:
        assert cases.get(work, case_id).can_cancel
        cases.cancel(work, case_id, "Contoh alasan yang cukup panjang")
        assert cases.get(work, case_id).status == "cancelled"


def test_r79_a_request_about_a_member_is_propam_s_alone_and_out_of_sight_of_who_sent_it(
    works: Works, budi: Actor, sari: Actor, person: Person
) -> None:
    named, propam, chief = (
        person("terlapor", "piket_propam"),
        person("propam", "piket_propam"),
        person("kapolres", "pimpinan"),
    )
    case_id = begin(works, budi)
    left = done(works, budi, case_id, wanted("anggota", yang_bersangkutan=[str(named.user_id)]))
    assert left.is_out_of_sight
    for actor, is_seen in (
        (propam, True),
        (chief, True),
        (budi, False),
        (sari, False),
        (named, False),
    ):
        assert sees(works, actor, case_id) is is_seen, actor.name
    task = waiting(works, case_id)
    assert (task.element, task.role, task.assignee_id) == ("terima_propam", "piket_propam", None)
    done(works, propam, case_id, {"nomor_propam": "CONTOH/1"})
    result: Answers = {
        "hasil_penanganan": "ditangani",
        "uraian_hasil": "Contoh: sudah ditangani.",
        "peminta_diberitahu": "ya",
    }
    done(works, propam, case_id, result)
    with works.begin(propam) as work:
        assert work.session.get_one(Case, case_id).confined_to == "piket_propam"


def test_r79_whom_propam_asks_about_does_not_see_the_request_even_as_head_of_the_counter(
    works: Works, sari: Actor, person: Person
) -> None:
    propam, deputy = person("propam", "piket_propam"), person("wakil", "ka_spkt")
    case_id = ask(works, propam, wanted("masuk_laporan", yang_bersangkutan=[str(sari.user_id)]))
    assert not sees(works, sari, case_id) and sees(works, deputy, case_id)
    task = waiting(works, case_id)
    assert (task.element, task.role, task.assignee_id) == ("terima", "ka_spkt", None)
    done(works, deputy, case_id, ACCEPTED)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"dibutuhkan_sampai": "2026-11-22"}, "dibutuhkan_sampai"),
        ({"dibutuhkan_sampai": "besok"}, "dibutuhkan_sampai"),
        ({"jenis_htck": "masuk_temuan"}, "jenis_htck"),
        ({"jenis_htck": ""}, "jenis_htck"),
        ({"perihal": "x" * 151}, "perihal"),
        ({"barang": None}, "barang"),
        ({"isi_permintaan": "singkat"}, "isi_permintaan"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_moves(
    works: Works, budi: Actor, change: dict[str, object], field: str
) -> None:
    case_id = begin(works, budi)
    with pytest.raises(InvalidInput) as refusal:
        done(works, budi, case_id, {**BROKEN, **change})  # type: ignore[dict-item]  # what a hostile page sends
    assert field in refusal.value.fields
    assert open_elements(works, case_id) == {"minta"}


def test_a_unit_cannot_ask_spkt_what_spkt_asks_others(works: Works, siwas: Actor) -> None:
    case_id = begin(works, siwas)
    with pytest.raises(InvalidInput) as refusal:
        done(works, siwas, case_id, wanted("karier"))
    assert "jenis_htck" in refusal.value.fields


def test_who_asked_does_not_approve_although_he_leads_too(
    works: Works, person: Person, stage: Stage, sari: Actor
) -> None:
    both = person("ganda", "petugas")
    case_id = ask(works, both, wanted("anggaran"))
    task = waiting(works, case_id)
    assert (task.element, task.role) == ("setujui", "ka_spkt")
    with pytest.raises(Forbidden):
        done(works, both, case_id, {"persetujuan": "setuju"})
    done(works, sari, case_id, {"persetujuan": "setuju"})
    seeding.settle(stage, case_id)
    assert waiting(works, case_id).role == "bag_ren"
