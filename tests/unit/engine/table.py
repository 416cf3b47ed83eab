"""A decision table as DMN text."""

from xml.sax.saxutils import escape, quoteattr


def dmn(id: str, inputs: list[str], outputs: list[str], rows: list[list[str]], hit: str) -> str:
    """Rows are the input cells followed by the output cells."""
    cells = "".join(
        f'<rule id="{id}_b{n}">'
        + "".join(
            f'<inputEntry id="{id}_b{n}i{i}"><text>{escape(c)}</text></inputEntry>'
            for i, c in enumerate(row[: len(inputs)])
        )
        + "".join(
            f'<outputEntry id="{id}_b{n}o{i}"><text>{escape(c)}</text></outputEntry>'
            for i, c in enumerate(row[len(inputs) :])
        )
        + "</rule>"
        for n, row in enumerate(rows)
    )
    columns = "".join(
        (
            f'<input id="{id}_i{i}" label={quoteattr(e)}><inputExpression id="{id}_e{i}" '
            f'typeRef="string"><text>{escape(e)}</text></inputExpression></input>'
        )
        for i, e in enumerate(inputs)
    ) + "".join(
        f'<output id="{id}_o{i}" name="{o}" typeRef="string"/>' for i, o in enumerate(outputs)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d_{id}" name="{id}"'
        f' namespace="https://contoh.invalid/dmn"><decision id="{id}" name="{id}">'
        f'<decisionTable id="t_{id}" '
        f'hitPolicy="{hit}">{columns}{cells}</decisionTable></decision></definitions>'
    )
