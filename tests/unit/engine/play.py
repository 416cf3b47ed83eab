"""A case driven step by step in tests. Every call goes through the stored bytes, as in
production.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.unit.engine.folder import Folder
from workflow_app.domain import Step
from workflow_app.engine import runner
from workflow_app.engine.model import Value

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DUE = (NOW + timedelta(minutes=10)).isoformat()


class Play:
    """One case; `step` is where it stands."""

    step: Step

    def __init__(self, folder: Folder, **variables: Value) -> None:
        self.definition = folder.definition()
        self.now = NOW
        self.step = runner.start(self.definition, variables, self.now)

    @property
    def open(self) -> list[str]:
        return [task.element for task in self.step.open_tasks]

    @property
    def held(self) -> list[str]:
        return [task.element for task in self.step.open_tasks if task.is_held]

    @property
    def waiting(self) -> list[str]:
        return [effect.operation for effect in self.step.effects]

    def done(self, element: str, **variables: Value) -> "Play":
        task = next(task for task in self.step.open_tasks if task.element == element)
        self.step = runner.complete_task(
            self.definition, self.step.state, task.id, variables, self.now
        )
        return self

    def resolve(self, operation: str, result: Value = None) -> "Play":
        effect = next(effect for effect in self.step.effects if effect.operation == operation)
        self.step = runner.resolve_effect(
            self.definition, self.step.state, effect.task_id, result, self.now
        )
        return self

    def wakes_at(self) -> datetime | None:
        """When the case wants to be woken next."""
        return self.step.next_wake_at

    def after(self, **length: float) -> "Play":
        self.now += timedelta(**length)
        self.step = runner.wake(self.definition, self.step.state, self.now)
        return self

    def let_on(self) -> "Play":
        run = runner.open_case(self.definition, self.step.state, self.now)
        run.let_on()
        self.step = run.close()
        return self

    def hear(self, message: str, **variables: Value) -> "Play":
        self.step = runner.receive_message(
            self.definition, self.step.state, message, variables, self.now
        )
        return self


def line(**properties: Any) -> Folder:
    """start -> kerja -> selesai"""
    return Folder().start().user("kerja", **properties).end().flow("mulai", "kerja", "selesai")


def rework(limit: int, lead: str = "putuskan") -> Folder:
    """start -> kerja -> putuskan -> (again kerja | selesai)"""
    return (
        Folder()
        .start()
        .user("kerja", maxVisits=limit)
        .user(lead, "ka_spkt", control={"keputusan": ["setuju", "kembali"]})
        .choice("cukup", "kerja")
        .end()
        .flow("mulai", "kerja", lead, "cukup", "kerja")
        .when("cukup", 'keputusan == "setuju"', "selesai")
    )


def handing_on(receivers: tuple[str, ...] = ("ka_spkt",), **properties: Any) -> Folder:
    """start -> pilih -> terima (by the chosen function) -> selesai"""
    received: dict[str, Any] = {"roleFrom": "tujuan", **properties}
    return (
        Folder().start().user("pilih", control={"tujuan": list(receivers)}).user("terima",
            "penerima", **received).end()
        .flow("mulai", "pilih", "terima", "selesai")
    )  # fmt: skip


def asking(
    started_as: str = "pemohon", initial: str = '{"pemohon": "petugas"}', **properties: Any
) -> Folder:
    """start -> minta (by the role that begins the case) -> selesai"""
    asked: dict[str, Any] = {"roleFrom": "pemohon", **properties}
    folder = (
        Folder().start().user("minta", "pemohon", **asked).end().flow("mulai", "minta", "selesai")
    )
    folder.process_properties |= {
        "startedBy": "petugas ka_spkt",
        "startedAs": started_as,
        "initial": initial,
    }
    return folder


def routing(receiver: str) -> Folder:
    """start -> pilih -> arahkan (a table names the function) -> terima -> selesai"""
    return (
        Folder().start().user("pilih", control={"jenis": ["sim", "lain"]}).rule("arahkan", "rute",
            "tujuan")
        .user("terima", "penerima", roleFrom="tujuan").end()
        .flow("mulai", "pilih", "arahkan", "terima", "selesai")
        .decision("rute", ["jenis"], ["tujuan"], [['"sim"', receiver], ["", '""']])
    )  # fmt: skip


def with_setting(setting: str, initial: str = '{"cara": []}') -> Folder:
    """A process that reads a setting into `cara`."""
    folder = Folder().start().service("baca", "read_setting", "cara", setting=f'"{setting}"').end()
    folder.process_properties["initial"] = initial
    return folder.flow("mulai", "baca", "selesai")


def comparing(near: str = "hari", source: str = "kerja", **ui: object) -> Folder:
    """A form that compares cases by its own other answers."""
    return line().form(
        "kerja",
        {"jenis": {"type": "string", "enum": ["a"]}, "hari": {"type": "string", "format": "date"}},
        {
            "jenis": {"widget": "radio", "options": {"a": "A"}},
            "hari": {"widget": "date", **ui},
            "serupa": {"widget": "similar", "source": source, "same": "jenis", "near": near},
        },
    )
