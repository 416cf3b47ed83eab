import pytest

from workflow_app.engine import model
from workflow_app.engine.model import ExpressionError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('jenis == "sim"', True),
        ('jenis in ["ktp", "sim"] and not selesai', True),
        ("len(butir) >= 2", True),
        ("batas is None", True),
        ('"a" if selesai else "b"', "b"),
        ("max(1, jumlah - 3)", 2),
        ('"PT10M"', "PT10M"),
        ("-jumlah + 1", -4),
    ],
)
def test_an_expression_sees_variables_and_listed_functions(text: str, value: object) -> None:
    variables = {"jenis": "sim", "selesai": False, "butir": ["a", "b"], "batas": None, "jumlah": 5}
    assert model.evaluate(text, variables) == value


@pytest.mark.parametrize(
    "text",
    [
        "().__class__.__bases__[0].__subclasses__()",
        '"".join(butir)',
        "__import__('os')",
        "_rahasia",
        "open('/etc/hostname')",
        "eval('1')",
        "lambda: 1",
        "[x for x in butir]",
        "{'a': 1}",
        "butir[0]",
        "(jenis := 1)",
        "f'{jenis}'",
        "'a' * 9999999999",
        "9 ** 9 ** 9",
        "len(*butir)",
        "max(1, key=len)",
        "1.5",
        "b'x'",
        "...",
        "await jenis",
        "print",
        "1" * 2000,
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises((ExpressionError, SyntaxError, NameError)):
        model.evaluate(text, {"jenis": "sim", "butir": ["a"]})


def test_an_unknown_name_is_an_error_not_an_empty_value() -> None:
    with pytest.raises(NameError):
        model.evaluate("tak_ada == 1", {})


def test_a_variable_cannot_replace_a_function() -> None:
    assert model.evaluate("len(butir)", {"butir": [], "len": "x"}) == 0


def test_names_are_the_variables_an_expression_reads() -> None:
    assert model.names_in("len(butir) > jumlah and jenis is None") == {"butir", "jumlah", "jenis"}


@pytest.mark.parametrize(
    "name", ["typename", "lane_owners", "len", "print", "class", "match", "_x", "dua kata", ""]
)
def test_reserved_names(name: str) -> None:
    assert model.is_reserved(name)


@pytest.mark.parametrize("name", ["jenis", "balik_nama", "arrived_at", "butir"])
def test_ordinary_names_are_free(name: str) -> None:
    assert not model.is_reserved(name)
