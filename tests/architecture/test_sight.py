"""Who may see a case is decided in one place: a list that looks at units by itself would look past
the walls.
"""

import ast
import re

from tests.architecture.test_modules import PRODUCT, text_of

RULE = "workflow_app/services/cases/access.py"
BY_UNIT = re.compile(r"\b(?:Case|Task)\.unit\s*(?:==|\.in_)")


def test_lists_of_cases_and_tasks_ask_who_may_see_them() -> None:
    own = {path: text_of(path) for path in PRODUCT if BY_UNIT.search(text_of(path))}

    assert RULE in {str(path) for path in own}
    assert [
        str(path)
        for path, text in own.items()
        if str(path) != RULE and "access.not_behind_wall" not in text and "access.sees_" not in text
    ] == []


def test_a_condition_that_is_kept_is_made_from_what_it_is_kept_by() -> None:
    """Who is handed a unit of work could ask it something that is not in the key: the next one
    would see with others' eyes.
    """
    kept = {
        function.name: [
            ast.unparse(each.annotation) for each in function.args.args if each.annotation
        ]
        for path in PRODUCT
        if "lru_cache" in text_of(path) and "workflow_app/services/" in str(path)
        for function in ast.walk(ast.parse(text_of(path)))
        if isinstance(function, ast.FunctionDef)
        and any("cache" in ast.unparse(decorator) for decorator in function.decorator_list)
    }

    assert {
        "sees_case_of",
        "readable_case_of",
        "is_shown_of",
        "_all_readable",
        "_listing",
    } <= kept.keys()
    assert [name for name, given in kept.items() if "UnitOfWork" in given] == []
