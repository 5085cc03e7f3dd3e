"""What the site declares once is known wherever it matters: a block, an order, an engine or a file that was forgotten is named."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from django.template.loader import get_template

from directory.finding.query import SORTS
from directory.public.badges import BADGES
from portal.blocks import Body
from portal.views.sharing import FORMATS, Format
from search.engines import ENGINES
from search.engines.base import Sort
from tests.search.contract import EngineContract

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", list(Body().child_blocks))
def test_should_have_a_template_for_every_block(name: str) -> None:
    template = getattr(Body().child_blocks[name].meta, "template", None)
    assert template, f"portal/blocks/: {name} has no template, and Wagtail would show a bare list of its values"
    assert "jinja" in str(get_template(template).origin.name), f"templates/jinja/{template}"


def test_should_offer_every_order_that_engines_know_and_no_other() -> None:
    assert [name for name, _label in SORTS] == list(get_args(Sort)), (
        "directory/finding/query.py and search/engines/base.py"
    )


@pytest.mark.parametrize("name", ENGINES)
def test_should_hold_every_engine_to_the_contract(name: str) -> None:
    file = ROOT / "tests" / "search" / f"test_{name}.py"
    assert file.exists() and f"({EngineContract.__name__})" in file.read_text(), f"{file.name}: no EngineContract"
    assert f"`{name}`" in (ROOT / "README.md").read_text(), f"README.md does not name {name}"


def test_should_tell_badges_apart_by_their_codes() -> None:
    assert len({badge.code for badge in BADGES}) == len(BADGES)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.ending)
def test_should_name_every_file_where_people_read_of_it(form: Format) -> None:
    assert f"`/share/list.{form.ending}`" in (ROOT / "README.md").read_text()
