"""A template of the person's own sees entries and nothing else, and is escaped as its name says."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from tests.formats.references import REFERENCES
from tests.formats.test_csl_json import shipped
from tests.formats.test_tex import shown

from diffkb.errors import BadTemplate, UnreadableInput
from diffkb.formats import BY_NAME, Style, writer_of
from diffkb.formats.tex import from_tex

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from diffkb.core.references import Reference

LAW = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


def rendered(file: Path, text: str, references: Iterable[Reference]) -> str:
    file.write_text(text, encoding="utf-8")
    return "".join(writer_of(BY_NAME["template"])(references, Style(template=file)))


@LAW
@given(one=REFERENCES)
def test_values_are_escaped_as_the_name_says(tmp_path: Path, one: Reference) -> None:
    text = "{% for one in entries %}<p title='{{ one.title }}'>{{ one.title }}</p>{% endfor %}"
    page = rendered(tmp_path / "a.html.j2", text, [one])
    assert unescape(page) == f"<p title='{one.entry.title}'>{one.entry.title}</p>"
    assert [page.count(sign) for sign in "<>'"] == [2, 2, 2]
    text = "{% for one in entries %}{{ one.title }}{% endfor %}"
    assert from_tex(rendered(tmp_path / "a.tex.j2", text, [one])) == shown(one.entry.title)
    assert rendered(tmp_path / "a.md.j2", text, [one]) == one.entry.title
    text = "{% for one in entries %}{{ one.title | tex }}{% endfor %}"
    assert from_tex(rendered(tmp_path / "a.txt.j2", text, [one])) == shown(one.entry.title)


def test_entries_have_what_json_has_and_more(tmp_path: Path) -> None:
    text = (
        "{% for one in entries if one.key == 'ho2020denoising' %}\n"
        "{{ one.authors | map(attribute='name') | join('; ') }} ({{ one.date }}), {{ one.doi }}\n"
        "{{ one.type }} in {{ one.container }}: {{ one.section | join(' > ') }}, {{ one.wr }}\n"
        "{% endfor %}\n"
    )
    assert rendered(tmp_path / "list.txt.j2", text, shipped()) == (
        "Jonathan Ho; Ajay Jain; Pieter Abbeel (2020-06-19), \n"
        "paper-conference in NeurIPS 2020: Papers > Foundations, 3\n"
    )


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("\n{% for %}", 2, "xpected"),
        ("{{ nothing }}", 1, "'nothing' is undefined"),
        ("{% for one in entries %}\n{{ one.colour }}{% endfor %}", 2, "colour"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("{% include '/etc/passwd' %}", None, "loader"),
        ("{% set x = [] %}{{ x.append(1) }}", 1, "unsafe"),
        ("{{ 1 // 0 }}", 1, "zero"),
        ("{{ range(99999999) | list }}", 1, "ange"),
    ],
)
def test_what_a_template_may_not_is_told_with_its_line(
    tmp_path: Path, text: str, line: int | None, why: str
) -> None:
    with pytest.raises(BadTemplate) as told:
        rendered(tmp_path / "a.txt.j2", text, shipped())
    assert why in told.value.why
    assert line is None or told.value.line == line


def test_a_template_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.j2"
    write = writer_of(BY_NAME["template"])
    with pytest.raises(UnreadableInput):
        list(write([], Style(template=file)))
    file.write_bytes(b"\xff")
    with pytest.raises(UnreadableInput):
        list(write([], Style(template=file)))
