"""What every form of every process says to the counter."""

import re

import pytest

from tests.unit.processes.folder import FOLDERS
from workflow_app.engine import definitions, process_folders
from workflow_app.engine.forms import Form

FOREIGN = re.compile(r"\b(submit|upload|klik|user|login|scan|form|klien)\b", re.IGNORECASE)
"""Words that nobody at the counter uses."""
FORMS = [
    pytest.param(form, id=f"{folder.name}-{element}")
    for folder in FOLDERS
    for element, form in definitions.load(process_folders.read_folder(folder)).forms.items()
]


@pytest.mark.parametrize("form", FORMS)
def test_forms_speak_plain_indonesian(form: Form) -> None:
    texts = [form.title, form.intro, form.submit, form.next]
    for field in form.fields.values():
        texts += [field.title, field.help, field.placeholder, *field.options.values()]

    assert [text for text in texts if FOREIGN.search(text)] == []
    assert form.intro.endswith(".")
    assert form.next.endswith(".")
