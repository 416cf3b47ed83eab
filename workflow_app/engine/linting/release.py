"""The linter of a release: what its process folders name in each other, and whether it can be taken over.

A deployment does not ask for this: the other process may be deployed later, or in another version.
"""

from collections.abc import Iterator, Mapping

from workflow_app.engine.definitions import Definition
from workflow_app.engine.form_inheritance import HERE_AND_NOW, secrecy
from workflow_app.engine.forms import Form
from workflow_app.engine.linting.kinship import literal
from workflow_app.engine.linting.source import Finding
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import MODEL_FILE


def between(definition: Definition, release: Mapping[str, Definition]) -> Iterator[Finding]:
    """Processes that are begun exist; what is taken over is asked there, here too, and stays as secret as it was."""
    for node in read_model(definition.files[MODEL_FILE]).nodes.values():
        process = literal(node, "process") if node.operation == "start_case" else None
        if process and process not in release:
            yield Finding("kin-unknown", node.id, f"Proses lanjutan {process} tidak ada.")
        flag = node.properties.get("beginsWith")
        if flag and process and process in release and release[process].initial.get(flag) is not False:
            message = f"Variabel {flag} pada {process} harus bernilai awal false."
            yield Finding("kin-bequest", node.id, message)
        for name in (name for name in node.properties.get("prefill", "").split() if "." in name):
            key, _, element = name.partition(".")
            theirs = release[key].forms.get(element) if key in release else None
            if theirs is None:
                yield Finding("kin-unknown", node.id, f"Properti prefill menunjuk {name}, yang tidak ada.")
            else:
                yield from _shared(node.id, name, definition.form(node.id), theirs)


def _shared(element: str, name: str, form: Form, theirs: Form) -> Iterator[Finding]:
    shared = [field for field in form.fields.values() if field.name in theirs.fields]
    shared = [field for field in shared if field.widget not in HERE_AND_NOW]
    if not shared:
        yield Finding("kin-nothing", element, f"Formulir ini tidak mempunyai isian yang sama dengan {name}.")
    for field in shared:
        if secrecy(field) < secrecy(theirs.fields[field.name]):
            yield Finding(
                "kin-secrecy", element, f"Isian {field.name} lebih rahasia pada {name}, jadi tidak diambil."
            )
