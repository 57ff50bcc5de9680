"""Pictures made by seeded code: what photo collections hold beside photos, and sharp edges that small photos lack."""
import numpy as np
from PIL import Image, ImageDraw

SIZE = 160


def _colour(rng):
    return tuple(int(v) for v in rng.integers(0, 256, 3))



def _coloured(field, rng):
    """A grey field in 0..1 through a random palette of four colours."""
    palette = rng.integers(0, 256, (4, 3)).astype(np.float32)
    place = np.clip(field, 0, 1) * 2.999
    i = place.astype(int)
    t = (place - i)[..., None]
    return Image.fromarray((palette[i] * (1 - t) + palette[i + 1] * t).astype(np.uint8))


def texture(rng):
    """Noise with a random spectrum, stretched in a random direction."""
    f = np.fft.fftfreq(SIZE)
    angle, stretch = rng.uniform(0, np.pi), rng.uniform(1, 6)
    u = f[:, None] * np.cos(angle) + f[None] * np.sin(angle)
    v = (-f[:, None] * np.sin(angle) + f[None] * np.cos(angle)) * stretch
    spectrum = 1 / (np.sqrt(u * u + v * v) + 0.01) ** rng.uniform(0.6, 2.2)
    noise = np.fft.ifft2(np.fft.fft2(rng.normal(size=(SIZE, SIZE))) * spectrum).real
    return _coloured((noise - noise.min()) / np.ptp(noise), rng)


def gradient(rng):
    y, x = np.mgrid[0:1:SIZE * 1j, 0:1:SIZE * 1j]
    if rng.random() < 0.5:
        field = x * rng.uniform(-1, 1) + y * rng.uniform(-1, 1)
    else:
        field = np.hypot(x - rng.random(), y - rng.random())
    field = (field - field.min()) / max(np.ptp(field), 1e-6)
    if rng.random() < 0.4:
        field = (np.sin(field * rng.uniform(6, 60)) + 1) / 2
    return _coloured(field, rng)


def fractal(rng):
    """A Julia set near the edge of the Mandelbrot set, where there is something to see."""
    t = rng.uniform(0, 2 * np.pi)
    c = (np.exp(1j * t) / 2 - np.exp(2j * t) / 4) * rng.uniform(0.98, 1.08)
    zoom = rng.uniform(0.3, 1.5)
    y, x = np.mgrid[-zoom:zoom:SIZE * 1j, -zoom:zoom:SIZE * 1j]
    z = x + 1j * y + rng.uniform(-0.4, 0.4)
    count = np.zeros(z.shape)
    for _ in range(40):
        inside = np.abs(z) < 4
        z[inside] = z[inside] ** 2 + c
        count += inside
    return _coloured(np.log1p(count) / np.log(41), rng)


def shapes(rng, background=None):
    image = background or Image.new("RGB", (SIZE, SIZE), _colour(rng))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(3, 25)):
        x, y = rng.integers(-20, SIZE, 2)
        w, h = rng.integers(6, 90, 2)
        kind, fill = rng.integers(0, 4), _colour(rng)
        box = (int(x), int(y), int(x + w), int(y + h))
        if kind == 0:
            draw.rectangle(box, fill=fill)
        elif kind == 1:
            draw.ellipse(box, fill=fill, outline=_colour(rng), width=int(rng.integers(0, 5)))
        elif kind == 2:
            draw.polygon([tuple(int(v) for v in rng.integers(0, SIZE, 2)) for _ in range(rng.integers(3, 6))], fill=fill)
        else:
            draw.line([tuple(int(v) for v in rng.integers(0, SIZE, 2)) for _ in range(3)], fill=fill, width=int(rng.integers(1, 9)))
    return image


def _words(rng, count):
    letters = "eeettaaoinshrdlucmfwypvbgkjqxz"
    return " ".join("".join(letters[i] for i in rng.integers(0, len(letters), rng.integers(2, 9))) for _ in range(count))


def text(rng):
    """A page or a poster."""
    from PIL import ImageFont
    dark = rng.random() < 0.3
    paper = tuple(int(v) for v in (rng.integers(0, 60, 3) if dark else rng.integers(200, 256, 3)))
    image = Image.new("RGB", (SIZE, SIZE), paper)
    draw = ImageDraw.Draw(image)
    y = int(rng.integers(2, 14))
    while y < SIZE - 8:
        size = int(rng.choice([7, 9, 12, 18, 28]))
        ink = _colour(rng) if rng.random() < 0.2 else ((235,) * 3 if dark else (25,) * 3)
        draw.text((int(rng.integers(2, 20)), y), _words(rng, int(rng.integers(1, 7))), fill=ink, font=ImageFont.load_default(size))
        y += size + int(rng.integers(2, 12))
    return image


def screen(rng):
    """A window: bars, a side list, cards with pictures, lines of text."""
    base = int(rng.choice([20, 40, 235, 250]))
    image = Image.new("RGB", (SIZE, SIZE), (base,) * 3)
    draw = ImageDraw.Draw(image)
    bar, side = int(rng.integers(6, 22)), int(rng.choice([0, 30, 45]))
    draw.rectangle((0, 0, SIZE, bar), fill=_colour(rng))
    if side:
        draw.rectangle((0, bar, side, SIZE), fill=_colour(rng))
    columns, gap = int(rng.integers(1, 5)), int(rng.integers(2, 8))
    cell = (SIZE - side - gap) // columns - gap
    ink = 255 - base
    for y in range(bar + gap, SIZE, cell + gap):
        for k in range(columns):
            x = side + gap + k * (cell + gap)
            if rng.random() < 0.7:
                image.paste(simple(rng).resize((cell, cell)), (x, y))
            else:
                for line in range(0, cell - 3, 5):
                    draw.rectangle((x, y + line, x + int(rng.integers(4, max(5, cell))), y + line + 1), fill=(ink,) * 3)
    return image


def collage(rng):
    columns, rows = rng.integers(1, 4, 2)
    image = Image.new("RGB", (SIZE, SIZE), _colour(rng))
    gap = int(rng.integers(0, 6))
    w, h = SIZE // int(columns), SIZE // int(rows)
    for i in range(columns):
        for j in range(rows):
            image.paste(simple(rng).resize((w - gap, h - gap)), (int(i) * w, int(j) * h))
    return image


def layered(rng):
    return shapes(rng, simple(rng))


def simple(rng):
    return (texture, gradient, fractal, shapes)[rng.integers(0, 4)](rng)


def picture(seed):
    """One picture of a random kind; the same seed gives the same picture."""
    rng = np.random.default_rng(seed)
    kinds = (texture, texture, gradient, fractal, shapes, shapes, text, screen, collage, layered)
    return kinds[rng.integers(0, len(kinds))](rng)
