import json
from pathlib import Path
import numpy as np
import pytest
from PIL import Image
import golden
from preprocess import prepare, trim_box

GOLDEN = json.loads(Path(__file__).with_name("trim_golden.json").read_text())


def decoded(case):
    words = [word.split("x") for word in case["pixels"].split()]
    flat = [bytes.fromhex(colour) * int(count) for colour, count in words]
    return np.frombuffer(b"".join(flat), np.uint8).reshape(case["height"], case["width"], 3)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_golden_boxes(case):
    assert list(trim_box(decoded(case))) == case["box"]


def test_the_golden_file_is_what_the_code_makes():
    assert list(golden.cases()) == GOLDEN, "run tests/golden.py after a change of the rule, and tell the Rust side"


def test_padding_a_picture_does_not_change_what_the_net_sees():
    picture = golden.texture(90, 60)
    padded = golden.paste(golden.canvas(140, 140, (235, 235, 240)), picture, 20, 40)
    assert (prepare(Image.fromarray(padded), 32) == prepare(Image.fromarray(picture), 32)).all()


def test_transparency_lies_on_white():
    assert (prepare(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), 8) == 255).all()
