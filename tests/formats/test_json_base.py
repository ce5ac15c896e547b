"""JSON of the whole base: one object, whatever stands in the blocks."""

from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from diffkb.formats.json_base import Part, block_object, write


def raw_of(block: dict[str, str]) -> bytes:
    if "text" in block:
        return block["text"].encode()
    return base64.b64decode(block["base64"])


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_the_bytes_of_every_block_can_be_had_back(raws: list[bytes]) -> None:
    blocks = (block_object("A list", "prose", raw) for raw in raws)
    text = "".join(write([Part("blocks", blocks)])).encode("utf-8", "strict")
    found = json.loads(text)
    assert found["diffkb"] == 1
    assert [raw_of(block) for block in found["blocks"]] == raws


def test_text_stays_text_and_other_bytes_are_base64() -> None:
    assert block_object("d", "prose", "é\r\n".encode()) == {
        "document": "d",
        "kind": "prose",
        "text": "é\r\n",
    }
    assert block_object("d", "entry", b"\xff") == {
        "document": "d",
        "kind": "entry",
        "base64": "/w==",
    }


def test_parts_are_arrays_in_order_and_may_be_empty() -> None:
    text = "".join(write([Part("b", iter([{"x": 1}, {"x": 2}])), Part("a", ())]))
    assert json.loads(text) == {"diffkb": 1, "b": [{"x": 1}, {"x": 2}], "a": []}
    assert list(json.loads(text)) == ["diffkb", "b", "a"]
    assert text.endswith("}\n")
