import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.engine import (
    call_faults,
    decision_faults,
    letter_faults,
    operation_faults,
    presence_faults,
    public_faults,
    stage_faults,
)
from tests.unit.engine.counter import service_counter
from tests.unit.engine.family import call, report
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import comparing, line, rework, with_setting
from workflow_app.engine.linting.linter import RULES, lint

ROLES = {"petugas", "ka_spkt", "piket_lantas", "piket_reskrim"}
SETTINGS = {"pesan.selesai"}

SCENARIO = """
name: Contoh
clauses: [R54]
steps:
  - complete: terima
    as: petugas
    answers: {catatan: baik}
  - advance: PT5M
  - message: pembatalan
  - expect_open: []
expect: {outcome: dibatalkan, letters: [], variables: {}}
"""


def found(folder: Folder) -> set[tuple[str, str]]:
    return {(finding.rule, finding.element) for finding in lint(folder.files(), ROLES, SETTINGS)}


def scenario(old: str = "", new: str = "") -> Folder:
    return service_counter().file("scenarios/contoh.yaml", SCENARIO.replace(old, new, 1))


def with_property(element: str, **properties: str | None) -> Folder:
    folder = service_counter()
    for name, value in properties.items():
        folder.nodes[element].properties.pop(name, None)
        if value is not None:
            folder.nodes[element].properties[name] = value
    return folder


def with_field(**ui: object) -> Folder:
    """A form whose only field is changed."""
    schema = ui.pop("schema", {"type": "string", "enum": ["a", "b"]})
    name = str(ui.pop("name", "pilihan"))
    field = {"widget": "radio", "options": {"a": "A", "b": "B"}, **ui}
    return line().form("kerja", {name: schema}, {name: field})


def with_summary(sentence: str, **ui: object) -> Folder:
    """A form with a summary over its only field."""
    field = {"widget": "radio", "options": {"a": "A", "b": "B"}, **ui}
    return line().form(
        "kerja",
        {"pilihan": {"type": "string", "enum": ["a", "b"]}},
        {"pilihan": field},
        (sentence,),
    )


def changed(change: Callable[[Folder], object]) -> Folder:
    folder = service_counter()
    change(folder)
    return folder


def drop_drawing(folder: Folder) -> Folder:
    folder.nodes["isi"].drawn = False
    return folder


def replaced(old: str, new: str, folder: Folder | None = None) -> Folder:
    """The BPMN text with one passage replaced."""
    folder = folder or service_counter()
    text = folder.xml()
    assert old in text
    return folder.file("process.bpmn", text.replace(old, new, 1))


@pytest.mark.parametrize(
    "folder",
    [
        service_counter(),
        line(),
        rework(3),
        scenario(),
        with_field(control=True),
        with_summary("Dipilih {kerja.pilihan}."),
        call(),
        report(),
        *call_faults.SOUND,
        *letter_faults.SOUND,
        with_setting("uji.cara"),
        comparing(),
    ],
)
def test_a_sound_folder_has_no_findings(folder: Folder) -> None:
    assert lint(folder.files(), ROLES) == []


FAULTS: dict[str, tuple[Folder, str, str]] = {
    "a file that is no XML": (line().file("process.bpmn", "<rusak"), "model", "process.bpmn"),
    "a second process": (replaced("<bpmndi:BPMNDiagram",
    '<bpmn:process id="lain"/><bpmndi:BPMNDiagram'), "one-process", "process.bpmn"),
    "a script task": (line().add("scriptTask", "skrip", "sistem"), "element-kind", "skrip"),
    "a complex gateway": (line().add("complexGateway", "rumit"), "element-kind", "rumit"),
    "a throwing link": (line().add("intermediateThrowEvent", "lompat"), "element-kind", "lompat"),
    "a send task": (line().add("sendTask", "kirim"), "element-kind", "kirim"),
    "a catching link": (line().add("intermediateCatchEvent", "tiba",
    body="<bpmn:linkEventDefinition/>"), "event-kind", "tiba"),
    "a compensation": (line().add("boundaryEvent", "balik",
    body="<bpmn:compensateEventDefinition/>", attributes={"attachedToRef": "kerja"}), "event-kind",
        "balik"),
    "an event without definition": (line().add("intermediateCatchEvent", "kosong"), "event-kind",
    "kosong"),
    "a task for compensation": (line(attributes={"isForCompensation": "true"}), "marker", "kerja"),
    ("an event "
        "subprocess"): (
        changed(lambda f: f.nodes["layanan"].attributes.update(triggeredByEvent="true")),
        "marker", "layanan"),
    "a multi-instance task": (changed(lambda f: setattr(f.nodes["isi"], "body",
    "<bpmn:multiInstanceLoopCharacteristics/>")), "marker", "isi"),
    "a message without name": (replaced('name="pembatalan"/>', "/>"), "message-unknown", "batal"),
    "an id with capitals": (line().add("userTask", "Tugas_1"), "element-id", "Tugas_1"),
    "a task without name": (line(attributes={"name": " "}), "element-name", "kerja"),
    "a lane that is no role": (service_counter().add("userTask", "asing", "kepala_desa"),
    "lane-role", "lane_kepala_desa"),
    "a task in no lane": (replaced("<bpmn:flowNodeRef>terima</bpmn:flowNodeRef>", ""), "lane-role",
    "terima"),
    "a person in the system's lane": (changed(lambda f: setattr(f.nodes["terima"], "lane",
    "sistem")), "lane-system", "terima"),
    "a service in a person's lane": (changed(lambda f: setattr(f.nodes["cetak"], "lane",
    "petugas")), "lane-system", "cetak"),
    "a user task without clause": (with_property("terima", clause=None), "clause-missing",
    "terima"),
    "a service task without clause": (with_property("cetak", clause=None), "clause-missing",
    "cetak"),
    "a rule task without clause": (with_property("pilih_target", clause=" "), "clause-missing",
    "pilih_target"),
    "a clause that is no number": (with_property("terima", clause="IV.3"), "clause-missing",
    "terima"),
    "a user task without form": (with_property("terima", formJsonSchemaFilename=None),
    "form-missing", "terima"),
    "a form file that is missing": (with_property("terima", formUiSchemaFilename="forms/lain.json"),
    "form-unreadable", "terima"),
    "a form nobody uses": (line().json("forms/lain.json", {}), "form-unused", "forms/lain.json"),
    "a property with a typo": (with_property("terima", claus="R1"), "property-unknown", "terima"),
    "four eyes on an unknown task": (with_property("setujui", fourEyes="hantu"),
    "property-reference", "setujui"),
    "four eyes on itself": (with_property("setujui", fourEyes="setujui"), "property-reference",
    "setujui"),
    "a prefill from an unknown task": (with_property("terima", prefill="hantu"),
    "property-reference", "terima"),
    "a task given to nobody known": (with_property("isi", assign="petugas"), "assign-unknown",
    "isi"),
    "a limit that is no number": (with_property("isi", maxVisits="banyak"), "max-visits", "isi"),
    "a limit on a gateway": (with_property("disetujui", maxVisits="3"), "max-visits", "disetujui"),
    "an end without outcome": (with_property("selesai", outcome=None), "outcome-missing",
    "selesai"),
    "an unknown outcome": (with_property("selesai", outcome="beres"), "outcome-missing", "selesai"),
    "an outcome inside a subprocess": (with_property("selesai_layanan", outcome="selesai"),
    "outcome-missing", "selesai_layanan"),
    "a prefill from a form of another process": (with_property("terima",
    prefill="lp.identitas.nama"), "kin-prefill", "terima"),
    "a bequest of a task that begins nothing": (with_property("setujui", handsOver="terima"),
    "kin-bequest", "setujui"),
    "somebody kept out of a case that is not begun": (with_property("setujui", keepsOut="terima"),
    "kin-bequest", "setujui"),
    "a variable for a case that is not begun": (with_property("setujui", beginsWith="jenis"),
    "kin-bequest", "setujui"),
    "a prefill of a gateway": (with_property("disetujui", prefill="lp.identitas"), "kin-prefill",
    "disetujui"),
    "a setting of another process": (with_setting("lain.cara"), "setting-name", "baca"),
    "a setting in a variable of another name": (with_setting("uji.ragam"), "setting-name", "baca"),
    "a setting without a value to begin with": (with_setting("uji.cara", initial="{}"),
    "setting-name", "baca"),
    "a flow to nowhere": (line().flow("kerja", "hantu"), "flow-broken", "alur_2"),
    "a flow into a subprocess": (service_counter().flow("terima", "isi"), "flow-broken", "alur_17"),
    "two flows between the same two": (line().flow("kerja", "selesai"), "flow-twice", "alur_2"),
    "a dead end": (line().user("buntu").flow("kerja", "buntu"), "dead-end", "buntu"),
    "an unreachable task": (line().user("pulau").flow("pulau", "selesai"), "unreachable", "pulau"),
    "two starts": (line().start("mulai_lagi").flow("mulai_lagi", "kerja"), "one-start",
    "process.bpmn"),
    "two flows out of a task": (line().end("lain").flow("kerja", "lain"), "many-outgoing", "kerja"),
    "a gateway without default": (changed(lambda f: f.defaults.clear()), "gateway-default",
    "disetujui"),
    "a gateway flow without condition": (changed(lambda f: f.flows.append(("disetujui", "setujui",
    "layanan", None))), "gateway-condition", "alur_17"),
    "two flows with one condition": (changed(lambda f: f.flows.append(("disetujui", "setujui",
    "layanan", 'keputusan == "setuju"'))), "gateway-condition", "disetujui"),
    "a condition on a task's flow": (changed(lambda f: f.flows.append(("terbitkan", "cetak", "",
    'jenis == "sim"'))), "gateway-condition", "alur_17"),
    "rework without limit": (with_property("isi", maxVisits=None), "rework-unbounded", "isi"),
    "a boundary that leads straight back": (line(maxVisits=3).timer("lewat", '"PT10M"',
    on="kerja").flow("lewat", "kerja"), "boundary-return", "lewat"),
    "branches that join inside rework": (
        rework(3).choice("cabang", tag="parallelGateway").user("dua").choice("temu",
            tag="parallelGateway").flow("cabang", "dua", "temu", "kerja").flow("putuskan", "cabang",
                "temu"),
        "gateway-in-rework", "cabang",
    ),
    "a condition that does not parse": (changed(lambda f: f.flows.append(("disetujui", "setujui",
    "layanan", "keputusan =="))), "expression", "alur_17"),
    "a condition with an attribute": (changed(lambda f: f.flows.append(("disetujui", "setujui",
    "layanan", "jenis.lower() == 'a'"))), "expression", "alur_17"),
    "a condition on an unknown variable": (changed(lambda f: f.flows.append(("disetujui", "setujui",
    "layanan", 'keputusn == "a"'))), "variable-unknown", "alur_17"),
    "a parameter on an unknown variable": (line().service("cetak", "render_letter",
    letter_id="surat"), "variable-unknown", "cetak"),
    "a timer that does not parse": (line().timer("tunggu", "PT 5"), "expression", "tunggu"),
    "a duration that is none": (line().timer("tunggu", '"5 menit"'), "timer", "tunggu"),
    "a duration with fractions": (line().timer("tunggu", '"PT1.5H30M"'), "timer", "tunggu"),
    "an instant without offset": (line().timer("tunggu", '"2026-01-01T00:00:00"', kind="timeDate"),
    "timer", "tunggu"),
    "a cyclic timer": (line().timer("ulang", '"R3/PT1H"', on="kerja", kind="timeCycle",
    cancelActivity="false"), "timer", "ulang"),
    "a control field named like a function": (with_field(name="max", control=True),
    "variable-reserved", "kerja"),
    "a field named like a reserved key": (with_field(name="typename"), "field-reserved", "kerja"),
    "recordings where no papers are asked for": (with_field(recordings=True), "form-widget",
    "kerja"),
    "a field both personal and control": (with_field(control=True, personal="identitas"),
    "control-personal", "kerja"),
    "free text as control": (with_field(widget="text", control=True), "control-free-text", "kerja"),
    "a time limit on a choice": (with_field(not_after="now"), "date-bounds", "kerja"),
    "an unreadable time limit": (with_field(not_after="besok"), "form-unreadable", "kerja"),
    "a masked answer as notice": (with_field(notice=True, personal="identitas"), "notice-group",
    "kerja"),
    "a summary of an answer nobody gives": (with_summary("Dipilih {kerja.hantu}."),
    "summary-unknown", "kerja"),
    "a summary of a step there is not": (with_summary("Dipilih {hantu.pilihan}."),
    "summary-unknown", "kerja"),
    "a summary of a masked answer": (with_summary("Dipilih {kerja.pilihan}.", personal="identitas"),
    "summary-personal", "kerja"),
    "an unsealed identity number": (with_field(widget="nik"), "personal-missing", "kerja"),
    "options that differ from the schema": (with_field(options={"a": "A"}), "form-widget", "kerja"),
    "choices without enum": (with_field(schema={"type": "string"}), "form-widget", "kerja"),
    "a checkbox that is text": (with_field(widget="checkbox"), "form-widget", "kerja"),
    "a number of strange type": (with_field(widget="number", schema={"type": "number"}),
    "form-widget", "kerja"),
    "a condition on a missing field": (with_field(visible_if={"field": "hantu", "equals": "a"}),
    "form-widget", "kerja"),
    "a condition on a missing option": (
        line().form(
            "kerja", {"a": {"type": "string", "enum": ["x"]}, "b": {"type": "string"}},
            {"a": {"widget": "radio", "options": {"x": "X"}}, "b": {"widget": "text",
                "visible_if": {"field": "a", "equals": "y"}}},
        ), "form-widget", "kerja",
    ),
    "a checklist without decision": (with_field(widget="requirements", schema={"type": "object"},
    result="kelengkapan"), "form-computed", "kerja"),
    "a checklist without result": (with_field(widget="requirements", schema={"type": "object"},
    decision="x"), "form-computed", "kerja"),
    "a waiver of no checklist": (with_field(widget="waiver", schema={"type": "object"}, result="a",
    source="kerja"), "form-computed", "kerja"),
    "a comparison with an unknown step": (comparing(source="hantu"), "form-similar", "kerja"),
    "a comparison without a day": (comparing(near="jenis"), "form-similar", "kerja"),
    "a comparison of what is personal": (comparing(personal="uraian"), "form-similar", "kerja"),
    "people on duty where no role is chosen": (with_field(widget="radio", schema={"type": "string",
    "enum": ["a"]}, options={"a": "A"}, duty=True), "form-duty", "kerja"),
    "choices of a setting that is not there": (with_field(widget="radio", schema={"type": "string",
    "enum": ["a"]}, options={"a": "A"}, offered_by="kanal"), "form-offer", "kerja"),
    "a line of text that the office offers": (with_field(widget="text", schema={"type": "string"},
    offered_by="pesan.selesai"), "form-offer", "kerja"),
    "an unknown widget": (with_field(widget="peta"), "form-unreadable", "kerja"),
    "a decision that is missing": (line().rule("hitung", "hantu", "x"), "decision-unknown",
    "hitung"),
    "an output that is missing": (with_property("pilih_target", keepOutputs="hantu"),
    "keep-outputs", "pilih_target"),
    "no output kept": (with_property("pilih_target", keepOutputs=""), "keep-outputs",
    "pilih_target"),
    "a table without catch-all": (service_counter().decision("target", ["jenis"], ["golongan",
    "catatan"], [['"sim"', '"a"', '"b"']]), "decision-gap", "target.dmn"),
    "a table on an unknown variable": (service_counter().decision("target", ["jenjang"],
    ["golongan", "catatan"], [["", '"a"', '"b"']]), "variable-unknown", "pilih_target"),
    "an unsupported hit policy": (line().decision("t", ["1"], ["x"], [["", "1"]], "ANY"),
    "hit-policy", "t.dmn"),
    "one decision in two files": (line().decision("t", ["1"], ["x"], [["", "1"]]).file("u.dmn",
    Folder().decision("t", ["1"], ["x"], [["", "1"]]).extra["t.dmn"].decode()), "one-decision",
        "u.dmn"),
    "a node that is not drawn": (changed(drop_drawing), "not-drawn", "isi"),
    "a node drawn without size": (replaced('height="60"', 'height="0"'), "not-drawn", "pool"),
    "a flow that is not drawn": (replaced('bpmnElement="alur_0"', 'bpmnElement="alur_1"'),
    "not-drawn", "alur_0"),
    "a drawing of nothing": (replaced('bpmnElement="terima"', 'bpmnElement="hantu"'),
    "drawn-unknown", "hantu"),
    "no pool": (replaced('<bpmn:participant id="pool" name="Uji" processRef="loket"/>', ""), "pool",
    "process.bpmn"),
    "no page for the reader": (line().file("README.md", " \n"), "readme-missing", "README.md"),
    "a key with a dash": (Folder("surat-hilang").start().end().flow("mulai", "selesai"),
    "process-key", "surat-hilang"),
    "a scenario that is no YAML": (scenario("name:", "{"), "scenario-unreadable",
    "scenarios/contoh.yaml"),
    "a question with a name that pages use": (with_field(name="tombol"), "field-reserved", "kerja"),
    "a question of an officer who did nothing": (with_field(only_by="hantu"), "form-officer",
    "kerja"),
    "an answer tied to one that nobody asks for": (with_field(tied_to={"element": "hantu",
    "field": "x", "equals": "y", "only": ["a"], "sentence": "Pilih A."}), "form-tie", "kerja"),
    "headings that leave an option out": (with_field(widget="select", groups={"Satu": ["a"]}),
    "form-widget", "kerja"),
    "a scenario with an unknown step": (scenario("advance: PT5M", "jump: PT5M"),
    "scenario-unreadable", "scenarios/contoh.yaml"),
    "a scenario with an odd duration": (scenario("PT5M", "5 menit"), "scenario-unreadable",
    "scenarios/contoh.yaml"),
    "a scenario on an unknown task": (scenario("complete: terima", "complete: hantu"),
    "scenario-reference", "scenarios/contoh.yaml"),
    "a scenario in the wrong role": (scenario("as: petugas", "as: ka_spkt"), "scenario-reference",
    "scenarios/contoh.yaml"),
    "a scenario with an unknown field": (scenario("{catatan: baik}", "{hantu: 1}"),
    "scenario-reference", "scenarios/contoh.yaml"),
    "a scenario with an unknown message": (scenario("message: pembatalan", "message: hantu"),
    "scenario-reference", "scenarios/contoh.yaml"),
    "a scenario that expects unknown tasks": (scenario("expect_open: []", "expect_open: [hantu]"),
    "scenario-reference", "scenarios/contoh.yaml"),
    "a scenario that expects unknown letters": (scenario("letters: []", "letters: [hantu]"),
    "scenario-reference", "scenarios/contoh.yaml"),
    "a scenario that expects an unknown outcome": (scenario("outcome: dibatalkan",
    "outcome: dirujuk"), "scenario-reference", "scenarios/contoh.yaml"),
    "a scenario that begins with an unknown variable": (scenario("clauses:",
    "begins_with: {hantu: 1}\nclauses:"), "scenario-reference", "scenarios/contoh.yaml"),
    "a scenario that expects unknown variables": (scenario("variables: {}",
    "variables: {hantu: 1}"), "scenario-reference", "scenarios/contoh.yaml"),
    **call_faults.FAULTS,
    **decision_faults.FAULTS,
    **letter_faults.FAULTS,
    **operation_faults.FAULTS,
    **presence_faults.FAULTS,
    **public_faults.FAULTS,
    **stage_faults.FAULTS,
    "members chosen in the clear": (with_field(widget="members", schema={"type": "array"}),
    "personal-missing", "kerja"),
    "members among the working notes": (with_field(widget="members", schema={"type": "array"},
    personal="catatan"), "members-group", "kerja"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_planted_fault_is_refused(fault: str) -> None:
    folder, rule, element = FAULTS[fault]
    assert (rule, element) in found(folder)


def test_findings_are_sentences() -> None:
    for folder, _, _ in FAULTS.values():
        for finding in lint(folder.files(), ROLES, SETTINGS):
            assert finding.message[0].isupper(), finding
            assert finding.message.endswith("."), finding
            assert finding.element, finding


def test_an_escalation_may_end_without_outcome() -> None:
    assert service_counter().nodes["selesai_tindak"].properties == {}
    assert ("outcome-missing", "selesai_tindak") not in found(service_counter())


def test_every_rule_has_a_planted_fault() -> None:
    judges: list[Callable[..., object]] = [*RULES, lint]
    sources = {Path(inspect.getfile(judge)) for judge in judges}
    known: set[str] = set()
    for source in sources:
        text = source.read_text()
        known |= set(re.findall(r'(?:Finding|attempt|yield)\(?\s*"([a-z]+(?:-[a-z]+)*)",', text))
    planted = {rule for _, rule, _ in FAULTS.values()}
    elsewhere = {"kin-nothing", "kin-unknown", "kin-secrecy"}  # planted in test_lint_release
    assert known - planted <= {"decision-unreadable", "initial-unreadable"} | elsewhere


def test_a_stage_with_its_time_and_a_stand_in_are_accepted() -> None:
    accepted = stage_faults.timed(stage="arrived_at", standIn="ka_spkt")
    assert found(accepted) <= {("readme-missing", "README.md")}


def test_the_start_of_a_clock_that_asks_why_it_is_moved_is_accepted() -> None:
    assert not {rule for rule, _ in found(stage_faults.counted())} & {
        "clock-start",
        "stage",
        "form-widget",
    }


def test_the_start_of_a_clock_that_names_its_edge_is_accepted() -> None:
    assert ("clock-edge", "kerja") not in found(stage_faults.edged(edge="kedatangan"))
