"""`diffkb export template`: entries as a template of the person's own has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any


def test_a_template_is_exported_by(call: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "titles.txt.j2"
    file.write_text("{% for one in entries %}{{ one.key }}\n{% endfor %}")
    done = call("export", "template", "key:ho2020denoising", "--template", str(file))
    assert (done.status, done.stdout) == (0, "ho2020denoising\n")
    assert len(call("export", "--template", str(file)).stdout.splitlines()) == 53
    assert call("export", "template").status == 2
    assert call("export", "bibtex", "--template", str(file)).status == 2
    file.write_text("{{ x }}")
    done = call("export", "--template", str(file))
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == f"error: the template {file}, line 1: 'x' is undefined"
