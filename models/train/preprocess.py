"""From a decoded picture to the net's input, exactly as the engine does it.

`trim_box` is integer arithmetic on 8-bit RGB so that the Rust port can agree bit for bit; `../README.md` states the same
rule in words and `tests/trim_golden.json` holds pictures' boxes for both sides to check against.
"""
import numpy as np
from PIL import Image

TOLERANCE = 12   # JPEG noise on a flat bar stays below this
OUTLIERS = 200   # one pixel in 200 of a line may differ (specks, a mouse pointer)
KEEP = 4         # an axis is never cut below a quarter of what the picture had
PASSES = 4       # a bar inside a bar inside a bar, and once more to see that nothing is left


def _median(line):
    """The lower median of each channel of one line of pixels, (n, 3) -> (3,)."""
    return np.sort(line, axis=0)[(len(line) - 1) // 2].astype(np.int16)


def _margins(lines, colour):
    """How many lines at the start and at the end are of that colour; `lines` is (lines, pixels, 3)."""
    def run(indices):
        count = 0
        for i in indices:
            far = np.abs(lines[i].astype(np.int16) - colour).max(axis=1) > TOLERANCE
            if int(far.sum()) * OUTLIERS > len(far):
                break
            count += 1
        return count
    n = len(lines)
    start = run(range(n))
    return start, (0 if start in (0, n) else run(range(n - 1, -1, -1)))


def trim_box(pixels):
    """The box (left, top, right, bottom) that is left when uniform bars and frames are cut away; `pixels` is (h, w, 3) uint8.

    A bar counts only together with its opposite in the same colour: what people add to a picture (padding, frames,
    a screen around it) comes in pairs, while skies, floors and captions have one side and stay.
    """
    height, width = pixels.shape[:2]
    left, top, right, bottom = 0, 0, width, height
    for _ in range(PASSES):
        before = (left, top, right, bottom)
        rows = pixels[top:bottom, left:right]
        start, end = _margins(rows, _median(rows[0]))
        if start and end and (bottom - top - start - end) * KEEP >= height:
            top, bottom = top + start, bottom - end
        columns = pixels[top:bottom, left:right].transpose(1, 0, 2)
        start, end = _margins(columns, _median(columns[0]))
        if start and end and (right - left - start - end) * KEEP >= width:
            left, right = left + start, right - end
        if (left, top, right, bottom) == before:
            break
    return left, top, right, bottom


def on_white(image):
    """RGB of any PIL image, transparency laid on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def prepare(image, size, trim=True):
    """A PIL image as (size, size, 3) uint8: trimmed, then squashed with the antialiased triangle filter."""
    image = on_white(image)
    if trim:
        box = trim_box(np.asarray(image))
        if box != (0, 0, *image.size):
            image = image.crop(box)
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR))
