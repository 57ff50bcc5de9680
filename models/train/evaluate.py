"""How good a model is, measured as it is used: edited copies searched in a gallery, and neighbours of the same class.

Its parts serve combine.py and calibrate.py on the held-out pictures; by itself it measures a finished ONNX file on folders of photos:
    python evaluate.py --onnx lookalike-s.onnx --gallery DIR --classes DIR [--edits FILE.py with a dict EDITS]
"""
import argparse, importlib.util, io, json, random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps
from net import MEAN, STD, TILE
from preprocess import on_white, prepare

SIZE = 2 * TILE  # the input of the published model


def _jpeg(image, rng):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=rng.randint(15, 30))
    return Image.open(buffer).convert("RGB")


def _part(low, high):
    def edit(image, rng):
        side = rng.uniform(low, high) ** 0.5
        w, h = max(1, int(image.width * side)), max(1, int(image.height * side))
        x, y = rng.randint(0, image.width - w), rng.randint(0, image.height - h)
        return image.crop((x, y, x + w, y + h))
    return edit


def _smaller(image, rng):
    return image.resize((max(8, image.width // 4), max(8, image.height // 4)))


def _pasted(image, rng):
    canvas = Image.new("RGB", (int(image.width * rng.uniform(1.2, 1.8)), int(image.height * rng.uniform(1.2, 1.8))), (225, 228, 232))
    canvas.paste(image, ((canvas.width - image.width) // 2, (canvas.height - image.height) // 3))
    return canvas


def _captioned(image, rng):
    image = image.copy()
    draw, (w, h) = ImageDraw.Draw(image), image.size
    dark = rng.random() < 0.6
    draw.rectangle((0, int(h * rng.uniform(0.72, 0.86)), w, h), fill=(0, 0, 0) if dark else (255, 255, 255))
    draw.text((w // 20, int(h * 0.88)), "a line of words", fill=(255, 255, 255) if dark else (0, 0, 0))
    return image


EDITS = {
    "jpeg": _jpeg,
    "smaller": _smaller,
    "crop 60-80 %": _part(0.6, 0.8),
    "crop 40-60 %": _part(0.4, 0.6),
    "crop 22-30 %": _part(0.22, 0.3),
    "mirrored": lambda im, r: ImageOps.mirror(im),
    "quarter turn": lambda im, r: im.transpose(r.choice([Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270])),
    "tilted": lambda im, r: im.rotate(r.uniform(6, 14) * r.choice([-1, 1]), resample=Image.Resampling.BICUBIC),
    "grey": lambda im, r: ImageOps.grayscale(im).convert("RGB"),
    "brighter": lambda im, r: ImageEnhance.Brightness(im).enhance(r.uniform(1.4, 1.7)),
    "colourful": lambda im, r: ImageEnhance.Color(ImageEnhance.Contrast(im).enhance(1.4)).enhance(1.7),
    "blurred": lambda im, r: im.filter(ImageFilter.GaussianBlur(max(im.size) / r.uniform(90, 140))),
    "captioned": _captioned,
    "pasted": _pasted,
    "padded": lambda im, r: ImageOps.expand(im, (0, int(im.height * r.uniform(0.1, 0.3))), (255, 255, 255)),
}


def found(gallery, queries, wanted, among=(1, 10)):
    """How often, in percent, the wanted picture comes first, and among the first ten (or so many as `among` says)."""
    scores = queries @ gallery.T
    before = (scores > scores[np.arange(len(queries)), wanted][:, None]).sum(1)
    return [100 * float((before < first).mean()) for first in among]


def precision_at_10(vectors, labels, every=1):
    """How many of the ten nearest, the picture itself left out, are of its class."""
    labels, queries = np.asarray(labels), np.arange(0, len(labels), every)
    near = vectors[queries] @ vectors.T
    near[np.arange(len(queries)), queries] = -9
    near = np.argpartition(-near, 10, axis=1)[:, :10]
    return float((labels[near] == labels[queries][:, None]).mean())


def normalised(pictures):
    """(n, s, s, 3) uint8 to the net's input."""
    x = (np.asarray(pictures, np.float32) / 255 - np.float32(MEAN)) / np.float32(STD)
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


def onnx_embedder(path, threads=2):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def embed(pictures):
        parts = [session.run(None, {session.get_inputs()[0].name: normalised(pictures[i:i + 32])})[0] for i in range(0, len(pictures), 32)]
        return np.concatenate(parts)
    return embed


def copies(embed, images, gallery, chosen, edits, seed):
    """R@1 and R@10 of each edit of the chosen images, given the gallery's vectors (images come first in it)."""
    rng, scores = random.Random(seed), {}
    for name, edit in edits.items():
        vectors = embed([prepare(edit(images[i], rng), SIZE) for i in chosen])
        scores[name] = found(gallery, vectors, chosen)
    return scores


class HeldOut:
    """The pictures that training never sees: sharp ones and 2,000 small ones make the gallery, as in daily use."""

    def __init__(self, banks, queries=150, seed=5):
        small, sharp = banks[0], banks[1]
        self.images = [Image.fromarray(p.transpose(1, 2, 0)) for bank in (sharp, small) for p in bank.levels[0][bank.held_out]]
        self.sharp, self.seed = int(sharp.held_out.sum()), seed
        self.labels = small.labels[small.held_out]
        rng = random.Random(seed)
        self.chosen = rng.sample(range(self.sharp), min(queries, self.sharp)) + rng.sample(range(self.sharp, len(self.images)), queries // 3)


def _pictures(folder):
    return sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--onnx", required=True)
    parser.add_argument("--gallery", required=True)
    parser.add_argument("--classes", required=True)
    parser.add_argument("--edits", help="a Python file with a dict EDITS of other edits")
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    edits = EDITS
    if args.edits:
        spec = importlib.util.spec_from_file_location("edits", args.edits)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        edits = module.EDITS
    embed, photos, others = onnx_embedder(args.onnx), _pictures(args.gallery), _pictures(args.classes)
    with ThreadPoolExecutor(2) as pool:
        images = list(pool.map(lambda p: on_white(Image.open(p)), photos))
        gallery = embed(list(pool.map(lambda im: prepare(im, SIZE), images)))
        classes = embed(list(pool.map(lambda p: prepare(Image.open(p), SIZE), others)))
    chosen = random.Random(args.seed).sample(range(len(photos)), min(args.queries, len(photos)))
    scores = copies(embed, images, np.concatenate([gallery, classes]), chosen, edits, args.seed)
    for name, (one, ten) in scores.items():
        print(f"copies  {name:13s} R@1 {one:5.1f}  R@10 {ten:5.1f}")
    ones = [one for one, _ in scores.values()]
    precision = precision_at_10(classes, [p.parent.name for p in others], every=3)
    print(json.dumps({"copies_r1": round(float(np.mean(ones)), 2), "copies_worst_r1": round(min(ones), 2), "class_p10": round(precision, 4)}))


if __name__ == "__main__":
    main()
