"""The registry: every example is claimed by one source, and nothing heavy is loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from diffkb.core.identifiers import canonical_url, parse_ref
from diffkb.core.models import URL, Identifier
from diffkb.sources import MODULES, all_sources, find_source, load_source

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

EXAMPLES = [(source.name, example) for source in all_sources() for example in source.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_each_example_is_claimed_by_exactly_one_source(name: str, example: str) -> None:
    assert [source.name for source in all_sources() if source.match(example)] == [name]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_source_of_a_reference_is_that_of_its_identifier(name: str, example: str) -> None:
    ref = parse_ref(example)
    page = Identifier(URL, canonical_url(example))
    for source in (find_source(ref), find_source(ref.identifier or page)):
        assert source is not None
        assert source.name == name


@pytest.mark.parametrize("name", MODULES)
def test_a_source_is_registered_under_its_own_name(name: str) -> None:
    source = load_source(name)
    assert source.name == name
    assert source.homepage.startswith("https://")
    assert source.examples


def test_a_work_may_have_no_source() -> None:
    assert find_source(Identifier(URL, "kettle.pdf")) is None


def test_the_registry_loads_nothing_heavy(
    run_python: Callable[..., subprocess.CompletedProcess[Any]],
) -> None:
    code = (
        "import sys; from diffkb.sources import all_sources; list(all_sources())\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = run_python("-c", code)
    assert "diffkb" in done.stdout.split()
    assert not {"httpx", "feedparser", "tenacity", "xml", "asyncio"} & set(done.stdout.split())
