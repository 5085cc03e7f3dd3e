"""Bad days happen here."""

from tests.storms import storm, told  # noqa: F401 (fixtures)
