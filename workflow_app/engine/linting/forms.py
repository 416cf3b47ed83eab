"""Linter rules on forms: which answers become control variables, which are personal, whether
widgets fit their schema, and comparisons between answers (`order`).
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from workflow_app.engine import model
from workflow_app.engine.form_rules import are_comparable, named
from workflow_app.engine.forms import (
    ANSWERLESS_WIDGETS,
    COMPUTED_WIDGETS,
    OFFERS,
    PAGE_FIELDS,
    SUGGESTIONS,
    WORKING_NOTES,
    Field,
    Form,
    places,
)
from workflow_app.engine.linting.source import Finding, Rule, Source

CONTROL_WIDGETS = frozenset(
    {"radio", "select", "checkbox", "checkboxes", "date", "datetime", "number"}
)
"""Widgets whose answers may become control variables. Free text may hold a name, so
it never does.
"""

PERSONAL_WIDGETS = frozenset({"nik", "tel", "email", "signature", "members"})
"""Widgets whose answers are always sealed."""

_TYPES = {
    "checkbox": "boolean", "checkboxes": "array", "documents": "array", "members": "array",
    "requirements": "object", "waiver": "object",
    "number": "integer",
}  # fmt: skip


def present(source: Source) -> Iterator[Finding]:
    """Every user task has a form, and every form file belongs to a user task."""
    used: set[str] = set()
    for node in source.of_kind("userTask"):
        files = [
            node.properties.get(n, "") for n in ("formJsonSchemaFilename", "formUiSchemaFilename")
        ]
        used.update(files)
        if not all(files):
            yield Finding(
                "form-missing", node.id, "Tugas ini belum mempunyai formulir (skema dan tampilan)."
            )
    for name in sorted(source.files):
        if PurePosixPath(name).parts[0] == "forms" and name not in used:
            yield Finding("form-unused", name, "Formulir ini tidak dipakai tugas mana pun.")


def fields(source: Source) -> Iterator[Finding]:
    """Control fields are safe, personal fields are sealed, and no field is both."""
    for element, form in source.forms.items():
        for field in form.fields.values():
            for rule, message in _judge(field):
                yield Finding(rule, element, f"Isian {field.name}: {message}")


def widgets(source: Source) -> Iterator[Finding]:
    """Types, options and conditions agree with the schema."""
    for element, form in source.forms.items():
        for field in form.fields.values():
            for message in _fit(form, field):
                yield Finding("form-widget", element, f"Isian {field.name}: {message}")


def duties(source: Source) -> Iterator[Finding]:
    """When a field shows the people on duty, every option is a role."""
    for element, form in source.forms.items():
        for field in form.fields.values():
            if odd := sorted(set(field.options).difference(source.roles)) if field.duty else []:
                words = (
                    f"Isian {field.name}: {', '.join(odd)} bukan peran, jadi tidak ada piketnya."
                )
                yield Finding("form-duty", element, words)


def offers(source: Source) -> Iterator[Finding]:
    """Choices that the office configures are options of one question, and the setting that lists
    them exists.
    """
    for element, form in source.forms.items():
        for field in form.fields.values():
            if not field.offered_by:
                continue
            if (
                field.widget not in ("radio", "select")
                or field.groups
                or source.lacks(field.offered_by)
            ):
                words = (
                    f"Isian {field.name}: offered_by hanya untuk radio atau select tanpa "
                    "kelompok, dan menyebut pengaturan yang ada."
                )
                yield Finding("form-offer", element, words)


def computed(source: Source) -> Iterator[Finding]:
    """Checklists name a decision of this folder, and waivers name tasks with a checklist."""
    for element, form in source.forms.items():
        for field in form.fields.values():
            if field.widget not in COMPUTED_WIDGETS:
                continue
            if "result" not in field.parameters:
                yield Finding(
                    "form-computed",
                    element,
                    f"Isian {field.name} tidak menyebut variabel hasil (result).",
                )
            decision = field.parameters.get("decision")
            if field.widget == "requirements" and decision not in source.decisions:
                yield Finding(
                    "form-computed", element, f"Isian {field.name}: keputusan {decision} tidak ada."
                )
            for other in field.parameters.get("source", "").split():
                checklist = source.known_forms.get(other)
                if checklist is None or all(
                    f.widget != "requirements" for f in checklist.fields.values()
                ):
                    yield Finding(
                        "form-computed",
                        element,
                        f"Isian {field.name}: {other} tidak memuat daftar syarat.",
                    )


def comparisons(source: Source) -> Iterator[Finding]:
    """Similar cases of the register are found by answers of one step that every officer of the
    counter may see; one of these answers is a day.
    """
    for element, form in source.forms.items():
        for field in form.fields.values():
            if field.widget != "similar":
                continue
            compared = source.forms.get(field.parameters.get("source", ""))
            near = field.parameters.get("near", "")
            names = [*field.parameters.get("same", "").split(), near]
            known = (
                {}
                if compared is None
                else {n: f for n, f in compared.fields.items() if not f.personal}
            )
            if len(names) < 2 or not known.keys() >= {*names} or known[near].widget != "date":
                message = (
                    f"Isian {field.name} membandingkan yang tidak ada, bukan tanggal, atau data "
                    "pribadi."
                )
                yield Finding("form-similar", element, message)


def presences(source: Source) -> Iterator[Finding]:
    """The questions of a presence variable exist, and no question answers the variable itself."""
    for element, form in source.forms.items():
        for variable, asked in form.presence.items():
            if variable in form.fields or not asked or not set(asked) <= form.fields.keys():
                message = (
                    f"Variabel {variable} (presence) harus menyebut isian yang ada dan bukan "
                    "isian sendiri."
                )
                yield Finding("form-presence", element, message)


def officers(source: Source) -> Iterator[Finding]:
    """A question that only one officer may answer names an earlier task of that officer."""
    for element, form in source.forms.items():
        for field in form.fields.values():
            if field.only_by and (
                field.only_by not in source.user_tasks or field.only_by == element
            ):
                message = (
                    f"Isian {field.name}: only_by menunjuk {field.only_by}, yang bukan tugas "
                    "orang sebelumnya."
                )
                yield Finding("form-officer", element, message)


def ties(source: Source) -> Iterator[Finding]:
    """A tie refers to a question of an earlier task, and its values are options."""
    for element, form in source.forms.items():
        for field in form.fields.values():
            tie = field.tied_to
            if tie is None:
                continue
            before = source.known_forms.get(tie.element)
            asked = (
                None if before is None or tie.element == element else before.fields.get(tie.field)
            )
            if (
                asked is None
                or tie.equals not in asked.options
                or not {*tie.only} <= field.options.keys()
            ):
                message = (
                    f"Isian {field.name}: tied_to menunjuk {tie.element}.{tie.field} atau pilihan "
                    "yang tidak ada."
                )
                yield Finding("form-tie", element, message)


def summaries(source: Source) -> Iterator[Finding]:
    """Sentences name existing answers that the officers of the case may see; a slip, which is
    handed to a citizen, names only public ones.
    """
    for element, form in source.forms.items():
        for begins in form.since:
            if begins not in source.user_tasks:
                yield Finding(
                    "summary-unknown", element, f"Ringkasan dimulai dari {begins}, yang tidak ada."
                )
        for sentence in form.summary:
            yield from _sentence(source, element, sentence, (None, WORKING_NOTES))
        for _, sentence in form.slip.rows if form.slip else ():
            yield from _sentence(source, element, sentence, (None,))


def _sentence(
    source: Source, element: str, sentence: str, groups: tuple[str | None, ...]
) -> Iterator[Finding]:
    for other, name in places(sentence):
        tables = (part.decisions[other] for part in source.parts if other in part.decisions)
        if any(name in table.outputs for table in tables):
            continue
        if (node := source.nodes.get(other)) is not None and node.result == name:
            continue
        field = source.known_forms[other].fields.get(name) if other in source.known_forms else None
        if field is None:
            yield Finding(
                "summary-unknown", element, f"Ringkasan menyebut {other}.{name}, yang tidak ada."
            )
        elif field.personal not in groups:
            message = f"Ringkasan menyebut {other}.{name}, yang data pribadi."
            yield Finding("summary-personal", element, message)


def _judge(field: Field) -> Iterator[tuple[str, str]]:
    name = field.parameters.get("result", field.name if field.control else "")
    if name and model.is_reserved(name):
        yield "variable-reserved", f"nama variabel {name} sudah dipakai mesin proses."
    if model.is_reserved(field.name):
        yield "field-reserved", "nama isian ini sudah dipakai mesin proses."
    if field.name in PAGE_FIELDS:
        yield "field-reserved", "nama isian ini sudah dipakai halaman."
    if field.control and field.personal:
        yield "control-personal", "data pribadi tidak boleh menjadi variabel proses."
    if field.control and field.widget not in CONTROL_WIDGETS:
        yield "control-free-text", f"jawaban {field.widget} tidak boleh menjadi variabel proses."
    if (field.not_before or field.not_after) and field.widget not in ("date", "datetime"):
        yield "date-bounds", "not_before dan not_after hanya untuk tanggal dan waktu."
    if field.notice and field.personal != WORKING_NOTES:
        yield "notice-group", f"pemberitahuan (notice) harus di kelompok personal {WORKING_NOTES}."
    if field.widget == "members" and field.personal not in (None, "uraian"):
        yield "members-group", "yang diadukan harus di kelompok personal uraian."
    if field.widget in PERSONAL_WIDGETS and not field.personal:
        yield (
            "personal-missing",
            f"jawaban {field.widget} adalah data pribadi dan harus mempunyai kelompok personal.",
        )


def _fit(form: Form, field: Field) -> Iterator[str]:
    kind = field.schema.get("type")
    expected = _TYPES.get(field.widget)
    if field.widget in ANSWERLESS_WIDGETS:
        return
    if kind not in ("string", "integer", "boolean") and expected != kind:
        yield f"jenis {kind} tidak didukung di sini."
    elif expected is not None and kind != expected:
        yield f"{field.widget} memerlukan jenis {expected}."
    if field.widget in ("radio", "select", "checkboxes"):
        choices = field.schema.get("items", {}) if field.widget == "checkboxes" else field.schema
        allowed = choices.get("enum")
        if allowed is None and choices.get("type") != "boolean":
            yield "skema tidak membatasi pilihan (enum)."
        elif allowed is not None and {str(value) for value in allowed} != set(field.options):
            yield "pilihan pada tampilan berbeda dari enum pada skema."
    if field.takes_recordings and field.widget != "documents":
        yield "rekaman (recordings) hanya diterima pertanyaan dokumen (documents)."
    if field.groups:
        grouped = [key for keys in field.groups.values() for key in keys]
        if field.widget != "select" or sorted(grouped) != sorted(field.options):
            yield "kelompok (groups) hanya untuk select, dan memuat setiap pilihan tepat satu kali."
    yield from _references(form, field)


PROPOSED = frozenset(
    {
        "nik", "nama", "tempat_lahir", "tanggal_lahir", "jenis_kelamin", "alamat", "rt_rw",
        "kelurahan", "kecamatan", "pekerjaan",
        "nomor_kk", "nomor_sim", "nomor_polisi", "nomor_rangka", "nomor_mesin", "nomor_stnk",
        "nomor_bpkb", "nomor_surat",
        "tanggal_surat", "penerbit", "perihal", "kode_pemeriksaan", "jenis_surat",
    }
)  # fmt: skip
"""Fields that a read document may propose, by the names of `ocr.fields.types.Field`."""
_TAKES = frozenset({"text", "textarea", "nik", "date", "radio", "select", "number"})


def _references(form: Form, field: Field) -> Iterator[str]:
    """Yield a message for each reference of this field to a missing field or list of
    suggestions.
    """
    if field.suggest and (field.widget != "text" or field.suggest not in SUGGESTIONS):
        yield (
            f"saran {field.suggest} tidak dikenal, atau isian ini bukan satu baris tulisan "
            "(suggest)."
        )
    if (name := field.parameters.get("read_as")) is not None and (
        name not in PROPOSED or field.widget not in _TAKES
    ):
        yield (
            f"{name} tidak terbaca dari dokumen, atau isian ini tidak dapat menerimanya (read_as)."
        )
    if (name := field.parameters.get("reason_for")) is not None:
        moved = form.fields.get(name)
        if moved is None or moved.widget != "datetime" or moved.default not in OFFERS:
            yield (
                f"reason_for menunjuk {name}, yang bukan waktu yang ditawarkan formulir ini "
                "(default now atau opened)."
            )
        if field.widget != "text" or field.personal != WORKING_NOTES:
            yield (
                "alasan (reason_for) adalah satu baris tulisan di kelompok personal "
                f"{WORKING_NOTES}."
            )
    for part in ("born", "sex"):
        if (told := field.parameters.get(part)) is not None and (
            told not in form.fields or field.widget != "nik"
        ):
            yield (
                f"{part} menunjuk {told}; yang dapat dibandingkan dengan NIK adalah isian "
                "formulir ini."
            )
    if field.visible_if is not None:
        other = form.fields.get(field.visible_if.field)
        if other is None or other.name == field.name:
            yield f"visible_if menunjuk {field.visible_if.field}, yang tidak ada."
        elif unknown := [
            v for v in field.visible_if.values if other.options and str(v) not in other.options
        ]:
            yield f"visible_if membandingkan dengan {unknown[0]}, yang bukan pilihan."


RULES: tuple[Rule, ...] = (
    present,
    fields,
    widgets,
    duties,
    offers,
    computed,
    comparisons,
    presences,
    officers,
    ties,
    summaries,
)


def orders(source: Source) -> Iterator[Finding]:
    """Answers are compared with answers of a comparable kind, of this form or of another step."""
    for element, form in source.forms.items():
        for field in form.fields.values():
            for compared in (other for rule in field.order for other in rule.others):
                asked = _asked(source, element, form, *compared)
                if (
                    asked is None
                    or asked is field
                    or not are_comparable(field.widget, asked.widget)
                ):
                    words = (
                        f"Isian {field.name}: order menunjuk {named(compared)}, yang tidak ada "
                        "atau tidak dapat dibandingkan."
                    )
                    yield Finding("form-order", element, words)


def _asked(source: Source, element: str, form: Form, other: str, name: str) -> Field | None:
    """Return the question with which an answer is compared; a form names its own questions without
    the step.
    """
    if not other:
        return form.fields.get(name)
    asked = source.known_forms.get(other) if other != element else None
    return None if asked is None else asked.fields.get(name)


ORDER_RULES: tuple[Rule, ...] = (orders,)
