"""A case in the forms of other programs, as one file. The forms: `present/export/formats.py`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from servanda.api.output_files import check_output, missing_extra, write_bytes
from servanda.api.questions import Question
from servanda.explain.judged import Judged
from servanda.syntax.problems import did_you_mean, refused


def choose_format(path: Path, format_: str | None, table: str | None, case: Path) -> str:
    """The format of a file: the one given, else by its extension. Raises ServandaError for one
    there is not, for a table there is not, and for a place that cannot be written in."""
    from servanda.present.export.formats import FORMATS
    from servanda.present.export.rows import TABLES

    if format_ is not None and format_ not in FORMATS:
        advice = did_you_mean(format_, FORMATS) or f"there are {', '.join(FORMATS)}"
        raise refused("E003", f"format:{format_}", f"there is no format `{format_}`", advice)
    ending = check_output(path, case, FORMATS if format_ is None else None)
    chosen = format_ or ending
    if table is not None and table not in TABLES:
        advice = did_you_mean(table, TABLES) or f"there are {', '.join(TABLES)}"
        raise refused("E003", f"table:{table}", f"there is no table `{table}`", advice)
    if table is not None and not FORMATS[chosen].one_table:
        message = f"a file of the form {chosen} holds no single table"
        raise refused("E004", "option:table", message, "leave out --table")
    return chosen


def write_export(
    path: Path, judged: Mapping[str, Judged], question: Question, format_: str, table: str
) -> tuple[str, ...]:
    """Write the file; lines on what is not in it (dates that are not sure)."""
    from servanda.present.export.formats import FORMATS, ExportRequest
    from servanda.present.export.tables import TooLarge

    try:
        content, remarks = FORMATS[format_].write(ExportRequest(judged, table, question.to_dict()))
    except ModuleNotFoundError as error:
        raise missing_extra(error, f"a file of the form {format_}") from None
    except TooLarge as error:
        advice = "export it as .parquet or .csv"
        raise refused("E011", f"file:{path}", str(error), advice) from None
    write_bytes(path, content)
    return tuple(remarks)
