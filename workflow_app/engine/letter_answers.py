"""Which answers the template of a letter reads."""

import re

CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
ANSWERS = re.compile(
    r"\bjawaban(?:\.|\[[\"'])([a-z_][a-z0-9_]*)(?:[\"']\])?(?:\.(?!get\b)([a-z_][a-z0-9_]*))?"
)
LABELS = re.compile(r"\blabel\([\"']([a-z0-9_]+)[\"'],\s*[\"']([a-z0-9_]+)[\"']\)")


def answers_named(html: str) -> set[tuple[str, str]]:
    """Elements and fields a template reads: `jawaban.<element>`, `jawaban["<element>"]`, `label("<element>", "<field>")`."""
    code = " ".join(CODE.findall(html))
    return {*ANSWERS.findall(code), *LABELS.findall(code)}
