"""The ways a case can still take from the elements at which it stands: over flows and boundary
events, into subprocesses and called processes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from workflow_app.engine import model
from workflow_app.engine.definitions import Definition
from workflow_app.engine.model import Flow, Model, Node, read_model
from workflow_app.engine.process_folders import MODEL_FILE, called_folders

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
        """Flows that leave each node."""
        return {id: flows for model in self.models.values() for id, flows in model.outgoing.items()}

    @cached_property
    def incoming(self) -> dict[str, list[Flow]]:
        """Flows that enter each node."""
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
        """The nodes directly inside each subprocess and each called process, by the id of the
        subprocess or call activity.
        """
        return {
            node.id: list(self._inside(node)) for node in self.nodes.values() if node.kind in FRAMES
        }

    @cached_property
    def frames_of(self) -> dict[str, list[str]]:
        """The subprocesses and call activities that begin with each start event."""
        found: dict[str, list[str]] = {}
        for frame, inner in self.insides.items():
            for node in inner:
                if node.kind == "startEvent":
                    found.setdefault(node.id, []).append(frame)
        return found

    @cached_property
    def next(self) -> dict[str, tuple[str, ...]]:
        """The next elements of each element: along its flows, at its boundary, inside it."""
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
        """Return the elements that a case at `standing` can still reach without passing through the
        element `without`.
        """
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
        """Return the elements directly before a joining gateway over which `standing`
        can reach it.
        """
        before = {standing, *self.reached([standing], without=join)} - {join}
        return frozenset(
            flow.source for flow in self.incoming.get(join, ()) if flow.source in before
        )

    def lacking(self, standing: Collection[str], variables: Collection[str]) -> dict[str, str]:
        """Return the control variables that may be read before they are set, each with an element
        that reads it.

        A case never loses a variable, so a variable that is set on every way to an element is
        present there.
        """
        there = self._set_before(standing, frozenset(variables))
        return {
            name: id for id, known in there.items() for name in sorted(self.reading[id] - known)
        }

    def _set_before(
        self, standing: Collection[str], known: frozenset[str]
    ) -> dict[str, frozenset[str]]:
        """Return the variables that are certainly set when each element is reached."""
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
        """Control variables that are set when each element is done."""
        return {node.id: self._set_by(node) for node in self.nodes.values()}

    @cached_property
    def reading(self) -> dict[str, frozenset[str]]:
        """Control variables that each element reads when it is reached or left."""
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
    """Return the graph of a definition, built once per content."""
    if definition.hash not in _known:
        own = {definition.key: read_model(definition.files[MODEL_FILE])}
        called = {
            key: read_model(files[MODEL_FILE])
            for key, files in called_folders(definition.files).items()
        }
        _known[definition.hash] = Paths(definition, {**own, **called})
    return _known[definition.hash]
