"""Default answers of a process folder, merged into its scenarios when the folder is read.

`scenarios/_defaults.yaml` says for each task which role does it (`as`) and its usual answers
(`answers`). A scenario writes only the differences: another role, another answer, or `null` for a
question that is not answered. An answer is replaced as a whole. Deployed files contain the merged
scenarios, without the defaults.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

FILE = "scenarios/_defaults.yaml"
KEYS = {"as", "answers"}

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER_BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

Defaults = Mapping[str, Mapping[str, Any]]
"""`as` and `answers` by task; both are optional."""


class _Dumper(_DUMPER_BASE):  # type: ignore[misc]  # the one in C, where there is one
    """YAML dumper that repeats equal answers instead of writing references."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Return True for every value, so that no reference is written."""
        return True


def merge(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of one folder with merged scenarios and without the defaults.

    Unreadable defaults and those that no scenario uses remain; the linter reports them.
    """
    found = dict(files)
    if FILE not in found:
        return found
    defaults = _read(found[FILE])
    if defaults is None:
        return found
    names = [name for name in found if name.startswith("scenarios/") and name != FILE]
    unused = _unused(defaults, [found[name] for name in names])
    merged = {name: _merged(found[FILE], found[name]) for name in names}
    del found[FILE]
    return found | merged | ({FILE: _written(unused)} if unused else {})


def faults(content: bytes) -> list[str]:
    """Return what is wrong with defaults that remained after merging."""
    left = _read(content)
    if left is None:
        return ["Bukan daftar tugas yang masing-masing memuat as dan answers."]
    named = (name for each in left.values() for name in each.get("answers", {}) or ["as"])
    return [
        f"Tidak dipakai skenario mana pun: {', '.join(left)} ({', '.join(dict.fromkeys(named))})."
    ]


@lru_cache(maxsize=1024)
def _merged(defaults: bytes, scenario: bytes) -> bytes:
    """Return a merged scenario; an unreadable one stays unchanged, and its reader reports it."""
    content, usual = _loaded(scenario), _read(defaults) or {}
    try:
        content["steps"] = [_whole(step, usual) for step in content["steps"]]
    except (KeyError, TypeError, AttributeError):
        return scenario
    return _written(content)


def _whole(step: Mapping[str, Any], defaults: Defaults) -> Mapping[str, Any]:
    usual = defaults.get(step.get("complete", ""))
    if usual is None:
        return step
    answers = {**usual.get("answers", {}), **(step.get("answers") or {})}
    whole = {"complete": step["complete"], **usual, **step}
    whole["answers"] = {name: value for name, value in answers.items() if value is not None}
    return whole


def _unused(defaults: Defaults, scenarios: list[bytes]) -> dict[str, dict[str, Any]]:
    """Return the defaults that affect no scenario."""
    steps = list(_completed(scenarios))
    unused: dict[str, dict[str, Any]] = {}
    for element, usual in defaults.items():
        own = [step for step in steps if step["complete"] == element]
        answers = {
            name: value
            for name, value in usual.get("answers", {}).items()
            if all(name in (step.get("answers") or {}) for step in own)
        }
        has_idle_role = "as" in usual and all("as" in step for step in own)
        if answers or has_idle_role:
            unused[element] = {"answers": answers} if answers else {"as": usual["as"]}
    return unused


def _completed(scenarios: list[bytes]) -> Iterator[Mapping[str, Any]]:
    for scenario in scenarios:
        content = _loaded(scenario)
        steps = content.get("steps") if isinstance(content, dict) else None
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and "complete" in step and _has_answers(step):
                yield step


def _has_answers(step: Mapping[str, Any]) -> bool:
    return isinstance(step.get("answers") or {}, dict)


def _read(content: bytes) -> Defaults | None:
    """Return the defaults, or None if the content does not have their form."""
    found = _loaded(content)
    if not isinstance(found, dict) or not all(_is_usual(usual) for usual in found.values()):
        return None
    return found


def _is_usual(usual: Any) -> bool:
    return (
        isinstance(usual, dict)
        and usual.keys() <= KEYS
        and isinstance(usual.get("answers", {}), dict)
    )


def _loaded(content: bytes) -> Any:
    try:
        return yaml.load(content, _LOADER)  # noqa: S506 - a safe loader in both cases
    except (yaml.YAMLError, UnicodeDecodeError):
        return None


def _written(content: Any) -> bytes:
    text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return str(text).encode()
