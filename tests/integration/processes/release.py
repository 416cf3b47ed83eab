"""The process folders of the release, what they need beside them, and the settings that a scenario
is played under.
"""

from datetime import timedelta
from pathlib import Path

from tests.integration.conftest import PROCESSES
from workflow_app.domain import SYSTEM
from workflow_app.engine import process_folders
from workflow_app.engine.linting.declarations import literal
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Scenario
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration

FOLDERS = sorted(path.parent for path in PROCESSES.glob("*/process.bpmn"))


def begun_by(folder: Path) -> set[Path]:
    """The folders of the processes whose cases this one begins."""
    nodes = read_model((folder / process_folders.MODEL_FILE).read_bytes()).nodes.values()
    return {
        PROCESSES / key
        for node in nodes
        if node.operation == "start_case" and (key := literal(node, "process"))
    }


def configure(works: Works, scenario: Scenario) -> None:
    with works.begin(SYSTEM) as work:
        for name, value in scenario.settings.items():
            configuration.set_value(work, name, value, configuration.SOP_IN_FORCE)
        for name, span in scenario.targets.items():
            target: object = (
                None if span is None else {"hari_kerja": span, "kalender": "hari_kerja"}
            )
            if isinstance(span, timedelta):
                target = int(span.total_seconds() // 60)
            configuration.set_value(work, f"target.{name}", target, configuration.SOP_IN_FORCE)
        for name, codes in scenario.areas.items():
            configuration.set_value(
                work, f"wilayah.{name}", list(codes), configuration.SOP_IN_FORCE
            )
