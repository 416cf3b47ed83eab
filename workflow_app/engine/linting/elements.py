"""Linter rules on single elements: which elements may be used, what each must declare, and the
lanes that say which role does a task.
"""

import re
from collections.abc import Iterator, Mapping

from workflow_app.engine.definitions import PART_LANES, RECEIVING_LANE
from workflow_app.engine.linting.source import SYSTEM_LANE, Finding, Rule, Source, text_written
from workflow_app.engine.model import Node

EVENTS: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset(),
    "endEvent": frozenset({"terminateEventDefinition"}),
    "boundaryEvent": frozenset({"timerEventDefinition", "messageEventDefinition"}),
    "intermediateCatchEvent": frozenset({"timerEventDefinition", "messageEventDefinition"}),
}
"""Allowed event kinds with their event definitions; each was tested with the library, including
saving and loading.
"""

KINDS = frozenset(
    {
        "userTask", "serviceTask", "businessRuleTask", "subProcess", "callActivity",
        "exclusiveGateway", "parallelGateway",
        "inclusiveGateway", *EVENTS,
    }
)  # fmt: skip

WHY_NOT = {
    "scriptTask": "menjalankan kode Python tanpa batas",
    "intermediateThrowEvent": "dapat mengakhiri proses diam-diam",
    "complexGateway": "tidak dikenal mesin proses",
    "eventBasedGateway": "belum diuji pada mesin proses",
}

PROPERTIES = frozenset(
    {
        "formJsonSchemaFilename", "formUiSchemaFilename", "clause", "fourEyes", "clock",
        "maxVisits", "outcome",
        "prefill", "keepOutputs", "assign", "clockLabel", "roleFrom", "stage", "startsClock",
        "stopsClock", "standIn",
        "handBack", "clockPer", "beginsWith", "handsOver", "keepsOut", "edge", "recordedEdge",
        "checksPapers",
        "opensFor", "leadsTo",
    }
)  # fmt: skip

LONGEST_REASON = 100
"""Characters of the reason for opening sealed answers, which is shown in the audit log."""

OUTCOMES = frozenset({"selesai", "ditolak", "dirujuk", "diabaikan", "dibatalkan"})

OPERATIONS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "start_clock": (frozenset({"clock"}), frozenset({"at", "until"})),
    "stop_clock": (frozenset({"clock"}), frozenset({"at"})),
    "working_days_after": (frozenset({"clock", "days"}), frozenset()),
    "notice_due": (frozenset({"period", "before"}), frozenset()),
    "is_in_time": (frozenset({"at", "due"}), frozenset()),
    "check_area": (frozenset({"area", "code"}), frozenset()),
    "read_setting": (frozenset({"setting"}), frozenset()),
    "read_route": (frozenset({"table", "need"}), frozenset()),
    "issue_letter": (frozenset({"letter"}), frozenset({"model", "to"})),
    "render_letter": (frozenset({"letter_id"}), frozenset()),
    "void_letter": (frozenset({"letter_id"}), frozenset({"reason"})),
    "archive_case": (frozenset(), frozenset()),
    "dispose_papers": (frozenset(), frozenset()),
    "shelve_papers": (frozenset(), frozenset()),
    "record_cancellation": (frozenset(), frozenset()),
    "start_case": (frozenset({"process", "reason"}), frozenset()),
    "wall_off": (frozenset({"from_element", "field"}), frozenset()),
    "confine": (frozenset({"role"}), frozenset()),
    "send_message": (
        frozenset({"template"}),
        frozenset({"to", "contact", "step", "result", "letter", "clock", "channel"}),
    ),
}
"""Required and optional parameters of each operation that the services offer."""


def kinds(source: Source) -> Iterator[Finding]:
    """Only elements, events and markers that are known to work are used."""
    for node in source.model.nodes.values():
        if node.kind not in KINDS:
            reason = WHY_NOT.get(node.kind, "tidak termasuk elemen yang didukung")
            yield Finding("element-kind", node.id, f"Elemen {node.kind} ditolak karena {reason}.")
            continue
        for event in node.events:
            if event not in EVENTS.get(node.kind, frozenset()):
                yield Finding(
                    "event-kind", node.id, f"Definisi {event} pada {node.kind} tidak didukung."
                )
        if len(node.events) > 1:
            yield Finding(
                "event-kind", node.id, "Satu peristiwa hanya boleh mempunyai satu definisi."
            )
        if node.kind in ("boundaryEvent", "intermediateCatchEvent") and not node.events:
            yield Finding(
                "event-kind", node.id, "Peristiwa ini tidak mempunyai pengatur waktu atau pesan."
            )
        if "messageEventDefinition" in node.events and not all(node.messages or ("",)):
            yield Finding(
                "message-unknown", node.id, "Pesan yang dirujuk tidak ada atau tidak bernama."
            )
        for marker in node.markers:
            yield Finding("marker", node.id, f"Penanda {marker} tidak didukung.")


def names(source: Source) -> Iterator[Finding]:
    """Ids are valid file names and Python names, and labels are readable."""
    for node in source.model.nodes.values():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", node.id):
            yield Finding(
                "element-id", node.id or "?", "Id harus kata huruf kecil dengan garis bawah."
            )
        if (
            node.kind.endswith("Task")
            or node.kind in ("subProcess", "callActivity", "boundaryEvent")
        ) and not node.name:
            yield Finding("element-name", node.id, "Elemen ini belum bernama.")
        if len(node.name) > 80:
            yield Finding("element-name", node.id, "Nama elemen lebih dari 80 huruf.")
    if len(source.model.processes) != 1:
        yield Finding("one-process", "process.bpmn", "Satu berkas hanya boleh memuat satu proses.")


def clauses(source: Source) -> Iterator[Finding]:
    """Every task, and every call of another process, names the requirements it implements."""
    for node in source.of_kind("userTask", "serviceTask", "businessRuleTask", "callActivity"):
        given = node.properties.get("clause", "").split()
        if not given:
            yield Finding(
                "clause-missing", node.id, "Tugas ini tidak menyebut klausul SOP (clause)."
            )
        for clause in given:
            if not re.fullmatch(r"R[1-9][0-9]*", clause):
                yield Finding(
                    "clause-missing", node.id, f"Klausul {clause} tidak berbentuk R diikuti nomor."
                )


def properties(source: Source) -> Iterator[Finding]:
    """Every property is known, references point to user tasks, and limits are numbers."""
    for node in source.model.nodes.values():
        for name in node.properties.keys() - PROPERTIES:
            yield Finding("property-unknown", node.id, f"Properti {name} tidak dikenal.")
        for name in ("fourEyes", "prefill"):
            for other in node.properties.get(name, "").split():
                if other not in source.user_tasks and not (name == "prefill" and "." in other):
                    yield Finding(
                        "property-reference",
                        node.id,
                        f"Properti {name} menunjuk {other}, yang bukan tugas orang.",
                    )
        if "fourEyes" in node.properties and node.id in node.properties["fourEyes"].split():
            yield Finding(
                "property-reference",
                node.id,
                "Properti fourEyes tidak boleh menunjuk tugas itu sendiri.",
            )
        assign = node.properties.get("assign")
        if assign is not None and (
            node.kind != "userTask" or assign not in {"queue", *source.user_tasks}
        ):
            message = (
                "Properti assign hanya dapat bernilai queue atau tugas orang, pada tugas orang."
            )
            yield Finding("assign-unknown", node.id, message)
        reason = node.properties.get("opensFor")
        if reason is not None and (
            node.kind != "userTask" or not 5 <= len(reason.strip()) <= LONGEST_REASON
        ):
            message = (
                f"Properti opensFor menyebut untuk apa, 5 sampai {LONGEST_REASON} huruf, pada "
                "tugas orang."
            )
            yield Finding("opens-for", node.id, message)
        led = node.properties.get("leadsTo")
        if led is not None and (
            node.kind != "userTask" or led not in source.user_tasks - {node.id}
        ):
            message = "Properti leadsTo menunjuk satu tugas orang yang lain, pada tugas orang."
            yield Finding("leads-to", node.id, message)
        per = node.properties.get("clockPer")
        if per is not None and (node.operation != "start_clock" or per not in ("case", "round")):
            message = (
                "Properti clockPer hanya dapat bernilai case atau round, pada tugas yang memulai "
                "jam."
            )
            yield Finding("clock-per", node.id, message)
        limit = node.properties.get("maxVisits")
        if limit is not None and (
            node.kind != "userTask" or not re.fullmatch(r"[1-9][0-9]{0,2}", limit)
        ):
            yield Finding(
                "max-visits", node.id, "Batas maxVisits harus angka 1 sampai 999 pada tugas orang."
            )


def outcomes(source: Source) -> Iterator[Finding]:
    """Every end event of the case declares an outcome; those of side branches and subprocesses do
    not.
    """
    side = _side_branches(source)
    for node in source.of_kind("endEvent"):
        outcome = node.properties.get("outcome")
        if node.parent is None and outcome is None and node.id not in side:
            yield Finding(
                "outcome-missing", node.id, "Akhir proses ini tidak menyebut hasil (outcome)."
            )
        if outcome is not None and (outcome not in OUTCOMES or node.parent is not None):
            yield Finding(
                "outcome-missing", node.id, f"Hasil {outcome} tidak dikenal atau salah tempat."
            )


def services(source: Source) -> Iterator[Finding]:
    """Service tasks use known operations with the right parameters."""
    for node in source.of_kind("serviceTask"):
        if node.operation is None or node.operation not in OPERATIONS:
            yield Finding(
                "operation-unknown",
                node.id,
                f"Operasi {node.operation or '(kosong)'} tidak dikenal.",
            )
            continue
        required, optional = OPERATIONS[node.operation]
        for name in sorted(required - node.parameters.keys()):
            yield Finding(
                "operation-parameter",
                node.id,
                f"Operasi {node.operation} memerlukan parameter {name}.",
            )
        for name in sorted(node.parameters.keys() - required - optional):
            yield Finding(
                "operation-parameter",
                node.id,
                f"Operasi {node.operation} tidak mengenal parameter {name}.",
            )


def settings(source: Source) -> Iterator[Finding]:
    """A process reads only its own settings, each into the control variable of the same name, which
    has an initial value.
    """
    for node in source.of_kind("serviceTask"):
        if node.operation != "read_setting" or "setting" not in node.parameters:
            continue
        if node.parameters["setting"] != f'"{source.model.key}.{node.result}"':
            message = (
                f'Pengaturan harus tertulis "{source.model.key}.<variabel hasil>", dalam tanda '
                "kutip."
            )
            yield Finding("setting-name", node.id, message)
        elif node.result not in source.initial:
            message = f"Variabel {node.result} belum mempunyai nilai awal pada initial."
            yield Finding("setting-name", node.id, message)
        elif source.lacks(f"{source.model.key}.{node.result}"):
            message = f"Pengaturan {source.model.key}.{node.result} tidak ada."
            yield Finding("setting-unknown", node.id, message)


def _side_branches(source: Source) -> set[str]:
    """Return the nodes that are reachable only from non-interrupting boundary events."""

    def reach(starts: list[Node], follow_side: bool) -> set[str]:
        seen: set[str] = set()
        queue = [node.id for node in starts]
        while queue:
            current = queue.pop()
            if current in seen or current not in source.model.nodes:
                continue
            seen.add(current)
            queue += [flow.target for flow in source.model.outgoing[current]]
            queue += [
                event.id
                for event in source.of_kind("boundaryEvent")
                if event.attached_to == current and (event.is_interrupting or follow_side)
            ]
        return seen

    starts = [node for node in source.of_kind("startEvent") if node.parent is None]
    return reach(starts, True) - reach(starts, False)


def routes(source: Source) -> Iterator[Finding]:
    """`read_route` names an existing group of the settings as a literal in quotation marks."""
    for node in source.of_kind("serviceTask"):
        if node.operation != "read_route" or "table" not in node.parameters:
            continue
        group = text_written(node.parameters["table"])
        if group is None or not source.has_settings(f"{group}."):
            message = (
                f"Kelompok pengaturan {node.parameters['table']} tidak ada, atau tidak tertulis "
                "dalam tanda kutip."
            )
            yield Finding("route-unknown", node.id, message)


RULES: tuple[Rule, ...] = (kinds, names, clauses, properties, outcomes, services, settings, routes)


def lanes(source: Source) -> Iterator[Finding]:
    """Every lane is a role, and people do not work in the system's lane."""
    known = {*source.roles, SYSTEM_LANE, *PART_LANES}
    for lane, (role, label) in source.model.lanes.items():
        if not lane.startswith("lane_") or role not in known:
            yield Finding("lane-role", lane, f"Lajur {lane} bukan peran yang dikenal.")
        if not label:
            yield Finding("lane-role", lane, "Lajur belum bernama.")
    for node in source.of_kind("userTask", "serviceTask", "businessRuleTask"):
        if not node.role:
            yield Finding("lane-role", node.id, "Tugas ini tidak berada di lajur mana pun.")
        elif (node.kind == "userTask") == (node.role == SYSTEM_LANE):
            wrong = "Tugas orang tidak boleh" if node.kind == "userTask" else "Tugas otomatis harus"
            yield Finding("lane-system", node.id, f"{wrong} berada di lajur lane_{SYSTEM_LANE}.")


def receivers(source: Source) -> Iterator[Finding]:
    """A task in a lane whose role differs from case to case names the variable with its role, no
    other task does, and the variable holds only roles.
    """
    for node in source.model.nodes.values():
        is_part = node.kind == "userTask" and node.role in PART_LANES
        if is_part != bool(node.properties.get("roleFrom")):
            message = (
                f"Tugas di lajur lane_{node.role} harus menyebut variabel perannya (roleFrom)."
                if is_part
                else (
                    "Properti roleFrom hanya untuk tugas orang di lajur "
                    f"{', '.join(f'lane_{lane}' for lane in PART_LANES)}."
                )
            )
            yield Finding("role-from", node.id, message)
    for node in source.nodes.values():
        if variable := node.properties.get("roleFrom"):
            yield from _names_roles(source, node.id, variable)


def hand_backs(source: Source) -> Iterator[Finding]:
    """The answer that hands a case back can be chosen by the receiver: `always`, or a control
    variable and its value.
    """
    for node in source.model.nodes.values():
        back = node.properties.get("handBack")
        if back is None:
            continue
        fits = back == "always" or _can_be_chosen(source, node.id, back)
        if node.role != RECEIVING_LANE or not fits:
            message = (
                f"Pengembalian {back} harus always atau isian=pilihan dari isian kendali tugas "
                "penerima ini (handBack)."
            )
            yield Finding("hand-back", node.id, message)


def paper_checks(source: Source) -> Iterator[Finding]:
    """The answer that confirms the documents of a case can be chosen at that step."""
    for node in source.model.nodes.values():
        found_good = node.properties.get("checksPapers")
        if found_good is None:
            continue
        if not _can_be_chosen(source, node.id, found_good):
            message = (
                f"Pemeriksaan {found_good} harus isian=pilihan dari isian kendali tugas ini "
                "(checksPapers)."
            )
            yield Finding("paper-check", node.id, message)


def _can_be_chosen(source: Source, element: str, answer: str) -> bool:
    """Return whether `field=option` is a choice that the form of this task offers and the engine
    receives.
    """
    name, _, value = answer.partition("=")
    form = source.forms.get(element)
    field = form.fields.get(name) if form else None
    return field is not None and field.control and value in field.options


def _names_roles(source: Source, element: str, variable: str) -> Iterator[Finding]:
    values = source.values_of(variable)
    if not values or any(node.result == variable for node in source.nodes.values()):
        message = (
            f"Variabel {variable} harus diisi isian kendali dengan pilihan atau keluaran keputusan."
        )
        yield Finding("role-from", element, message)
    for value in sorted(values - {*source.roles}):
        yield Finding(
            "role-from", element, f"Variabel {variable} dapat bernilai {value}, yang bukan peran."
        )


LANE_RULES: tuple[Rule, ...] = (lanes, receivers, hand_backs, paper_checks)
