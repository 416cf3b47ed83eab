"""The tables, as far as they can be judged without a database."""

from sqlalchemy import make_url
from sqlalchemy.orm import RelationshipProperty, configure_mappers
from sqlalchemy.schema import CreateTable

from archive.models import ArchiveBase

PAGE = "archive.page"


def test_everything_lives_in_the_schema_of_the_archive() -> None:
    assert {table.schema for table in ArchiveBase.metadata.tables.values()} == {"archive"}


def test_no_relationship_loads_by_itself() -> None:
    configure_mappers()
    found = [
        attribute
        for mapper in ArchiveBase.registry.mappers
        for attribute in mapper.attrs
        if isinstance(attribute, RelationshipProperty)
    ]
    assert found
    assert {relationship.lazy for relationship in found} == {"raise"}


def test_every_constraint_has_a_name() -> None:
    for table in ArchiveBase.metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints), table.name
        assert all(index.name for index in table.indexes), table.name


def test_text_is_indexed_by_stem_and_as_written() -> None:
    dialect = make_url("postgresql+psycopg://").get_dialect()
    created = str(CreateTable(ArchiveBase.metadata.tables[PAGE]).compile(dialect=dialect()))
    assert "to_tsvector('indonesian'::regconfig" in created
    assert "to_tsvector('simple'::regconfig" in created


def test_no_table_keeps_the_name_of_a_file() -> None:
    columns = {
        column.name for table in ArchiveBase.metadata.tables.values() for column in table.columns
    }
    assert not {name for name in columns if "file" in name or name == "name"}
