"""Style and pages agree: what a page is dressed in has a rule or is looked for by a script, and
every rule dresses something.
"""

import re
from collections.abc import Iterator

from tests.architecture.tree import ROOT, tracked
from workflow_app.tools.bootstrap.packages import TARGET

WEB = ROOT / "workflow_app" / "web"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SELECTED = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
RULE = re.compile(SELECTED.pattern + r"(?=[^{}]*\{)")
DRESSED = re.compile(r'class="([^"]*)"')
STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
FILLED_IN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
LITERAL = re.compile(r"'([\w -]*)'")
CONDITION = re.compile(r"\bif\b.*?(?=\belse\b|$)", re.DOTALL)
NAME = re.compile(r"[\w-]+")
BEGINNING = re.compile(r"([a-zA-Z][\w-]*-)(?:\{\{|\$\{|\{|\" ?~|' ?~)")
"""What a class begins with whose rest is filled in: `heat-{{ ... }}`, `is-${mark}`."""
OF_LIBRARIES = ("djs-", "bjs-")
"""The viewer of drawings makes what these dress."""


def texts(*endings: str) -> Iterator[str]:
    for path in tracked():
        if path.suffix in endings and (ROOT / path).is_relative_to(WEB):
            yield (ROOT / path).read_text(encoding="utf-8")


def rules(style: str) -> set[str]:
    return set(RULE.findall(COMMENT.sub("", style)))


def own_rules() -> set[str]:
    return {name for style in texts(".css") for name in rules(style)}


def dressed_in() -> set[str]:
    """The classes that stand in the pages whole; those that a condition chooses too."""
    found: set[str] = set()
    pages = (
        FILLED_IN.sub(lambda one: one[0].replace('"', "'"), STATEMENT.sub(" ", page))
        for page in texts(".html")
    )
    for value in (value for page in pages for value in DRESSED.findall(page)):
        found.update(name for name in FILLED_IN.sub("\0", value).split() if "\0" not in name)
        for chosen in FILLED_IN.finditer(value):
            is_rest = re.search(r"[\w-]$", value[: chosen.start()])
            given = LITERAL.findall(CONDITION.sub("", chosen[1]))
            whole = [
                one
                for one in given
                if not one.endswith("-") and (one.startswith(" ") or not is_rest)
            ]
            found.update(name for words in whole for name in words.split())
    return found


def test_every_class_of_a_page_has_a_rule_or_is_looked_for_by_a_script() -> None:
    looked_for = {name for script in texts(".js") for name in SELECTED.findall(script)}
    brought = rules(
        (ROOT / TARGET / "tabler" / "css" / "tabler.min.css").read_text(encoding="utf-8")
    )

    assert sorted(dressed_in() - own_rules() - looked_for - brought) == []


def test_every_rule_dresses_something() -> None:
    written = "\n".join(texts(".html", ".js", ".py"))
    names, beginnings = (
        set(NAME.findall(written)),
        tuple({*BEGINNING.findall(written), *OF_LIBRARIES}),
    )

    unused = {name for name in own_rules() - names if not name.startswith(beginnings)}

    assert sorted(unused) == []
