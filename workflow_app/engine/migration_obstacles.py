"""Why a running case cannot be moved to another version of its process, in sentences (decision
0048).

What waits must be there, as it was; branches that run side by side must meet as before; what was
answered or issued must still be readable; and nothing ahead may ask for what was never asked of
this case. In doubt a case stays where it is: there it can be finished.

Where a case can still go from where it stands: over flows and boundary events, into subprocesses
and called processes.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from workflow_app.domain import SentraError, Step
from workflow_app.engine import migration, model, runner
from workflow_app.engine.definitions import Definition, answers_named
from workflow_app.engine.linting.source import text_written
from workflow_app.engine.migration import Part, is_live, parts_of
from workflow_app.engine.model import Flow, Model, Node, read_model
from workflow_app.engine.process_folders import MODEL_FILE, called_folders
from workflow_app.engine.state import content_of

FRAMES = frozenset({"subProcess", "callActivity"})


@dataclass(frozen=True)
class Paths:
    """The models of a definition as one graph; ids are unique in it."""

    definition: Definition
    models: Mapping[str, Model]
    """The process and those it calls, by key."""

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every flow node by id."""
        return {node.id: node for model in self.models.values() for node in model.nodes.values()}

    @cached_property
    def outgoing(self) -> dict[str, list[Flow]]:
        """Flows leaving each node."""
        return {id: flows for model in self.models.values() for id, flows in model.outgoing.items()}

    @cached_property
    def incoming(self) -> dict[str, list[Flow]]:
        """Flows entering each node."""
        return {id: flows for model in self.models.values() for id, flows in model.incoming.items()}

    @cached_property
    def attached(self) -> dict[str, list[str]]:
        """Boundary events of each activity."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if node.attached_to:
                found.setdefault(node.attached_to, []).append(node.id)
        return found

    @cached_property
    def insides(self) -> dict[str, list[Node]]:
        """The nodes directly inside each subprocess and each called process, by the frame that runs
        them.
        """
        return {
            node.id: list(self._inside(node)) for node in self.nodes.values() if node.kind in FRAMES
        }

    @cached_property
    def frames_of(self) -> dict[str, list[str]]:
        """Which frames begin with a start event."""
        found: dict[str, list[str]] = {}
        for frame, inner in self.insides.items():
            for node in inner:
                if node.kind == "startEvent":
                    found.setdefault(node.id, []).append(frame)
        return found

    @cached_property
    def next(self) -> dict[str, tuple[str, ...]]:
        """The next elements of each: along its flows, at its boundary, inside it."""
        return {id: tuple(self._following(id)) for id in self.nodes}

    def _inside(self, frame: Node) -> Iterator[Node]:
        if frame.kind == "subProcess":
            return (node for node in self.nodes.values() if node.parent == frame.id)
        model = self.models.get(frame.called or "")
        return (node for node in (model.nodes.values() if model else ()) if node.parent is None)

    def _following(self, id: str) -> Iterator[str]:
        yield from (flow.target for flow in self.outgoing.get(id, ()))
        yield from self.attached.get(id, ())
        yield from (node.id for node in self.insides.get(id, ()) if node.kind == "startEvent")

    def reached(self, standing: Iterable[str], *, without: str = "") -> set[str]:
        """What a case that stands there can still come to; `without` going through one element."""
        found: set[str] = set()
        queue = [
            following for id in standing if id != without for following in self.next.get(id, ())
        ]
        while queue:
            id = queue.pop()
            if id in found or id not in self.nodes:
                continue
            found.add(id)
            if id != without:
                queue += self.next[id]
        return found

    def sources_reached(self, standing: str, join: str) -> frozenset[str]:
        """Elements just before a joining gateway over which what stands there can come to it."""
        before = {standing, *self.reached([standing], without=join)} - {join}
        return frozenset(
            flow.source for flow in self.incoming.get(join, ()) if flow.source in before
        )

    def lacking(self, standing: Collection[str], variables: Collection[str]) -> dict[str, str]:
        """Control variables that may be read before anything has set them, with an element that
        reads each.

        The store of a case only grows, so what is set on every way to an element is there.
        """
        there = self._set_before(standing, frozenset(variables))
        return {
            name: id for id, known in there.items() for name in sorted(self.reading[id] - known)
        }

    def _set_before(
        self, standing: Collection[str], known: frozenset[str]
    ) -> dict[str, frozenset[str]]:
        """What is certainly set when each element is reached."""
        met = {*standing, *self.reached(standing)}
        order = [id for id in self.nodes if id in met]
        before = {id: known for id in standing if id in self.nodes}
        after: dict[str, frozenset[str]] = {}
        while True:
            earlier = dict(after)
            for id in order:
                came = [*self._ways_in(id, before, after)]
                if id not in standing and not came:
                    continue
                if id not in standing:
                    joins = self.nodes[id].kind == "parallelGateway"
                    before[id] = frozenset.union(*came) if joins else frozenset.intersection(*came)
                ends = [
                    after[n.id]
                    for n in self.insides.get(id, ())
                    if n.kind == "endEvent" and n.id in after
                ]
                inside = frozenset.intersection(*ends) if ends else frozenset()
                after[id] = before[id] | self.setting[id] | inside
            if after == earlier:
                return before

    def _ways_in(
        self, id: str, before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]
    ) -> Iterator[frozenset[str]]:
        node = self.nodes[id]
        yield from (
            after[flow.source] for flow in self.incoming.get(id, ()) if flow.source in after
        )
        if node.attached_to and node.attached_to in before:
            yield before[node.attached_to]
        yield from (before[frame] for frame in self.frames_of.get(id, ()) if frame in before)

    @cached_property
    def setting(self) -> dict[str, frozenset[str]]:
        """Control variables that are set when an element is done."""
        return {node.id: self._set_by(node) for node in self.nodes.values()}

    @cached_property
    def reading(self) -> dict[str, frozenset[str]]:
        """Control variables that an element asks for when it is reached or left."""
        return {node.id: self._read_by(node) for node in self.nodes.values()}

    def _set_by(self, node: Node) -> frozenset[str]:
        found = {*node.properties.get("keepOutputs", "").split()}
        if node.result:
            found.add(node.result)
        if form := self.definition.forms.get(node.id):
            found |= {field.name for field in form.fields.values() if field.control}
            found |= {
                field.parameters["result"]
                for field in form.fields.values()
                if "result" in field.parameters
            }
            found |= form.presence.keys()
        return frozenset(found)

    def _read_by(self, node: Node) -> frozenset[str]:
        texts = [*node.parameters.values(), *(expression for _, expression in node.timers)]
        texts += [flow.condition for flow in self.outgoing.get(node.id, ()) if flow.condition]
        found = frozenset().union(*map(model.names_in, texts))
        tables = [node.decision or ""]
        if form := self.definition.forms.get(node.id):
            tables += [field.parameters.get("decision", "") for field in form.fields.values()]
        for table in tables:
            if table in self.definition.decisions:
                found |= self.definition.decisions[table].variables
        return found | {name for name in [node.properties.get("roleFrom")] if name}


_known: dict[str, Paths] = {}


def paths_of(definition: Definition) -> Paths:
    """The graph of a definition; read once per content."""
    if definition.hash not in _known:
        own = {definition.key: read_model(definition.files[MODEL_FILE])}
        called = {
            key: read_model(files[MODEL_FILE])
            for key, files in called_folders(definition.files).items()
        }
        _known[definition.hash] = Paths(definition, {**own, **called})
    return _known[definition.hash]


KEPT = ("roleFrom", "handBack", "stage", "assign")
"""Properties of an open task that may not change under it: whose it is was settled when it was
reached.
"""
JOINS = ("parallelGateway", "inclusiveGateway")


@dataclass(frozen=True)
class Obstacle:
    """One reason."""

    element: str
    """Element, or letter, that is in the way; empty where none is."""
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """Whether a case can be moved, and what that means for it."""

    obstacles: tuple[Obstacle, ...]
    skipped: tuple[str, ...] = ()
    """Names of new steps that it will not do, because it has gone past them."""


@dataclass(frozen=True)
class _Move:
    old: Definition
    new: Definition
    parts: tuple[Part, ...]
    done: frozenset[str]
    letters: frozenset[str]
    variables: frozenset[str]

    @property
    def before(self) -> Paths:
        return paths_of(self.old)

    @property
    def after(self) -> Paths:
        return paths_of(self.new)

    @property
    def standing(self) -> list[str]:
        """Elements at which the case stands, on every level; boundary events too."""
        return list(dict.fromkeys(task["task_spec"] for part in self.parts for task in part.live))


def judge(
    old: Definition,
    new: Definition,
    state: bytes,
    now: datetime,
    *,
    done: Collection[str],
    letters: Collection[str],
) -> Verdict:
    """Whether a stored case can be moved. `done` are elements it has completed, `letters` the kinds
    it has issued.
    """
    content = content_of(state)
    variables = frozenset({*content["variables"], *new.initial})
    case = _Move(old, new, tuple(parts_of(content)), frozenset(done), frozenset(letters), variables)
    found = tuple(dict.fromkeys(obstacle for rule in RULES for obstacle in rule(case)))
    if found:
        return Verdict(found)
    try:
        step = migration.move(old, new, state, now)
        stood = runner.standing(old, state, now)
    except SentraError as error:
        return Verdict((Obstacle(getattr(error, "element", ""),
            "Mesin proses tidak dapat membawa keadaan berkas ini ke versi baru."),))  # fmt: skip
    return Verdict(tuple(_unlike(case, stood, step)), _skipped(case))


def shape(state: bytes) -> object:
    """What a verdict depends on: cases of one version with the same shape and the same steps behind
    them get the same.
    """
    content = content_of(state)
    parts = tuple((part.spec, part.shape) for part in parts_of(content))
    return parts, frozenset(content["variables"]), tuple(sorted(content["visits"].items()))


def _named(node: Node) -> str:
    return node.name or node.id


def _places(case: _Move) -> Iterator[Obstacle]:
    """Where the case waits there is the same kind of element on the same level."""
    for id in case.standing:
        here, there = case.before.nodes.get(id), case.after.nodes.get(id)
        if here is None or (here.kind == "boundaryEvent" and there is None):
            continue  # a boundary event that still waits is simply waited for no more
        if there is None:
            yield Obstacle(id, f"Langkah “{_named(here)}”, tempat berkas menunggu, tidak ada lagi.")
        elif (here.kind, here.parent, here.called) != (there.kind, there.parent, there.called):
            yield Obstacle(
                id,
                f"Langkah “{_named(here)}”, tempat berkas menunggu, berubah jenis atau letaknya.",
            )
        elif here.kind == "userTask" and here.role != there.role:
            yield Obstacle(
                id, f"Langkah “{_named(here)}” yang sedang terbuka berpindah ke peran lain."
            )
        elif here.kind == "userTask" and any(
            here.properties.get(n) != there.properties.get(n) for n in KEPT
        ):
            yield Obstacle(
                id, f"Langkah “{_named(here)}” yang sedang terbuka dibagikan dengan cara lain."
            )
        elif here.kind == "serviceTask" and (here.operation, here.result) != (
            there.operation,
            there.result,
        ):
            yield Obstacle(id, f"Pekerjaan sistem “{_named(here)}” yang sedang berjalan berubah.")
        elif here.kind == "intermediateCatchEvent" and (here.events, here.messages) != (
            there.events,
            there.messages,
        ):
            yield Obstacle(
                id, f"Langkah “{_named(here)}”, tempat berkas menunggu, menunggu hal lain."
            )


def _happened(case: _Move) -> Iterator[Obstacle]:
    """A boundary event whose steps still go on is still there, on the same activity."""
    for part in case.parts:
        for task in part.tasks.values():
            here = case.before.nodes.get(task["task_spec"])
            if (
                here is None
                or here.kind != "boundaryEvent"
                or is_live(task)
                or not part.has_live(task)
            ):
                continue
            there = case.after.nodes.get(here.id)
            if there is None or there.attached_to != here.attached_to:
                yield Obstacle(here.id,
                    (f"“{_named(here)}” sudah terjadi dan langkah sesudahnya masih terbuka, tetapi "
                    "tidak ada lagi di sana."))  # fmt: skip


def _branches(case: _Move) -> Iterator[Obstacle]:
    """Branches that run side by side meet as before, and what stands in one branch only waits for
    no other.
    """
    for part in case.parts:
        live = [
            t["task_spec"]
            for t in part.live
            if case.before.nodes[t["task_spec"]].kind != "boundaryEvent"
        ]
        arrived = {
            join["task_spec"]: part.parents_of(join["task_spec"])
            for join in part.live
            if case.before.nodes[join["task_spec"]].kind in JOINS
        }
        moving_on = [id for id in live if id not in arrived]
        before, after = (_joins(paths, moving_on, arrived) for paths in (case.before, case.after))
        for join in sorted(
            join for join in before.keys() | after.keys() if before.get(join) != after.get(join)
        ):
            node = case.after.nodes.get(join) or case.before.nodes[join]
            came = frozenset().union(*(found for _, found in after.get(join, ())))
            if arrived or len(moving_on) > 1:
                yield Obstacle(join,
                    ("Cabang-cabang yang sedang berjalan bersama bertemu dengan cara lain di "
                    f"“{_named(node)}”."))  # fmt: skip
            elif node.kind == "parallelGateway" and came and came != _before(case.after, join):
                yield Obstacle(join,
                    (f"Versi baru menunggu di “{_named(node)}” cabang yang tidak pernah dimulai "
                    "berkas ini."))  # fmt: skip


def _joins(
    paths: Paths, standing: Collection[str], arrived: dict[str, set[str]]
) -> dict[str, frozenset[tuple[str, frozenset[str]]]]:
    """Each joining gateway ahead on this level, with the ways over which each place comes to it."""
    elements = paths.definition.elements
    levels = {
        (elements[id].process, elements[id].parent)
        for id in {*standing, *arrived}
        if id in elements
    }
    found = {}
    for join in {*paths.reached(standing), *arrived} & paths.nodes.keys():
        is_here = (elements[join].process, elements[join].parent) in levels
        if is_here and paths.nodes[join].kind in JOINS and len(known := _before(paths, join)) > 1:
            ways = {(id, paths.sources_reached(id, join)) for id in standing}
            ways |= {(f"+{source}", known & {source}) for source in arrived.get(join, ())}
            found[join] = frozenset(way for way in ways if way[1])
    return found


def _before(paths: Paths, join: str) -> frozenset[str]:
    return frozenset(flow.source for flow in paths.incoming[join])


def _answered(case: _Move) -> Iterator[Obstacle]:
    """What was answered is still asked there, so that it can be read."""
    for id in sorted(case.done & case.old.forms.keys()):
        here, there = case.old.forms[id], case.new.forms.get(id)
        name = case.old.elements[id].name
        if there is None:
            yield Obstacle(id,
                (f"Langkah “{name}” sudah dikerjakan, tetapi tidak ada lagi; jawabannya tidak akan "
                "terbaca."))  # fmt: skip
            continue
        for asked in here.fields.values():
            kept = there.fields.get(asked.name)
            if kept is None or kept.widget != asked.widget or kept.personal != asked.personal:
                yield Obstacle(id,
                    (f"Isian “{asked.title}” pada langkah “{name}” sudah dijawab, tetapi tidak ada "
                    "lagi atau berubah jenis."))  # fmt: skip
            elif not asked.options.keys() <= kept.options.keys():
                yield Obstacle(id,
                    (f"Isian “{asked.title}” pada langkah “{name}” sudah dijawab, tetapi "
                    "pilihannya berkurang."))  # fmt: skip


def _issued(case: _Move) -> Iterator[Obstacle]:
    """Letters that were issued are still letters of the process."""
    for letter in sorted(case.letters - case.new.letters.keys()):
        yield Obstacle(letter, f"Surat {letter} sudah terbit, tetapi tidak ada lagi di versi baru.")


def _asked(case: _Move) -> Iterator[Obstacle]:
    """Nothing ahead reads what this case was never asked. What the old version lacks too is no
    reason to stay in it.
    """
    standing = [id for id in case.standing if id in case.after.nodes]
    lacked = case.before.lacking(case.standing, case.variables).keys()
    for variable, id in sorted(case.after.lacking(standing, case.variables).items()):
        if variable not in lacked:
            node = case.after.nodes[id]
            yield Obstacle(id,
                (f"Langkah “{_named(node)}” memerlukan “{variable}”, yang tidak pernah ditanyakan "
                "kepada berkas ini."))  # fmt: skip
    ahead = case.after.reached(standing) | {*standing}
    for id in sorted(ahead):
        letter = text_written(case.after.nodes[id].parameters.get("letter", "None"))
        if letter is not None and letter in case.new.letters:
            yield from _unanswered(case, letter, ahead)


def _unanswered(case: _Move, letter: str, ahead: Collection[str]) -> Iterator[Obstacle]:
    known = answers_named(case.old.letters[letter].html) if letter in case.old.letters else set()
    for id, name in sorted(answers_named(case.new.letters[letter].html) - known):
        if id not in case.new.elements:
            continue
        step = case.new.elements[id].name
        asked = case.old.forms[id].fields if id in case.old.forms else {}
        if id in case.done and name and name not in asked:
            title = case.new.forms[id].fields[name].title
            yield Obstacle(id,
                (f"Surat {letter} memuat “{title}” dari langkah “{step}”, yang belum ditanyakan "
                "ketika langkah itu dikerjakan."))  # fmt: skip
        elif id not in case.done and id not in ahead:
            yield Obstacle(
                id,
                (
                    f"Surat {letter} memuat jawaban langkah “{step}”, yang tidak akan dijalani "
                    "berkas ini."
                ),
            )


def _unlike(case: _Move, stood: Step, stands: Step) -> Iterator[Obstacle]:
    """Everything that others know by its id is there again."""
    if {t.id for t in stood.open_tasks} != {
        t.id for t in stands.open_tasks
    } or stood.effects != stands.effects:
        yield Obstacle("", "Sesudah dipindahkan, tugas yang terbuka tidak sama dengan sebelumnya.")
    held = {task.id: task.is_held for task in stood.open_tasks}
    for task in stands.open_tasks:
        if held.get(task.id) != task.is_held:
            yield Obstacle(
                task.element,
                f"Langkah “{task.name}” sudah diulang lebih sering daripada batas versi baru.",
            )


def _skipped(case: _Move) -> tuple[str, ...]:
    """Steps that are new, and that the case has gone past."""
    ahead = case.after.reached([id for id in case.standing if id in case.after.nodes]) | {
        *case.standing
    }
    new = (
        node
        for node in case.after.nodes.values()
        if node.id not in case.before.nodes and node.id not in ahead
    )
    return tuple(_named(node) for node in new if node.kind.endswith("Task") or node.kind in FRAMES)


RULES: tuple[Callable[[_Move], Iterator[Obstacle]], ...] = (
    _places, _happened, _branches, _answered, _issued, _asked,
)  # fmt: skip
