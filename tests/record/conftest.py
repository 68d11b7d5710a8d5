"""What the tests of the record share."""

from __future__ import annotations

import pytest
import small_record
from hypothesis import settings

settings.register_profile("record", deadline=None)
settings.load_profile("record")


@pytest.fixture(name="read")
def _read() -> small_record.Reader:
    """Reads a record written against a small agreement."""
    return small_record.read
