"""Bad days happen here, too."""

from tests.storms import storm, told  # noqa: F401 (fixtures)
