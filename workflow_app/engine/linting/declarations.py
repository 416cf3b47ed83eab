"""Linter rules on cases that beget cases: what begins another, and what is taken over from the case
before.

Whether the other process has what is named here is asked of a whole release (`release`).

Linter rules on walls: whom they keep out is an answer that chooses members, and no task waits
behind one for who cannot see it. Linter rules on messages: service tasks that have one sent. Linter
rules on what the public hears: of a case by its secret code (R36), and of all of them in counts
(R40). Linter rules on stages: steps whose time counts, with its source; those from which a clock
counts, which nobody moves without a reason; and who may record a step for somebody else. Linter
rules on edges of clocks: what the office may choose from is offered by the diagram, and the choice
is there.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping

from workflow_app.engine import forms
from workflow_app.engine.clocks import SIDES, START, STOP
from workflow_app.engine.forms import STAGE_SOURCES
from workflow_app.engine.linting.source import Finding, Rule, Source, text_written
from workflow_app.engine.model import Node
from workflow_app.engine.publication import Mark, Tracking

LONGEST_REASON = 120


def beginnings(source: Source) -> Iterator[Finding]:
    """What begins another case names its process and says why, both as they stand: the reason is on
    pages and in the trail.
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
    """What begins another case may say with which variable it begins, which answers its tasks may
    begin with, and who of this one does not see it.
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
    """First values come from `<process>.<element>`, on tasks of people."""
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
    """A parameter that must be a text in quotation marks: the text, empty when it is something
    else, None when it is missing.
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
    """`confine` names a role, and whatever task can follow is that role's."""
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
    """Return the tasks that can follow a confinement and can be another role's, each once."""
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
    """Return what a case can begin with: each role of `startedBy`, where the process asks for it.

    Nothing is known where it does not ask, or where a step changes the answer afterwards.
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
    """Return the roles whose task it can be in a case that began so."""
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
    """Return what may come after a node in a case that began so.

    It is reached along the flows, out of the subprocesses of the node, and by their boundary
    events.
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
    """Return where a node leads, without what a gateway cannot choose in a case that began so."""
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
"""Whose contact a message goes to when the task does not say."""
CONTACT = frozenset({"telepon", "surel"})

TEXT = "pesan."
"""Before the name of a text in the configuration."""


def messages(source: Source) -> Iterator[Finding]:
    """Texts, recipients, contacts and clocks that a message names exist, and are named directly."""
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
    """One of the roles that a control variable can name, as that of a task (`roleFrom`) does; None
    where it can be something else.
    """
    values = source.values_of(variable)
    return min(values) if values and values <= {*source.roles} else None


def _asks_contact(source: Source, element: str) -> bool:
    form = source.forms.get(element)
    return form is not None and not CONTACT.isdisjoint(form.fields)


def started_clocks(source: Source) -> set[str]:
    """The clocks that the process starts; where it depends which, each of them."""
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
    """The texts that an expression can be."""
    if isinstance(node, ast.IfExp):
        return _values(node.body) | _values(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


MESSAGE_RULES: tuple[Rule, ...] = (messages,)


DAYS = ("date", "datetime")
CHOICES = ("select", "radio")
KINDS = {"after": DAYS, "promise": DAYS, "state": CHOICES, "channel": CHOICES}
"""What widgets the answers may have that are told in each place."""


def tracking(source: Source) -> Iterator[Finding]:
    """Steps, answers, clocks and outcomes that the words of a letter name exist; only open days and
    choices are told.
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


def stages(source: Source) -> Iterator[Finding]:
    """A stage names the field with its time, and asks where that time comes from in a field
    `sumber`.
    """
    known = {name for node in source.of_kind("serviceTask") for name in _clocks(node)}
    for node in source.model.nodes.values():
        edges = [*_words(node, "startsClock"), *_words(node, "stopsClock")]
        if "stage" not in node.properties:
            if edges:
                yield Finding("stage", node.id, "Tepi jam hanya dapat disebut pada tahap (stage).")
            continue
        form = source.forms.get(node.id)
        time = form.fields.get(node.properties["stage"]) if form else None
        if node.kind != "userTask" or time is None or time.widget != "datetime":
            yield Finding(
                "stage",
                node.id,
                "Tahap (stage) harus menyebut isian waktu pada formulir tugas ini.",
            )
        elif (
            form
            and (asked := form.fields.get("sumber"))
            and set(asked.options) != set(STAGE_SOURCES)
        ):
            yield Finding("stage", node.id, f"Pilihan sumber harus {' dan '.join(STAGE_SOURCES)}.")
        for clock in edges:
            if clock not in known:
                yield Finding("stage", node.id, f"Jam {clock} tidak dimulai oleh tugas mana pun.")


def starts(source: Source) -> Iterator[Finding]:
    """A form that asks for the time from which a clock counts is a stage, and asks why when that
    time is moved; the source of a moment at a button is asked instead (`sumber`).
    """
    counted = {n.parameters["at"].strip() for n in source.of_kind("serviceTask") if _is_told(n)}
    for element, form in source.forms.items():
        for name in sorted(
            counted & {field.name for field in form.fields.values() if field.control}
        ):
            node = source.model.nodes[element]
            if node.properties.get("stage") != name or not _words(node, "startsClock"):
                message = (
                    f"Dari {name} sebuah jam dihitung, jadi tugas ini tahap (stage, startsClock)."
                )
                yield Finding("clock-start", element, message)
            if not forms.asks_why(form, name) and "sumber" not in form.fields:
                message = (
                    f"Dari {name} sebuah jam dihitung, jadi formulir menanyakan alasan bila "
                    "waktunya diubah (reason_for)."
                )
                yield Finding("clock-start", element, message)


def stand_ins(source: Source) -> Iterator[Finding]:
    """Who stands in is another known role."""
    for node in source.model.nodes.values():
        for role in _words(node, "standIn"):
            if node.kind != "userTask" or role not in source.roles or role == node.role:
                yield Finding(
                    "stand-in", node.id, f"Peran {role} tidak dapat mencatat untuk tugas ini."
                )


def _is_told(node: Node) -> bool:
    return node.operation == "start_clock" and "at" in node.parameters


def _clocks(node: Node) -> Iterator[str]:
    """The clocks that a service task starts: the one it shows, and those between which an
    expression chooses.
    """
    yield from _words(node, "clock")
    if node.operation == "start_clock":
        try:
            expression = ast.parse(node.parameters.get("clock", ""), mode="eval")
        except SyntaxError:
            return
        yield from (
            part.value
            for part in ast.walk(expression)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )


def _words(node: Node, name: str) -> list[str]:
    return node.properties.get(name, "").split()


STAGE_RULES: tuple[Rule, ...] = (stages, starts, stand_ins)


STAGES = {"startsClock": START, "stopsClock": STOP}
"""Property of a stage to the operation whose edge its time is."""


def edges(source: Source) -> Iterator[Finding]:
    """An edge stands on a task that starts or stops clocks it names, or on a stage whose time is
    such an edge.
    """
    sides: dict[tuple[str, str], list[bool]] = {}
    for node in source.model.nodes.values():
        edge, names = node.properties.get("edge"), node.properties.get("clock", "").split()
        is_stage = {"startsClock", "stopsClock"} & node.properties.keys()
        if edge is not None and not (
            re.fullmatch(r"[a-z_]+", edge) and (is_stage or (names and node.operation in SIDES))
        ):
            message = (
                "Tepi (edge) hanya untuk tugas yang memulai atau menghentikan jam yang disebutnya "
                "(clock), atau tahapnya."
            )
            yield Finding("clock-edge", node.id, message)
        for name in names if node.operation in SIDES else ():
            sides.setdefault((name, node.operation or ""), []).append(edge is not None)
            if edge is not None and source.lacks(f"tepi_jam.{name}"):
                message = f"Jam {name} mempunyai tepi, tetapi pengaturan tepi_jam.{name} tidak ada."
                yield Finding("clock-edge", node.id, message)
        recorded = node.properties.get("recordedEdge")
        if recorded is not None and (edge is None or recorded == edge or node.operation != START):
            message = (
                "Tepi saat dicatat (recordedEdge) hanya di samping tepi (edge) lain, pada tugas "
                "yang memulai jam."
            )
            yield Finding("clock-edge", node.id, message)
    for (name, operation), marked in sides.items():
        if operation == "start_clock" and any(marked) and not all(marked):
            message = f"Jam {name} dimulai di beberapa tempat; semuanya harus menyebut tepi (edge)."
            yield Finding("clock-edge", name, message)


def stages_clock(source: Source) -> Iterator[Finding]:
    """The time of a stage is one of the edges of its clock: a correction moves the clock only where
    that edge counts.
    """
    offered: dict[tuple[str, str], set[str]] = {}
    for node in source.model.nodes.values():
        for name in node.properties.get("clock", "").split() if "edge" in node.properties else ():
            offered.setdefault((name, node.operation or ""), set()).add(node.properties["edge"])
    for node in source.model.nodes.values():
        for side, operation in STAGES.items():
            for name in node.properties.get(side, "").split():
                known = offered.get((name, operation))
                if known and node.properties.get("edge") not in known:
                    message = (
                        f"Jam {name} mempunyai tepi; tahap ini harus menyebut tepinya (edge): "
                        f"{', '.join(sorted(known))}."
                    )
                    yield Finding("clock-edge", node.id, message)


CLOCK_RULES: tuple[Rule, ...] = (edges, stages_clock)
