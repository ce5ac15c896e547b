"""Which work a PDF is: what arXiv and publishers put where, and nothing from its references."""

from __future__ import annotations

import os
import sys
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.models import ARXIV, DOI, Identifier
from diffkb.errors import NoIdentifier, UnreadableInput
from diffkb.sources.pdf import identifier_in_pdf, identifier_in_text, is_pdf
from diffkb.sources.pdf_text import Line, PdfText

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    MakePdf = Callable[..., bytes]
    Find = Callable[..., Identifier]

PAPER = Identifier(ARXIV, "2006.11239", 2)
RECORD = Identifier(DOI, "10.1109/5.771073")
STAMP = "arXiv:2006.11239v2  [cs.LG]  16 Dec 2020"


def turned(text: str) -> bytes:
    return f"BT /F1 20 Tf 0 1 -1 0 32 220 Tm ({text}) Tj ET\n".encode()


def level(text: str, height: int) -> bytes:
    return f"BT /F1 10 Tf 1 0 0 1 72 {height} Tm ({text}) Tj ET\n".encode()


BODY = b"".join(level(f"Words of line {n}.", 600 - 12 * n) for n in range(30))
XMP = """\
<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"
 xmlns:pdfx="http://ns.adobe.com/pdfx/1.3/" xmlns:dc="http://purl.org/dc/elements/1.1/" {}
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


@pytest.fixture
def find(tmp_path: Path, make_pdf: MakePdf) -> Find:
    """Gives a function that makes a PDF and returns the identifier in it."""

    def run(content: bytes = b"", *, name: str = "paper.pdf", **metadata: bytes) -> Identifier:
        path = tmp_path / name
        path.write_bytes(make_pdf(content, **metadata))
        return identifier_in_pdf(path)

    return run


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (STAMP, PAPER),
        ("arXiv:2006.11239v2 [cs.LG] 16 Dec 2020", PAPER),
        ("arXiv:0706.0001v1 [q-bio.CB] 1 Jun 2007", Identifier(ARXIV, "0706.0001", 1)),
        ("arXiv:hep-th/9901001v3 2 Jan 1999", Identifier(ARXIV, "hep-th/9901001", 3)),
        ("arXiv:math.GT/0309136v1  8 Sep 2003", Identifier(ARXIV, "math/0309136", 1)),
        ("arXiv:cond-mat/9901001v1 2 Jan 1999", Identifier(ARXIV, "cond-mat/9901001", 1)),
    ],
)
def test_the_stamp_in_the_margin_counts(find: Find, stamp: str, expected: Identifier) -> None:
    assert find(BODY + turned(stamp)) == expected
    assert find(level(stamp, 20) + BODY) == expected


def test_the_stamp_beats_all_else(find: Find) -> None:
    content = level("doi:10.1109/5.771073", 780) + turned(STAMP)
    assert find(content, info=b"/doi(10.1109/5.771073)") == PAPER


def test_a_stamp_in_pieces_is_read(find: Find) -> None:
    pieces = (b"arXiv:2006", b".11239v2", b"  [cs.LG]", b"  16 Dec 2020")
    drawn = b" ".join(b"(%s) Tj" % piece for piece in pieces)
    assert find(b"BT /F1 20 Tf 0 1 -1 0 32 220 Tm %s ET" % drawn) == PAPER


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (b"/arXivID(https://arxiv.org/abs/2006.11239v2)", PAPER),
        (b"/arXivID(2006.11239v2)/doi(10.1109/5.771073)", PAPER),
        (b"/Title(arXiv:2006.11239v2 [cs.LG] 16 Dec 2020)", PAPER),
        (b"/Title(arXiv:2006.11239v2)/doi(10.1109/5.771073)", PAPER),
        (b"/Title(Comment on arXiv:2006.11239)/doi(10.1109/5.771073)", RECORD),
        (b"/DOI(https://doi.org/10.48550/arXiv.2006.11239)", Identifier(ARXIV, "2006.11239")),
        (b"/doi(10.1109/5.771073)", RECORD),
        (b"/DOI(doi:10.1109/5.771073)", RECORD),
        (b"/WPS-ARTICLEDOI(10.1109/5.771073)", RECORD),
        (b"/Subject(Proc. IEEE;1998;86;11;10.1109/5.771073)", RECORD),
        (
            b"/Subject(Kettles, 12 \\(2020\\) 1-9. doi:10.1016/S0140-6736\\(20\\)30183-5)",
            Identifier(DOI, "10.1016/s0140-6736(20)30183-5"),
        ),
    ],
)
def test_metadata_count(find: Find, info: bytes, expected: Identifier) -> None:
    assert find(BODY + level("see doi:10.1000/other", 400), info=info) == expected


@pytest.mark.parametrize(
    "inner",
    [
        "><prism:doi>10.1109/5.771073</prism:doi>",
        "><pdfx:doi>10.1109/5.771073</pdfx:doi>",
        'prism:doi="10.1109/5.771073">',
        "><dc:identifier>doi:10.1109/5.771073</dc:identifier>",
        "><dc:identifier><rdf:Bag><rdf:li>10.1109/5.771073</rdf:li></rdf:Bag></dc:identifier>",
    ],
)
def test_xmp_counts(find: Find, inner: str) -> None:
    assert find(BODY, xmp=XMP.format(inner).encode()) == RECORD


def test_xmp_that_expands_or_reads_files_says_nothing(find: Find) -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    entities = f'<!DOCTYPE x [<!ENTITY l0 "ha">{bomb}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    for entity in ("&l9;", "&f;"):
        inner = f"><prism:doi>10.1109/5.771073{entity}</prism:doi>"
        assert find(BODY, xmp=(entities + XMP.format(inner)).encode()) == RECORD


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({760: "https://doi.org/10.1109/5.771073"}, RECORD),
        ({760: "doi: 10.1109/5.771073.", 300: "[1] doi:10.1000/other"}, RECORD),
        ({30: "DOI 10.1109/5.771073, 2020", 300: "[1] https://doi.org/10.1000/other"}, RECORD),
        ({300: "Published as (https://doi.org/10.1109/5.771073)."}, RECORD),
        ({760: "10.1109/5.771073", 30: "10.1109/5.771073", 300: "10.1000/other"}, RECORD),
        ({760: "https://doi.org/10.48550/arXiv.2006.11239"}, Identifier(ARXIV, "2006.11239")),
    ],
)
def test_a_doi_counts_where_publishers_put_it(
    find: Find, lines: dict[int, str], expected: Identifier
) -> None:
    assert find(BODY + b"".join(level(text, at) for at, text in lines.items())) == expected


@pytest.mark.parametrize(
    "lines",
    [
        {},
        {300: "[1] doi:10.1000/one", 280: "[2] doi:10.1000/other"},
        {760: "doi:10.1000/one", 30: "doi:10.1000/other"},
        {300: "[1] Kettles. arXiv:1706.03762, 2017."},
        {760: "Version 10.1109 of 2006.11239"},
    ],
)
def test_what_may_be_a_reference_does_not_count(find: Find, lines: dict[int, str]) -> None:
    with pytest.raises(NoIdentifier):
        find(BODY + b"".join(level(text, at) for at, text in lines.items()))


def test_the_name_arxiv_gives_counts_last(find: Find) -> None:
    assert find(BODY, name="2006.11239v2.pdf") == PAPER
    assert find(BODY, name="2006.11239v2 (1).pdf") == PAPER
    assert find(BODY, name="2006.11239v2.pdf", info=b"/doi(10.1109/5.771073)") == RECORD


@given(
    st.lists(st.tuples(st.text(), st.text())),
    st.lists(st.tuples(st.text(), st.floats(-9, 9), st.booleans()).map(lambda one: Line(*one))),
)
def test_no_text_is_too_odd(fields: list[tuple[str, str]], lines: list[Line]) -> None:
    identifier_in_text(PdfText(tuple(fields), tuple(lines)))


@pytest.mark.parametrize(
    "part", ["10.1000/" + ")" * 1992, "10.1000/x" * 222, "arXiv:" * 333, "arXiv:" + "a-" * 997]
)
def test_no_text_is_too_long(part: str) -> None:
    lines = tuple(Line(part, 0.9, turned=turned) for turned in (False, True) for _ in range(500))
    identifier_in_text(PdfText((("title", part), ("doi", part)), lines))


@pytest.mark.parametrize("content", [b"", b"%PDF", b"PDF-1.5 ", b" %PDF-1.5", b"2006.11239\n"])
def test_a_file_that_does_not_begin_so_is_no_pdf(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    assert not is_pdf(path)


def test_only_files_are_pdfs(tmp_path: Path) -> None:
    assert not is_pdf(tmp_path)
    assert not is_pdf(tmp_path / "none")
    assert not is_pdf(tmp_path / "a\0b")
    assert not is_pdf(tmp_path / ("x" * 5000))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    assert not is_pdf(tmp_path / "pipe.pdf")


@pytest.mark.parametrize("size", [5, 9, 300, 600])
def test_what_is_broken_is_said(tmp_path: Path, make_pdf: MakePdf, size: int) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(make_pdf(BODY)[:size])
    with pytest.raises(UnreadableInput, match="it is broken"):
        identifier_in_pdf(path)


def test_what_is_half_broken_says_what_it_can(tmp_path: Path, make_pdf: MakePdf) -> None:
    path = tmp_path / "x.pdf"
    whole = make_pdf(BODY, info=b"/arXivID(2006.11239v2)")
    path.write_bytes(whole.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"))
    assert identifier_in_pdf(path) == PAPER


@pytest.mark.parametrize(("password", "is_readable"), [("", True), ("secret", False)])
def test_only_a_password_keeps_a_pdf_shut(
    tmp_path: Path, make_pdf: MakePdf, password: str, *, is_readable: bool
) -> None:
    from io import BytesIO

    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=BytesIO(make_pdf(BODY + turned(STAMP))))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    path = tmp_path / "x.pdf"
    writer.write(path)
    if is_readable:
        assert identifier_in_pdf(path) == PAPER
    else:
        with pytest.raises(UnreadableInput, match="it is encrypted"):
            identifier_in_pdf(path)


def test_a_pdf_that_unpacks_to_much_more_is_left(tmp_path: Path, make_pdf: MakePdf) -> None:
    unpacking = zlib.compressobj(9)
    packed = b"".join(unpacking.compress(bytes(10_000_000)) for _ in range(40)) + unpacking.flush()
    whole = make_pdf(b"@@", info=b"/doi(10.1109/5.771073)")
    head = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed)
    path = tmp_path / "x.pdf"
    path.write_bytes(whole.replace(b"<</Length 2>>stream\n@@", head + packed))
    assert identifier_in_pdf(path) == RECORD


def test_a_pdf_that_takes_for_ever_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.5\n" + b"1 0 obj\n" * 3_000_000)
    with pytest.raises(UnreadableInput, match=r"longer than 0\.5 s"):
        identifier_in_pdf(path, seconds=0.5)


def test_a_folder_of_pdfs_may_hold_modules(
    tmp_path: Path, make_pdf: MakePdf, run_python: Callable[..., subprocess.CompletedProcess[Any]]
) -> None:
    (tmp_path / "x.pdf").write_bytes(make_pdf(turned(STAMP)))
    for name in ("pypdf", "json", "diffkb"):
        (tmp_path / f"{name}.py").write_text("open('executed', 'w')\nraise SystemExit")
    code = (
        "from pathlib import Path; from diffkb.sources.pdf import identifier_in_pdf\n"
        "print(identifier_in_pdf(Path('x.pdf')))"
    )
    done = run_python("-P", "-c", code)
    assert done.stdout == "2006.11239v2\n", done.stderr
    assert not (tmp_path / "executed").exists()


def test_without_pypdf_it_is_said_how_to_get_it(
    tmp_path: Path, make_pdf: MakePdf, run_python: Callable[..., subprocess.CompletedProcess[Any]]
) -> None:
    (tmp_path / "x.pdf").write_bytes(make_pdf(turned(STAMP)))
    code = (
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'pypdf' else real(name, *rest)\n"
        "from diffkb.cli.app import main; main()"
    )
    done = run_python("-c", code, "--base", "b.sqlite", "add", "x.pdf", "--no-fetch")
    assert done.returncode == 5
    assert "pip install 'diffkb[pdf]'" in done.stderr
