"""Pictures made by integer code alone, and the box that trimming must leave of each.

Every pixel follows from the formulas below, so another language can build the same pictures without an image file:
`python tests/golden.py` rewrites trim_golden.json, which also holds each picture's pixels (RGB, hex, run-length coded).
"""
import json, sys
from pathlib import Path
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from preprocess import trim_box


def texture(width, height, seed=1):
    """A busy picture: a 32-bit linear congruential generator's top byte, channel after channel, row after row."""
    state, out = seed, []
    for _ in range(width * height * 3):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out.append(state >> 24)
    return np.array(out, np.uint8).reshape(height, width, 3)


def canvas(width, height, colour):
    return np.full((height, width, 3), colour, np.uint8)


def paste(onto, picture, x, y):
    onto[y:y + picture.shape[0], x:x + picture.shape[1]] = picture
    return onto


def noisy(picture, amount):
    """Add -amount..amount, as JPEG does around a flat colour."""
    noise = texture(picture.shape[1], picture.shape[0], 7).astype(np.int16) % (2 * amount + 1) - amount
    return np.clip(picture.astype(np.int16) + noise, 0, 255).astype(np.uint8)


def gradient(width, height):
    """A sky: each row four levels darker than the one above."""
    return np.repeat(np.clip(250 - 4 * np.arange(height), 0, 255).astype(np.uint8)[:, None, None], width, 1).repeat(3, 2)


def speckled():
    frame = paste(canvas(250, 60, (0, 0, 0)), texture(210, 40), 20, 10)
    frame[3, 100] = (255, 255, 255)  # one pixel in 250 is allowed
    frame[53, 10:12] = (255, 255, 255)  # two are not: rows below 53 stay bar, the run from the bottom ends here
    return frame


PICTURES = {
    "busy: nothing to trim": lambda: texture(24, 18),
    "uniform: kept whole": lambda: canvas(20, 12, (255, 255, 255)),
    "pad to square, white bars above and below": lambda: paste(canvas(32, 32, (255, 255, 255)), texture(32, 20), 0, 6),
    "screenshot: grey canvas on all sides": lambda: paste(canvas(36, 32, (235, 235, 240)), texture(24, 20), 6, 7),
    "white bars around black bars": lambda: paste(canvas(40, 40, (255, 255, 255)), paste(canvas(40, 30, (0, 0, 0)), texture(30, 22), 5, 4), 0, 5),
    "caption bar at the bottom only: kept": lambda: paste(canvas(30, 24, (0, 0, 0)), texture(30, 18), 0, 0),
    "bars of two colours: kept": lambda: np.concatenate([canvas(30, 4, (255, 255, 255)), texture(30, 20), canvas(30, 4, (0, 0, 0))]),
    "noise within the tolerance": lambda: paste(noisy(canvas(36, 30, (90, 100, 110)), 6), texture(20, 18), 8, 6),
    "noise beyond the tolerance: kept": lambda: paste(noisy(canvas(36, 30, (90, 100, 110)), 30), texture(20, 18), 8, 6),
    "less than a quarter would be left: kept": lambda: paste(canvas(60, 60, (255, 255, 255)), texture(10, 10), 25, 25),
    "gradient sky: only what equals its far side, so nothing": lambda: np.concatenate([gradient(24, 20), texture(24, 10)]),
    "specks: one in 200 may differ": speckled,
    "one pixel": lambda: canvas(1, 1, (9, 9, 9)),
}


def run_length(picture):
    """`RRGGBBxN` words: each colour in hex and how often it repeats, in reading order."""
    words, flat = [], picture.reshape(-1, 3)
    start = 0
    for i in range(1, len(flat) + 1):
        if i == len(flat) or (flat[i] != flat[start]).any():
            words.append("%02x%02x%02xx%d" % (*flat[start], i - start))
            start = i
    return " ".join(words)


def cases():
    for name, make in PICTURES.items():
        picture = make()
        yield {"name": name, "width": picture.shape[1], "height": picture.shape[0],
               "box": list(trim_box(picture)), "pixels": run_length(picture)}


if __name__ == "__main__":
    text = "[\n" + ",\n".join(json.dumps(case) for case in cases()) + "\n]\n"
    Path(__file__).with_name("trim_golden.json").write_text(text)
