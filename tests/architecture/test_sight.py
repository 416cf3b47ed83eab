"""Who may see a case is decided in one place: a list that looks at units by itself would look past the walls."""

import re

from tests.architecture.test_modules import PRODUCT, text_of

RULE = "workflow_app/services/case_file/access.py"
BY_UNIT = re.compile(r"\b(?:Case|Task)\.unit\s*(?:==|\.in_)")


def test_lists_of_cases_and_tasks_ask_who_may_see_them() -> None:
    own = {path: text_of(path) for path in PRODUCT if BY_UNIT.search(text_of(path))}

    assert RULE in {str(path) for path in own}
    assert [
        str(path)
        for path, text in own.items()
        if str(path) != RULE and "access.not_behind_wall" not in text and "access.sees_" not in text
    ] == []
