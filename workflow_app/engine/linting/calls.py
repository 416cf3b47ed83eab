"""Linter rules on processes that call others, and on what a process says about being called."""

from collections.abc import Iterator, Mapping

from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.process_folders import CALLED

PROCESS_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "initial": (),
    "callable": ("true", "false"),
    "startable": ("true", "false"),
    "reopenable": ("true", "false"),
    "reopenConfined": (),
    "startedBy": (),
    "startedAs": (),
    "purpose": (),
    "rank": (),
}
"""Properties of a process and their values; the others have rules of their own."""
LONGEST_PURPOSE = 120
"""Letters of a sentence that is read at a glance, with a citizen waiting."""


def properties(source: Source) -> Iterator[Finding]:
    """A process says about itself only what is understood."""
    for name, value in source.model.properties.items():
        allowed = PROCESS_PROPERTIES.get(name)
        if allowed is None:
            yield Finding("process-property", source.model.key, f"Properti proses {name} tidak dikenal.")
        elif allowed and value not in allowed:
            yield Finding("process-property", source.model.key, f"Properti {name} harus true atau false.")
    yield from _offering(source)
    flag = source.model.properties.get("reopenConfined")
    if flag is not None and source.initial.get(flag) is not False:
        message = f"Variabel {flag} pada reopenConfined harus bernilai awal false."
        yield Finding("process-property", source.model.key, message)
    named = source.model.properties.get("startedBy")
    for role in () if named is None else named.split() or ("(kosong)",):
        if role not in source.roles:
            message = f"Properti startedBy menyebut {role}, yang bukan peran."
            yield Finding("process-property", source.model.key, message)
    variable = source.model.properties.get("startedAs")
    if variable is not None and source.initial.get(variable) not in source.starters:
        message = f"Variabel {variable} pada startedAs harus bernilai awal salah satu peran startedBy."
        yield Finding("process-property", source.model.key, message)


def _offering(source: Source) -> Iterator[Finding]:
    """What stands where a service is begun: when to choose it, and its place among the others."""
    purpose, rank = (source.model.properties.get(name) for name in ("purpose", "rank"))
    if purpose is not None and not 0 < len(purpose.strip()) <= LONGEST_PURPOSE:
        message = f"Properti purpose harus satu kalimat, paling panjang {LONGEST_PURPOSE} huruf."
        yield Finding("process-property", source.model.key, message)
    if rank is not None and not (rank.isascii() and rank.isdigit()):
        yield Finding("process-property", source.model.key, "Properti rank harus bilangan bulat.")


def calls(source: Source) -> Iterator[Finding]:
    """A call leads to a process that may be called and calls no further."""
    wanted = set()
    for node in source.of_kind("callActivity"):
        wanted.add(node.called)
        other = source.called.get(node.called or "")
        if other is None or other.model.key != node.called:
            message = f"Proses {node.called or '(kosong)'} tidak ada di folder proses atau tidak terbaca."
            yield Finding("call-unknown", node.id, message)
            continue
        if other.model.properties.get("callable") != "true":
            yield Finding("call-refused", node.id, f"Proses {node.called} tidak boleh dipanggil (callable).")
        if any(other.of_kind("callActivity")):
            yield Finding("call-nested", node.id, f"Proses {node.called} sendiri memanggil proses lain.")
    for key in sorted(source.called.keys() - wanted):
        yield Finding("call-unused", f"{CALLED}{key}", "Proses ini tidak dipanggil.")


def names(source: Source) -> Iterator[Finding]:
    """What a called process names is found under one name in the whole case."""
    taken = set(source.model.nodes) | {source.model.key}
    tables, letters = set(source.decisions), set(source.letters)
    for key, other in source.called.items():
        for element in sorted(taken & {key, *other.model.nodes}):
            yield Finding("call-collision", element, f"Id {element} juga dipakai proses {key}.")
        for name in sorted(tables & other.decisions.keys()):
            yield Finding("call-collision", name, f"Keputusan {name} juga ada pada proses {key}.")
        for name in sorted(letters & other.letters.keys()):
            yield Finding("call-collision", name, f"Surat {name} juga ada pada proses {key}.")
        taken |= {key, *other.model.nodes}
        tables |= other.decisions.keys()
        letters |= other.letters.keys()


def variables(source: Source) -> Iterator[Finding]:
    """What a called process begins with when it stands alone is set by who calls it."""
    for key, other in source.called.items():
        for name in sorted(other.initial.keys() - source.variables.keys()):
            message = f"Proses {key} memerlukan variabel {name}; isi pada properti initial proses ini."
            yield Finding("call-variable", name, message)


RULES: tuple[Rule, ...] = (properties, calls, names, variables)
