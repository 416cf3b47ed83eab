"""Linter rules on lanes: who does a task."""

from collections.abc import Iterator

from workflow_app.engine.element import PART_LANES, RECEIVING_LANE
from workflow_app.engine.linting.source import SYSTEM_LANE, Finding, Rule, Source


def lanes(source: Source) -> Iterator[Finding]:
    """Every lane is a role; people do not work in the system's lane."""
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
    """Tasks of a part that different roles play say which variable names theirs, no others do, and the variable only names roles."""
    for node in source.model.nodes.values():
        is_part = node.kind == "userTask" and node.role in PART_LANES
        if is_part != bool(node.properties.get("roleFrom")):
            message = (
                f"Tugas di lajur lane_{node.role} harus menyebut variabel perannya (roleFrom)."
                if is_part
                else f"Properti roleFrom hanya untuk tugas orang di lajur {', '.join(f'lane_{lane}' for lane in PART_LANES)}."
            )
            yield Finding("role-from", node.id, message)
    for node in source.nodes.values():
        if variable := node.properties.get("roleFrom"):
            yield from _names_roles(source, node.id, variable)


def hand_backs(source: Source) -> Iterator[Finding]:
    """What gives a case back is an answer that the receiver can choose: `always`, or a control variable and its value."""
    for node in source.model.nodes.values():
        back = node.properties.get("handBack")
        if back is None:
            continue
        fits = back == "always" or _can_be_chosen(source, node.id, back)
        if node.role != RECEIVING_LANE or not fits:
            message = f"Pengembalian {back} harus always atau isian=pilihan dari isian kendali tugas penerima ini (handBack)."
            yield Finding("hand-back", node.id, message)


def paper_checks(source: Source) -> Iterator[Finding]:
    """What finds the papers of a case good is an answer that can be chosen at that step."""
    for node in source.model.nodes.values():
        found_good = node.properties.get("checksPapers")
        if found_good is None:
            continue
        if not _can_be_chosen(source, node.id, found_good):
            message = (
                f"Pemeriksaan {found_good} harus isian=pilihan dari isian kendali tugas ini (checksPapers)."
            )
            yield Finding("paper-check", node.id, message)


def _can_be_chosen(source: Source, element: str, answer: str) -> bool:
    """`field=option` is a choice that the form of this task offers and the engine learns."""
    name, _, value = answer.partition("=")
    form = source.forms.get(element)
    field = form.fields.get(name) if form else None
    return field is not None and field.control and value in field.options


def _names_roles(source: Source, element: str, variable: str) -> Iterator[Finding]:
    values = source.values_of(variable)
    if not values or any(node.result == variable for node in source.nodes.values()):
        message = f"Variabel {variable} harus diisi isian kendali dengan pilihan atau keluaran keputusan."
        yield Finding("role-from", element, message)
    for value in sorted(values - {*source.roles}):
        yield Finding("role-from", element, f"Variabel {variable} dapat bernilai {value}, yang bukan peran.")


RULES: tuple[Rule, ...] = (lanes, receivers, hand_backs, paper_checks)
