"""What a template of the person's own makes of entries: Jinja, in a sandbox.

See https://jinja.palletsprojects.com/en/stable/templates/ for the language. A template sees texts,
numbers and lists, and nothing else: no file, no attribute that begins with an underscore.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from diffkb.errors import BadTemplate, UnreadableInput
from diffkb.formats.jsonl import entry_object
from diffkb.formats.tex import to_tex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from diffkb.core.references import Reference
    from diffkb.formats import Style

# What is written, by how the template's name ends before `.j2`.
MARKED_UP = (".html", ".htm", ".xml", ".svg", ".atom")
TEX = (".tex", ".bib", ".ltx")


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields what the template makes of references, piece by piece.

    It sees `entries`, each with what an entry has in JSON, and `key`, `type`, `date`, `container`,
    `added`, `changed` and `private`. In HTML and XML, and in TeX, every value is escaped that is
    not marked by `|safe`; `|tex` escapes for TeX in any other.

    Raises:
        BadTemplate: it cannot be read, or asks for what is not there.
        UnreadableInput: the file cannot be read.
    """
    path = style.template
    if path is None:
        raise BadTemplate("none", None, "`--template FILE` names it")
    environment = _environment(path)
    try:
        template = environment.from_string(_text(path))
        yield from template.generate(entries=map(_values, references))
    except TemplateError as error:
        raise BadTemplate(str(path), _line(error), error.message or "it is wrong") from error
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise BadTemplate(str(path), _line(error), str(error)) from error


def _environment(path: Path) -> ImmutableSandboxedEnvironment:
    """Returns what renders a template, as its name says."""
    name = path.name.lower().removesuffix(".j2").removesuffix(".jinja")
    environment = ImmutableSandboxedEnvironment(
        autoescape=name.endswith(MARKED_UP),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_as_tex if name.endswith(TEX) else _or_nothing,
    )
    environment.filters["tex"] = lambda value: Markup(_tex(value))  # noqa: S704 - that is its use
    return environment


def _or_nothing(value: Any) -> Any:
    """Returns a value as it is shown: what is not known is nothing."""
    return "" if value is None else value


def _as_tex(value: Any) -> Any:
    """Returns a value as TeX, unless it is marked as such."""
    return value if isinstance(value, Markup) else _tex(value)


def _tex(value: Any) -> str:
    """Returns a value as TeX that keeps its letters."""
    return to_tex("" if value is None else str(value), ascii_letters=False)


def _values(one: Reference) -> dict[str, Any]:
    """Returns what a template sees of a reference."""
    return entry_object(one.entry) | {
        "key": one.key,
        "type": one.type,
        "date": None if one.date is None else one.date.iso,
        "container": one.container,
        "added": one.added,
        "changed": one.changed,
        "private": one.private,
    }


def _text(path: Path) -> str:
    """Returns what the file holds.

    Raises:
        UnreadableInput: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise UnreadableInput(str(path), "it is not UTF-8") from error


def _line(error: BaseException) -> int | None:
    """Returns the line of the template in which something went wrong."""
    line: int | None = getattr(error, "lineno", None)
    trace = error.__traceback__
    while line is None and trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
