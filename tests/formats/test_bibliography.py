"""Bibliographies: in every style and target, whatever an entry holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats.references import REFERENCES

from diffkb.formats.bibliography import STYLES, cite

if TYPE_CHECKING:
    from diffkb.core.references import Reference


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(references=st.lists(REFERENCES, min_size=1, max_size=4))
def test_hostile_text_stays_text(references: list[Reference], style: str) -> None:
    for text in cite(references, style, "html", keeps=True):
        tags = r"</?(?:i|b|u|sup|sub)>|<a href=\"https?://[^\"<>]*\">|</a>"
        assert "<" not in re.sub(tags, "", text)
    for text in cite(references, style, "text", keeps=False):
        assert text.isprintable() or not re.search(r"[\x00-\x1f\x7f]", text)
