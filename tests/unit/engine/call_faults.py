"""Planted faults in hand-offs and in calls of other processes; and what is sound. They are tried in
`test_lint`.
"""

from collections.abc import Callable

from tests.unit.engine.calls import calling, complaint, small
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import asking, handing_on, line, routing

HANDED_ON = """
name: Diserahkan
clauses: [R71]
steps:
  - complete: pilih
    as: petugas
    answers: {tujuan: ka_spkt}
  - complete: terima
    as: ka_spkt
expect: {outcome: selesai}
"""


def changed(folder: Folder, change: Callable[[Folder], object]) -> Folder:
    change(folder)
    return folder


def may_be_called(folder: Folder, value: str = "true") -> Folder:
    folder.process_properties["callable"] = value
    return folder


def moved(folder: Folder, key: str, other: str) -> Folder:
    """A called folder under another name, and the call with it."""
    folder.extra = {
        name.replace(f"called/{key}/", f"called/{other}/"): c for name, c in folder.extra.items()
    }
    folder.nodes["panggil_0"].attributes["calledElement"] = other
    return folder


SOUND = (
    handing_on(),
    asking(),
    handing_on().file("scenarios/serah.yaml", HANDED_ON),
    routing('"ka_spkt"'),
    complaint(),
    calling(small("satu"), small("dua"), small("satu")),
)

FAULTS: dict[str, tuple[Folder, str, str]] = {
    "a call without clause": (changed(calling(small()),
    lambda f: f.nodes["panggil_0"].properties.pop("clause")), "clause-missing", "panggil_0"),
    "a call of nothing": (line().add("callActivity", "panggil", clause="R26"), "call-unknown",
    "panggil"),
    "a call of a process that is not there": (line().add("callActivity", "panggil",
    attributes={"calledElement": "hantu"}, clause="R26"), "call-unknown", "panggil"),
    "a called folder whose process has another key": (moved(calling(small()), "kecil", "besar"),
    "call-unknown", "panggil_0"),
    "a called process that cannot be read": (calling(small()).file("called/kecil/process.bpmn",
    "<rusak"), "call-unknown", "panggil_0"),
    "a call without name": (changed(calling(small()),
    lambda f: f.nodes["panggil_0"].attributes.pop("name")), "element-name", "panggil_0"),
    "a process that may not be called": (calling(may_be_called(small(), "false")), "call-refused",
    "panggil_0"),
    "a called process that calls": (calling(may_be_called(calling(small()))), "call-nested",
    "panggil_0"),
    "a called process that nobody calls": (line().file("called/sisa/process.bpmn",
    small("sisa").xml()), "call-unused", "called/sisa"),
    "an element in caller and called process": (calling(small()).user("kecil_kerja"),
    "call-collision", "kecil_kerja"),
    "an element named like a called process": (calling(small()).user("kecil"), "call-collision",
    "kecil"),
    "an element in two called processes": (calling(small("satu"), small("dua").user("satu_kerja")),
    "call-collision", "satu_kerja"),
    "a table in caller and called process": (calling(small().decision("t", ["1"], ["x"], [["",
    "1"]])).decision("t", ["1"], ["x"], [["", "1"]]), "call-collision", "t"),
    "a letter in caller and called process": (calling(small().letter("surat")).letter("surat"),
    "call-collision", "surat"),
    "a variable that a called process begins with": (changed(complaint(),
    lambda f: f.process_properties.clear()), "call-variable", "mandiri"),
    "a fault in a called process": (calling(small(clause=None)), "clause-missing",
    "called/kecil: kecil_kerja"),
    "a choice of the caller that is no receiver of the called process": (complaint().user("pilih",
    control={"tujuan": ["kepala_desa"]}), "role-from", "serah_terima"),
    "a process with an unknown property": (changed(line(),
    lambda f: f.process_properties.update(startabel="false")), "process-property", "uji"),
    "a confined case that is taken up by an unknown variable": (changed(line(),
    lambda f: f.process_properties.update(reopenConfined="hantu")), "process-property", "uji"),
    "a process that a role nobody has may begin": (changed(line(),
    lambda f: f.process_properties.update(startedBy="arsiparis tamu")), "process-property", "uji"),
    "a process that nobody may begin": (changed(line(),
    lambda f: f.process_properties.update(startedBy="")), "process-property", "uji"),
    "a process begun in a role that nobody is": (asking(started_as="jenis"), "process-property",
    "uji"),
    ("a process begun in a role of which its "
        "rehearsals know nothing"): (asking(initial='{"pemohon": "arsiparis"}'), "process-property",
        "uji"),
    "who asks and is named by nothing": (changed(asking(),
    lambda f: f.process_properties.pop("startedAs")), "role-from", "minta"),
    "a hand-back by who asks": (asking(handBack="always"), "hand-back", "minta"),
    "a task of who asks that names no variable": (asking(roleFrom=None), "role-from", "minta"),
    "a process that may perhaps be started": (changed(line(),
    lambda f: f.process_properties.update(startable="nanti")), "process-property", "uji"),
    "sealed answers that are opened for nothing": (line(opensFor=" "), "opens-for", "kerja"),
    "a step that leads to itself": (line(leadsTo="kerja"), "leads-to", "kerja"),
    "a step that leads to nobody's task": (line(leadsTo="selesai"), "leads-to", "kerja"),
    "a process whose purpose fits no glance": (changed(line(),
    lambda f: f.process_properties.update(purpose="x" * 121)), "process-property", "uji"),
    "a process with an empty purpose": (changed(line(),
    lambda f: f.process_properties.update(purpose=" ")), "process-property", "uji"),
    "a process at no place": (changed(line(), lambda f: f.process_properties.update(rank="-1")),
    "process-property", "uji"),
    "a receiver nobody names": (handing_on(roleFrom=None), "role-from", "terima"),
    "a receiver named at the counter": (line(roleFrom="tujuan"), "role-from", "kerja"),
    "a receiver in a variable nobody chooses": (handing_on(roleFrom="batas").service("jam",
    "start_clock", "batas", clock='"a"'), "role-from", "terima"),
    "a receiver in a variable that a service overwrites": (handing_on().service("jam",
    "start_clock", "tujuan", clock='"a"'), "role-from", "terima"),
    "a choice of receivers that are no roles": (handing_on(("ka_spkt", "kepala_desa")), "role-from",
    "terima"),
    "a table of receivers that are no roles": (routing('"kepala_desa"'), "role-from", "terima"),
    "a hand-back at the counter": (line(handBack="always"), "hand-back", "kerja"),
    "a hand-back by an answer that cannot be chosen": (handing_on(handBack="catatan=kembali"),
    "hand-back", "terima"),
    "papers found good by an answer that cannot be chosen": (line(checksPapers="catatan=baik"),
    "paper-check", "kerja"),
    ("a scenario in which no receiver of "
        "the process receives"): (handing_on().file("scenarios/serah.yaml",
        HANDED_ON.replace("as: ka_spkt", "as: petugas")), "scenario-reference",
            "scenarios/serah.yaml"),
}  # fmt: skip
