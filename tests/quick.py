"""What `make test-quick` leaves out: tests that took long when that was last noted, in `tests/long.txt`.

A test that is not in the list runs. `make test ARGS=--note-long` writes the list anew; of what does not run it says what it said.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from statistics import mean

import pytest

LIST = Path(__file__).with_name("long.txt")
# Of a case, on average. What remains takes less than a minute on two cores.
LONG_SECONDS = 0.1


def add_options(parser: pytest.Parser) -> None:
    """The two options."""
    parser.addoption("--quick", action="store_true", help="leave out what took long when that was last noted")
    parser.addoption("--note-long", action="store_true", help=f"write into {LIST.name} what takes long")


def are_noted_by(config: pytest.Config) -> bool:
    """Whether this process hears of all tests, and is asked to note."""
    return config.getoption("note_long") and not hasattr(config, "workerinput")


def listed() -> set[str]:
    """The functions in the list."""
    return set(LIST.read_text().splitlines())


def without_long(items: list[pytest.Item]) -> list[pytest.Item]:
    """Those that are not in the list."""
    long = listed()
    return [item for item in items if _function(item.nodeid) not in long]


class Notes:
    """Hears how long each test took, and writes the list at the end."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A part of a test has ended. What a fixture shares with others counts for the first that asks for it."""
        self.seconds[_function(report.nodeid)][report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        """Write it, sorted."""
        long = {function for function, cases in self.seconds.items() if mean(cases.values()) > LONG_SECONDS}
        LIST.write_text("".join(f"{function}\n" for function in sorted(long | listed() - self.seconds.keys())))


def _function(nodeid: str) -> str:
    # Without the case, and without the group of tests that stay together.
    return nodeid.partition("[")[0].partition("@")[0]
