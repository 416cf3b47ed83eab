"""Linter rules on what a process declares beside its flow: cases that start other cases and what
those take over, members and roles from whom a case is hidden, messages that service tasks send, and
what the public may see of one case (R36) and of all cases as counts (R40).

The linter of a release (`linter.between`) checks whether other processes have what is named here.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping

from workflow_app.engine.definitions import Mark, Tracking
from workflow_app.engine.linting.source import Finding, Rule, Source, text_written
from workflow_app.engine.model import Node

LONGEST_REASON = 120


def beginnings(source: Source) -> Iterator[Finding]:
    """A task that starts another case names its process and the reason as literals; the reason is
    shown on pages and in the audit log.
    """
    for node in source.of_kind("serviceTask"):
        if node.operation != "start_case":
            continue
        process, reason = literal(node, "process"), literal(node, "reason")
        if process is not None and not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", process):
            yield Finding(
                "kin-process",
                node.id,
                "Kunci proses lanjutan harus tertulis langsung, dalam tanda kutip.",
            )
        if reason is not None and not 0 < len(reason.strip()) <= LONGEST_REASON:
            yield Finding(
                "kin-reason",
                node.id,
                f"Alasan harus tertulis langsung, 1 sampai {LONGEST_REASON} huruf.",
            )


def bequests(source: Source) -> Iterator[Finding]:
    """Only a task that starts another case may declare the variable with which that case begins,
    the tasks whose answers it takes over, and the tasks whose officers do not see it.
    """
    for node in source.model.nodes.values():
        for name in ("beginsWith", "handsOver", "keepsOut"):
            if name in node.properties and node.operation != "start_case":
                yield Finding(
                    "kin-bequest", node.id, f"Properti {name} hanya untuk tugas start_case."
                )
        for name in ("handsOver", "keepsOut"):
            for element in node.properties.get(name, "").split():
                if element not in source.user_tasks:
                    message = f"Properti {name} menunjuk {element}, yang bukan tugas orang."
                    yield Finding("kin-bequest", node.id, message)


def sources(source: Source) -> Iterator[Finding]:
    """A prefill source has the form `<process>.<element>` and is declared on a user task."""
    for node in source.model.nodes.values():
        names = [name for name in node.properties.get("prefill", "").split() if "." in name]
        for name in names:
            if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}\.[a-z][a-z0-9_]{0,59}", name):
                yield Finding(
                    "kin-prefill", node.id, f"Sumber isian {name} tidak berbentuk proses.tugas."
                )
        if names and node.kind != "userTask":
            yield Finding(
                "kin-prefill", node.id, "Hanya tugas orang yang mengambil isian dari berkas lain."
            )


def literal(node: Node, name: str) -> str | None:
    """Return the text of a parameter that must be a text in quotation marks; empty when it is any
    other expression, None when it is missing.
    """
    return None if name not in node.parameters else text_written(node.parameters[name]) or ""


RULES: tuple[Rule, ...] = (beginnings, bequests, sources)


def walls(source: Source) -> Iterator[Finding]:
    """`wall_off` names a field of a form that chooses members."""
    for node in source.of_kind("serviceTask"):
        if node.operation != "wall_off" or not {"from_element", "field"} <= node.parameters.keys():
            continue
        element, name = (
            text_written(node.parameters[parameter]) for parameter in ("from_element", "field")
        )
        form = source.forms.get(element or "")
        field = form.fields.get(name or "") if form else None
        if field is None or field.widget != "members":
            message = (
                f"Pembatas menyebut isian {element}.{name}, yang tidak memilih anggota (members)."
            )
            yield Finding("wall-members", node.id, message)


def confinement(source: Source) -> Iterator[Finding]:
    """`confine` names a role, and every task that can follow belongs to that role."""
    for node in source.of_kind("serviceTask"):
        if node.operation != "confine" or "role" not in node.parameters:
            continue
        role = text_written(node.parameters["role"])
        if role not in source.roles:
            message = f"Peran {role} tidak dikenal; tulis langsung, dalam tanda kutip."
            yield Finding("confine-role", node.id, message)
            continue
        for task in _tasks_of_others(source, node, role):
            message = (
                f"Tugas ini dapat menyusul {node.id}, tetapi perannya tidak lagi melihat berkas."
            )
            yield Finding("confine-task", task, message)


def _tasks_of_others(source: Source, node: Node, role: str | None) -> list[str]:
    """Return the tasks that can follow a confinement and may belong to another role, each once."""
    found: dict[str, None] = {}
    for begun in _beginnings(source):
        if any(node in _following(source, start, begun) for start in _starts(source)):
            tasks = (task for task in _following(source, node, begun) if task.kind == "userTask")
            others = (task.id for task in tasks if _roles(source, task, begun) != {role})
            found |= dict.fromkeys(others)
    return list(found)


def _starts(source: Source) -> Iterator[Node]:
    return (start for start in source.of_kind("startEvent") if start.parent is None)


def _beginnings(source: Source) -> list[Mapping[str, str]]:
    """Return the control variables with which a case can begin: one set for each role of
    `startedBy` if the process records that role. The set is empty when it does not, or when a later
    step changes the variable.
    """
    variable = source.model.properties.get("startedAs", "")
    if not variable or variable in _set_later(source):
        return [{}]
    return [{variable: role} for role in source.starters]


def _set_later(source: Source) -> set[str]:
    """Return the variables that forms, decisions and operations set."""
    fields = [field for form in source.known_forms.values() for field in form.fields.values()]
    nodes = source.nodes.values()
    return {
        *(field.name for field in fields if field.control),
        *(str(field.parameters["result"]) for field in fields if "result" in field.parameters),
        *(name for form in source.known_forms.values() for name in form.presence),
        *(name for node in nodes for name in node.properties.get("keepOutputs", "").split()),
        *(node.result for node in nodes if node.result),
    }


def _roles(source: Source, task: Node, begun: Mapping[str, str]) -> Collection[str]:
    """Return the roles that may own the task in a case with these initial variables."""
    variable = task.properties.get("roleFrom")
    if variable is None:
        return {task.role}
    if variable in begun:
        return {begun[variable]}
    tables = [
        table
        for node in source.of_kind("businessRuleTask")
        if variable in node.properties.get("keepOutputs", "").split()
        and (table := source.decisions.get(node.decision or "")) is not None
    ]
    if len(tables) == 1 and tables[0].variables <= begun.keys():
        return {str(hit.outputs.get(variable)) for hit in tables[0].hits(begun)}
    return source.values_of(variable)


def _following(source: Source, node: Node, begun: Mapping[str, str]) -> list[Node]:
    """Return the elements that may follow a node in a case with these initial variables: along its
    flows, out of its subprocesses, and through their boundary events.
    """
    nodes = source.model.nodes
    seen = {node.id}
    queue = [node.id]
    found = []
    while queue:
        current = queue.pop()
        around = [current]
        while (parent := nodes[around[-1]].parent) is not None:
            around.append(parent)
        nexts = [target for place in around for target in _targets(source, nodes[place], begun)]
        nexts += [
            event.id for event in source.of_kind("boundaryEvent") if event.attached_to in around
        ]
        nexts += [inner.id for inner in source.of_kind("startEvent") if inner.parent == current]
        for following in nexts:
            if following in nodes and following not in seen:
                seen.add(following)
                queue.append(following)
                found.append(nodes[following])
    return found


def _targets(source: Source, node: Node, begun: Mapping[str, str]) -> list[str]:
    """Return the targets of a node, without those that a gateway cannot choose in a case with these
    initial variables.
    """
    flows = source.model.outgoing[node.id]
    if node.kind != "exclusiveGateway":
        return [flow.target for flow in flows]
    judged = {flow.id: _holds(flow.condition, begun) for flow in flows}
    is_decided = any(judged.values())
    open_ones = (flow for flow in flows if judged[flow.id] is not False)
    return [flow.target for flow in open_ones if not (flow.id == node.default and is_decided)]


def _holds(condition: str | None, begun: Mapping[str, str]) -> bool | None:
    """Return whether `variable == "role"` holds; None for every other condition."""
    try:
        tree = ast.parse((condition or "").strip(), mode="eval").body
    except SyntaxError:
        return None
    match tree:
        case ast.Compare(ast.Name(name), [ast.Eq()], [ast.Constant(value)]) if name in begun:
            return begun[name] == value
    return None


WALL_RULES: tuple[Rule, ...] = (walls, confinement)


CITIZEN = "warga"
SLIP = "slip"
CHANNELS = (SLIP, "kirim")
IDENTITY = "identitas"
"""Task whose contact receives a message when the service task names none."""
CONTACT = frozenset({"telepon", "surel"})

TEXT = "pesan."
"""Prefix of the setting that holds the text of a message."""


def messages(source: Source) -> Iterator[Finding]:
    """Texts, recipients, contacts and clocks that a message names exist and are named
    as literals.
    """
    for node in source.of_kind("serviceTask"):
        if node.operation != "send_message":
            continue
        given: dict[str, str] = {}
        for name in ("template", "to", "contact", "letter", "clock", "channel"):
            if name in node.parameters:
                value = text_written(node.parameters[name])
                if name == "to" and value is None:
                    value = _a_role(source, node.parameters[name])
                if value is None:
                    words = f"Parameter {name} harus tertulis langsung, dalam tanda kutip."
                    yield Finding("message-parameter", node.id, words)
                else:
                    given[name] = value
        yield from _named(source, node, given)


def _named(source: Source, node: Node, given: dict[str, str]) -> Iterator[Finding]:
    if source.lacks(f"{TEXT}{given.get('template', '')}"):
        known = ", ".join(
            key.removeprefix(TEXT) for key in sorted(source.settings or ()) if key.startswith(TEXT)
        )
        words = f"Pesan {given.get('template', '')} tidak ada di pengaturan. Yang ada: {known}."
        yield Finding("message-text", node.id, words)
    recipient = given.get("to", CITIZEN)
    if recipient != CITIZEN and recipient not in source.roles:
        yield Finding("message-recipient", node.id, f"Penerima {recipient} bukan warga atau peran.")
    if recipient == CITIZEN and given.get("channel") != SLIP:
        elements = given.get("contact", IDENTITY).split()
        if not any(_asks_contact(source, element) for element in elements):
            words = f"Tidak ada isian telepon atau surel pada {', '.join(elements) or '(kosong)'}."
            yield Finding("message-contact", node.id, words)
    # A process that others call may name the letters of its callers too.
    is_called = source.model.properties.get("callable") == "true"
    for letter in given.get("letter", "").split():
        if letter not in source.letters and not is_called:
            yield Finding("message-letter", node.id, f"Surat {letter} tidak ada pada proses ini.")
    for clock in given.get("clock", "").split():
        if clock not in started_clocks(source):
            yield Finding("message-clock", node.id, f"Jam {clock} tidak dimulai proses ini.")
    if given.get("channel", SLIP) not in CHANNELS:
        yield Finding(
            "message-channel", node.id, "Parameter channel hanya dapat bernilai slip atau kirim."
        )


def _a_role(source: Source, variable: str) -> str | None:
    """Return one of the roles that a control variable can name, like the one of a task
    (`roleFrom`); None when the variable can hold something else.
    """
    values = source.values_of(variable)
    return min(values) if values and values <= {*source.roles} else None


def _asks_contact(source: Source, element: str) -> bool:
    form = source.forms.get(element)
    return form is not None and not CONTACT.isdisjoint(form.fields)


def started_clocks(source: Source) -> set[str]:
    """Return the clocks that the process starts, including all alternatives of an expression."""
    started = (
        n.parameters.get("clock", "")
        for n in source.of_kind("serviceTask")
        if n.operation == "start_clock"
    )
    return {name for expression in started for name in _texts(expression)}


def _texts(expression: str) -> set[str]:
    try:
        return _values(ast.parse(expression.strip(), mode="eval").body)
    except (ValueError, SyntaxError):
        return set()


def _values(node: ast.expr) -> set[str]:
    """Return the texts that an expression can evaluate to."""
    if isinstance(node, ast.IfExp):
        return _values(node.body) | _values(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


MESSAGE_RULES: tuple[Rule, ...] = (messages,)


DAYS = ("date", "datetime")
CHOICES = ("select", "radio")
KINDS = {"after": DAYS, "promise": DAYS, "state": CHOICES, "channel": CHOICES}
"""Widgets whose answers may be told to the public, by place of the declaration."""


def tracking(source: Source) -> Iterator[Finding]:
    """Steps, answers, clocks and outcomes that the words of a letter name exist, and only answers
    that are not personal, days or choices, are told.
    """
    for name, letter in source.letters.items():
        if letter.tracking is not None:
            for message in _faults(source, letter.tracking):
                yield Finding("letter-tracking", f"letters/{name}.json", message)


def publication(source: Source) -> Iterator[Finding]:
    """Choices and clocks by which cases are counted exist."""
    for name, letter in source.letters.items():
        if letter.counting is None:
            continue
        faults = [
            fault
            for mark in letter.counting.channel
            for fault in _mark_faults(source, "channel", mark)
        ]
        if letter.counting.clock not in started_clocks(source):
            faults.append(f"Jam {letter.counting.clock} tidak dimulai proses ini.")
        for message in faults:
            yield Finding("letter-publication", f"letters/{name}.json", message)


def _faults(source: Source, told: Tracking) -> Iterator[str]:
    if not told.stages:
        yield "Pelacakan belum mempunyai tahap."
    for stage in told.stages:
        places = [("after", mark) for mark in stage.after]
        places += [
            (place, mark)
            for place, mark in (("state", stage.state), ("promise", stage.promise))
            if mark
        ]
        for place, mark in places:
            yield from _mark_faults(source, place, mark)
        if stage.clock and stage.clock not in started_clocks(source):
            yield f"Jam {stage.clock} tidak dimulai proses ini."
    ends = {node.properties.get("outcome", "") for node in source.of_kind("endEvent")} - {""}
    if ends != set(told.ended):
        yield f"Pelacakan harus berkata sesuatu tentang setiap hasil: {', '.join(sorted(ends))}."


def _mark_faults(source: Source, place: str, mark: Mark) -> Iterator[str]:
    if mark.element not in source.user_tasks:
        yield f"Pengaturan surat menyebut tugas {mark.element}, yang tidak ada."
    elif mark.field or place != "after":
        form = source.known_forms.get(mark.element)
        field = form.fields.get(mark.field) if form is not None else None
        if form is not None and field is None:
            yield (
                f"Pengaturan surat menyebut isian {mark.field}, yang tidak ada pada {mark.element}."
            )
        elif field is not None and (field.personal is not None or field.widget not in KINDS[place]):
            yield (
                f"Isian {mark.field} pada {mark.element} tidak boleh tampil di luar: hanya "
                "tanggal dan pilihan yang terbuka."
            )


PUBLIC_RULES: tuple[Rule, ...] = (tracking, publication)
