"""Police reports on the real services: both letters or none, both signatures, the receiving
function, the register (R47 to R51).
"""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from workflow_app.domain import SYSTEM, Actor, InvalidInput, NotFound, SentraError
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import Case, Letter, LetterNumber, Task
from workflow_app.services.cases import access, answers, history, related_cases
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.letters import letters, printing
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.workflow import cases, tasks

FILES = process_folders.read_folder(PROCESSES / "lp")
Play = Callable[..., UUID]


def scenario(name: str) -> Scenario:
    return process_folders.read_scenario(name, FILES[f"scenarios/{name}.yaml"])


def steps_until(told: Scenario, element: str) -> int:
    """How many steps of a scenario come before an element is completed."""
    return next(
        n for n, s in enumerate(told.steps) if isinstance(s, Complete) and s.element == element
    )


@pytest.fixture
def cast(person: Callable[..., Actor]) -> dict[str, Actor]:
    roles = ("pamapta", "piket_reskrim", "piket_narkoba", "piket_lantas", "piket_propam")
    return {role: person(role, role) for role in roles}


@pytest.fixture
def report(stage: Stage, works: Works, cast: dict[str, Actor]) -> Play:
    """Plays a scenario of the police report, whole or until an element waits."""
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "lp")

    def play(name: str, until: str = "") -> UUID:
        told = scenario(name)
        full = replace(stage, cast={**stage.cast, **cast})
        return seeding.play(full, "lp", told, steps=steps_until(told, until) if until else None)

    return play


def numbers_of(works: Works, case_id: UUID) -> dict[str, str]:
    with works.begin(SYSTEM) as work:
        query = select(Letter).where(Letter.case_id == case_id, Letter.status == "valid")
        return {letter.kind: letter.number for letter in work.session.scalars(query)}


@pytest.mark.parametrize("kind", ["lp", "sttlp"])
def test_r48_report_and_receipt_are_withdrawn_together(
    report: Play, works: Works, sari: Actor, kind: str
) -> None:
    case_id = report("diterima_model_b")
    with works.begin(sari) as work:
        shown = {letter.kind: letter for letter in printing.for_case(work, case_id)}
        other = shown["sttlp" if kind == "lp" else "lp"]
        assert shown[kind].goes_with == [f"{other.title} {other.number}"]
        letters.withdraw(work, shown[kind].id, "Contoh: laporan ini keliru")
    with works.begin(sari) as work:
        letters.withdraw(work, shown[kind].id, "Contoh: laporan ini keliru")
        shown = {letter.kind: letter for letter in printing.for_case(work, case_id)}
        assert {letter.status for letter in shown.values()} == {"void"}
        assert {letter.void_reason for letter in shown.values()} == {"Contoh: laporan ini keliru"}
        assert shown[kind].goes_with == []


def test_r48_report_and_receipt_are_numbered_together_and_each_model_by_itself(
    works: Works, report: Play
) -> None:
    first = numbers_of(works, report("diterima_model_b", "tanda_tangan"))
    second = numbers_of(works, report("diterima_model_b", "tanda_tangan"))
    of_member = numbers_of(works, report("diterima_model_a", "tanda_tangan"))
    place = "XI/2026/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    assert first == {"lp": f"LP/B/1/{place}", "sttlp": f"STTLP/B/1/{place}"}
    assert second == {"lp": f"LP/B/2/{place}", "sttlp": f"STTLP/B/2/{place}"}
    assert of_member == {"lp": f"LP/A/1/{place}", "sttlp": f"STTLP/A/1/{place}"}


def test_r48_where_the_receipt_cannot_be_issued_there_is_no_report_and_no_number(
    works: Works, report: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(configuration.SEED, "pola_nomor.STTLP_B", "STTLP")
    with pytest.raises(SentraError, match="STTLP_B"):
        report("diterima_model_b", "tanda_tangan")
    with works.begin(SYSTEM) as work:
        assert list(work.session.scalars(select(Letter.kind))) == []
        series = set(work.session.scalars(select(LetterNumber.series)))
        assert not series & {"LP_B", "STTLP_B"}


def test_r48_both_letters_carry_both_signatures_and_the_receipt_names_the_report(
    works: Works, report: Play
) -> None:
    case_id = report("diterima_model_b", "serahkan")
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        issued = {letter.kind: letter for letter in letters.of_case(work, case.id)}
        assert issued["sttlp"].frozen["surat_lain"] == {"lp": issued["lp"].number}
        assert issued["lp"].frozen["petugas"]["nama"] == "Contoh Budi"
        assert issued["lp"].frozen["ketentuan"] == configuration.SEED["ketentuan.lp"]
        printed = [letter.id for letter in issued.values()]
    with works.begin(desk_of(works)) as work:
        for letter_id in printed:
            assert pictures_in(printing.pdf(work, letter_id).data) == 2, "two signatures"


def test_r48_only_the_officer_whom_the_letter_names_signs_it_and_another_has_it_written_anew(
    stage: Stage, works: Works, report: Play, person: Callable[..., Actor]
) -> None:
    """A spoken report is recorded by an officer and signed by the reporter and by him; the letter
    is printed before.
    """
    case_id = report("diterima_model_b", "tanda_tangan")
    desk, relief = desk_of(works), person("rekan", "petugas")
    signs = next(
        s for s in scenario("diterima_model_b").steps if getattr(s, "element", "") == "tanda_tangan"
    )
    assert isinstance(signs, Complete)
    task_id = open_task(works, case_id)
    with works.begin(person("kepala", "ka_spkt")) as work:
        tasks.reassign(work, task_id, relief.user_id)
    with works.begin(relief) as work, pytest.raises(InvalidInput) as refused:
        tasks.complete(work, task_id, signs.answers, str(uuid4()))
    assert refused.value.fields.keys() == {"cara_tanda_tangan"}
    assert "Hanya Contoh Budi" in refused.value.fields["cara_tanda_tangan"]
    assert numbers_of(works, case_id).keys() == {"lp", "sttlp"}, "nothing happened"

    assert stage.advance is not None
    stage.advance(timedelta(minutes=1))  # who served last is told by the time
    wrong = {
        "sudah_dibaca": True,
        "isi_surat": "salah",
        "bagian": "kejadian",
        "kesalahan": "Petugas berganti.",
    }
    with works.begin(relief) as work:
        tasks.complete(work, task_id, wrong, str(uuid4()))
    again = open_task(works, case_id)
    with works.begin(relief) as work:
        tasks.complete(work, again, tasks.get(work, again).answers, str(uuid4()))
    assert numbers_of(works, case_id) == {}, "both letters that named the first officer are void"
    with works.begin(SYSTEM) as work:
        (done,) = answers.newest(work, case_id, ["kejadian"]).values()
        assert done.submitted_by == relief.user_id != desk.user_id


def test_r48_the_letters_come_to_the_officer_whom_they_name_though_another_read_them_back(
    stage: Stage, works: Works, report: Play, cast: dict[str, Actor], person: Callable[..., Actor]
) -> None:
    case_id = report("diterima_model_b", "baca_ulang")
    relief = person("rekan", "petugas")
    with works.begin(person("kepala", "ka_spkt")) as work:
        tasks.reassign(work, open_task(works, case_id), relief.user_id)
    with works.begin(relief) as work:
        told = {"dibacakan": True, "isi_laporan": "benar"}
        tasks.complete(work, open_task(works, case_id), told, str(uuid4()))
    seeding.settle(stage, case_id)
    with works.begin(SYSTEM) as work:
        task = work.session.get_one(Task, open_task(works, case_id))
        assert (task.element, task.assignee_id) == ("tanda_tangan", stage.cast["petugas"].user_id)


def open_task(works: Works, case_id: UUID) -> UUID:
    """The only open task of a case."""
    with works.begin(SYSTEM) as work:
        query = select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        return work.session.scalars(query).one()


def pictures_in(pdf: bytes) -> int:
    """Different pictures on all pages."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(
            {picture.objgen for page in opened.pages for picture in page.get_images().values()}
        )


def desk_of(works: Works) -> Actor:
    with works.begin(SYSTEM) as work:
        case = work.session.scalars(select(Case)).first()
        assert case is not None
        return Actor(case.opened_by, "Contoh Budi", frozenset({"petugas"}))


def test_r49_the_function_that_a_report_is_for_sees_it_and_reads_it_on_record(
    works: Works, report: Play, cast: dict[str, Actor]
) -> None:
    case_id = report("diterima_model_b", "rujukan_terima")
    with works.begin(cast["piket_reskrim"]) as work:
        (task,) = work.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.status == "open")
        )
        assert (task.element, task.role) == ("rujukan_terima", "piket_reskrim")
        form = definition_of(work, work.session.get_one(Case, case_id).definition_id).form(
            task.element
        )
        told = history.record_of(work, access.visible_case(work, case_id), form).summary
        assert any("Contoh Petugas Satu" in sentence for sentence in told), (
            "who brought the reporter, and when"
        )
        shown = answers.reveal(work, case_id, "memeriksa pelapor")
        assert any(group.element == "kronologi" for group in shown)
        assert [entry.purpose for entry in answers.accesses(work, case_id)] == ["memeriksa pelapor"]
    for stranger in ("piket_narkoba", "piket_lantas", "piket_propam"):
        with works.begin(cast[stranger]) as work, pytest.raises(NotFound):
            access.visible_case(work, case_id)


def test_r49_the_referral_says_the_function_of_the_table_without_asking_for_it(
    works: Works, report: Play
) -> None:
    case_id = report("diterima_model_b", "rujukan_cara")
    with works.begin(desk_of(works)) as work:
        case = access.visible_case(work, case_id)
        form = definition_of(work, case.definition_id).form("rujukan_cara")
        assert history.record_of(work, case, form).summary == [
            "Tujuan: Sat Reskrim (penyidik).",
            "Laporan Polisi dan tanda terimanya tidak dipungut biaya (Rp0).",
        ]


def test_r47_the_register_shows_reports_that_may_tell_of_the_same_event_and_no_people(
    works: Works, report: Play
) -> None:
    known = report("diterima_model_b", "tanda_tangan")
    other_kind = report("diterima_model_a", "riwayat")
    asked = report("diterima_model_b", "riwayat")
    with works.begin(desk_of(works)) as work:
        case = work.session.get_one(Case, asked)
        field = definition_of(work, case.definition_id).form("riwayat").fields["serupa"]
        found = related_cases.find(work, asked, field)
        assert [hit.id for hit in found] == [known, other_kind], (
            "another kind is found for the person only, and last"
        )
        assert all(hit.is_of_same_person for hit in found)
        assert found[0].words == ["Pencurian", "Kandangan", "22 November 2026"]
        assert [number.partition("/")[0] for number in found[0].letters] == ["LP", "STTLP"]
        assert "Contoh Warga" not in repr(found)


def test_r47_reports_that_the_actor_may_not_see_are_not_hinted_at(
    works: Works, report: Play, tono: Actor
) -> None:
    report("diterima_model_b", "tanda_tangan")
    asked = report("diterima_model_b", "riwayat")
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, asked)
        field = definition_of(work, case.definition_id).form("riwayat").fields["serupa"]
    with works.begin(tono) as work, pytest.raises(NotFound):
        related_cases.find(work, asked, field)


def test_r46_a_setting_holds_for_cases_that_read_it_afterwards(works: Works, report: Play) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(
            work, "lp.langkah_turunan", ["baca_ulang"], configuration.SOP_IN_FORCE
        )
    told = scenario("tanpa_langkah_turunan")
    assert any(isinstance(s, Complete) and s.element == "riwayat" for s in told.steps)
    case_id = report("tanpa_langkah_turunan", "riwayat")
    with works.begin(SYSTEM) as work:
        opened = work.session.scalars(
            select(Task.element).where(Task.case_id == case_id, Task.status == "open")
        )
        assert list(opened) == ["riwayat"]


def test_who_decides_does_not_take_the_reporter_over_from_the_officer_who_serves_him(
    stage: Stage, works: Works, report: Play, cast: dict[str, Actor], person: Callable[..., Actor]
) -> None:
    both = person("komandan", "pamapta", "petugas")
    told = scenario("diterima_model_b")
    full = replace(stage, cast={**stage.cast, **cast, "pamapta": both})
    case_id = seeding.play(full, "lp", told, steps=steps_until(told, "baca_ulang"))
    with works.begin(SYSTEM) as work:
        (task,) = work.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.status == "open")
        )
        assert (task.element, task.assignee_id) == ("baca_ulang", stage.cast["petugas"].user_id)


def test_a_case_that_waits_for_a_question_ends_its_sentence_once(
    works: Works, report: Play, budi: Actor
) -> None:
    case_id = report("diterima_model_b", until="riwayat")
    with works.begin(budi) as work:
        assert cases.get(work, case_id).summary.endswith("tanyakan: pernah dilaporkan?")
