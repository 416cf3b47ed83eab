"""Reasons why a running case cannot be moved to another version of its process, in sentences
(decision 0048).

Every waiting element must exist unchanged; parallel branches must join as before; answers and
issued letters must still be readable; and no step ahead may read something that this case was never
asked. In doubt a case stays in its version, where it can be finished.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from workflow_app.domain import SentraError, Step
from workflow_app.engine import migration, runner
from workflow_app.engine.definitions import Definition, answers_named
from workflow_app.engine.linting.source import text_written
from workflow_app.engine.migration import Part, is_live, parts_of
from workflow_app.engine.model import Node
from workflow_app.engine.paths import FRAMES, Paths, paths_of
from workflow_app.engine.state import content_of

KEPT = ("roleFrom", "handBack", "stage", "assign")
"""Properties of an open task that must not change, because its owner was determined when it was
opened.
"""
JOINS = ("parallelGateway", "inclusiveGateway")


@dataclass(frozen=True)
class Obstacle:
    """One reason against moving a case."""

    element: str
    """Element or letter concerned; empty when there is none."""
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """Whether a case can be moved, and the consequences for it."""

    obstacles: tuple[Obstacle, ...]
    skipped: tuple[str, ...] = ()
    """Names of new steps that the case will not do, because it has passed their place."""


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
        """Elements at which the case waits, on every level, boundary events included."""
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
    """Return whether a stored case can be moved. `done` are the elements it has completed,
    `letters` the kinds of letters it has issued.
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
    """Return the features of a state on which a verdict depends. Cases of one version with the same
    shape and the same completed steps get the same verdict.
    """
    content = content_of(state)
    parts = tuple((part.spec, part.shape) for part in parts_of(content))
    return parts, frozenset(content["variables"]), tuple(sorted(content["visits"].items()))


def _named(node: Node) -> str:
    return node.name or node.id


def _places(case: _Move) -> Iterator[Obstacle]:
    """Every element at which the case waits is of the same kind and on the same level in the new
    version.
    """
    for id in case.standing:
        here, there = case.before.nodes.get(id), case.after.nodes.get(id)
        if here is None or (here.kind == "boundaryEvent" and there is None):
            continue  # the case no longer waits for a boundary event that was removed
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
    """A boundary event whose following steps are not finished is still on the same activity."""
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
    """Parallel branches join as before, and a case in one branch only does not wait for another
    branch.
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
    """Return each joining gateway ahead on this level, with the flows over which each waiting
    element reaches it.
    """
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
    """The new version still asks every question that was answered, so that the
    answers can be read.
    """
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
    """Issued letters are still letters of the process."""
    for letter in sorted(case.letters - case.new.letters.keys()):
        yield Obstacle(letter, f"Surat {letter} sudah terbit, tetapi tidak ada lagi di versi baru.")


def _asked(case: _Move) -> Iterator[Obstacle]:
    """No element ahead reads something that this case was never asked. A variable that is missing
    in the old version too is no reason to stay in it.
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
    """Open tasks and pending operations have the same ids after the move, because others refer to
    them.
    """
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
    """Return the new steps whose place the case has passed."""
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
