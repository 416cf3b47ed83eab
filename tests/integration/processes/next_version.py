"""The next version of every process: another name on each step, one question more on each form,
other words in each letter.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from tests.integration.processes.release import FOLDERS
from workflow_app.engine.model import NAMESPACES
from workflow_app.engine.process_folders import Complete, Scenario, own_files, read_folder

QUESTION = "pertanyaan_baru"
NAMED_ANEW = " (versi baru)"
WORDS = "Surat menurut versi baru"
LETTER = (
    "<!DOCTYPE html><html "
    f'lang="id"><head><title>{WORDS}</title></head><body><p>{WORDS}</p><p>{{{{ nomor '
    f"}}}}</p></body></html>"
)


def make(place: Path) -> None:
    """Every folder of the release in `place`, changed."""
    for folder in FOLDERS:
        copy = place / folder.name
        for name, content in own_files(read_folder(folder)).items():
            if not name.startswith("scenarios/"):  # they do not answer the new question
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                (copy / name).write_bytes(content)
        _rename_steps(copy / "process.bpmn")
        for schema in (
            path for path in copy.glob("forms/*.json") if not path.name.endswith(".ui.json")
        ):
            _ask_more(schema, schema.with_suffix(".ui.json"))
        for letter in copy.glob("letters/*.html"):
            letter.write_text(LETTER)


def answering(scenario: Scenario) -> Scenario:
    """The same scenario for a case of the next version: the new question is answered too."""
    steps = (
        replace(step, answers={**step.answers, QUESTION: "ya"})
        if isinstance(step, Complete)
        else step
        for step in scenario.steps
    )
    return replace(scenario, steps=tuple(steps))


def _rename_steps(model: Path) -> None:
    tree = etree.parse(model)
    for task in tree.iterfind(".//bpmn:userTask", NAMESPACES):
        task.set("name", task.get("name", "") + NAMED_ANEW)
    tree.write(model, encoding="UTF-8", xml_declaration=True)


def _ask_more(schema: Path, ui: Path) -> None:
    asked: dict[str, Any] = json.loads(schema.read_text())
    asked["properties"][QUESTION] = {"type": "string", "title": "Pertanyaan baru", "enum": ["ya"]}
    asked["required"] = [*asked.get("required", ()), QUESTION]
    schema.write_text(json.dumps(asked))
    shown: dict[str, Any] = json.loads(ui.read_text())
    shown["fields"][QUESTION] = {"widget": "radio", "options": {"ya": "Ya"}}
    shown["sections"][0]["fields"].append(QUESTION)
    ui.write_text(json.dumps(shown))
