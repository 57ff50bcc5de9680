"""Pictures decoded once into memory, a held-out part, and the teacher's view of each. Knows no augmentation.

Reads a folder with photos64-*.bin/.npz, photos224.bin/.npz and teacher/*.onnx; writes `bank.npz`-like arrays into a cache folder.
"""
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from PIL import Image
import procedural
from preprocess import on_white, prepare, trim_box

HELD_OUT_PER_CLASS = 10   # of each of the 200 classes, from the last pictures of the last file
HELD_OUT_SHARP = 400
PROCEDURAL = 6000


@dataclass
class Bank:
    """Pictures of one kind: `levels` are the same pictures at falling sizes, (n, 3, s, s) uint8."""
    levels: list
    labels: np.ndarray    # -1: none. 0..199 small photos, 200.. sharp ones
    teacher: np.ndarray   # (n, 576) float32
    held_out: np.ndarray  # bool

    def __len__(self):
        return len(self.labels)


def read_pack(data, name):
    """The JPEGs of NAME.bin, as PIL images made on demand, with their labels and class names."""
    index = np.load(Path(data, f"{name}.npz"))
    offsets, blob = index["offsets"].astype(np.int64), Path(data, f"{name}.bin").read_bytes()
    images = [lambda a=a, b=b: on_white(Image.open(io.BytesIO(blob[a:b]))) for a, b in zip(offsets, offsets[1:])]
    return images, index["labels"].astype(np.int64), [str(c) for c in index["classes"]]


def _teacher(path):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    name = session.get_inputs()[0].name

    def features(image):
        x = np.asarray(image.resize((224, 224), Image.Resampling.BILINEAR), np.float32) / 255
        x = ((x - mean) / std).transpose(2, 0, 1)[None].copy()
        return session.run(None, {name: x})[0].reshape(-1)
    return features


def _build(images, sizes, features, threads=2):
    """Decode and look at each picture once: arrays per size, and the teacher's features."""
    levels = [np.empty((len(images), 3, s, s), np.uint8) for s in sizes]
    teacher = np.empty((len(images), 576), np.float32)

    def one(i):
        image = images[i]() if callable(images[i]) else images[i]
        image = image.crop(trim_box(np.asarray(image)))
        for level, size in zip(levels, sizes):
            level[i] = prepare(image, size, trim=False).transpose(2, 0, 1)
        teacher[i] = features(image)
    with ThreadPoolExecutor(threads) as pool:
        for done, _ in enumerate(pool.map(one, range(len(images)))):
            if done % 10000 == 0:
                print(f"  {done} of {len(images)}", flush=True)
    return levels, teacher


def _cached(cache, name, build):
    path = Path(cache, f"{name}.npz")
    if not path.exists():
        print(f"building {path}", flush=True)
        arrays = build()
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path.with_suffix(".part.npz"), **arrays)
        path.with_suffix(".part.npz").rename(path)
    return dict(np.load(path))


def load(data, cache, seed=1):
    """The three banks: small photos, sharp photos, procedural pictures."""
    features = _teacher(next(Path(data, "teacher").glob("*.onnx")))

    def photos(names, sizes, first_label):
        images, labels = [], []
        for name in names:
            more, marks, _ = read_pack(data, name)
            images += more
            labels.append(marks + first_label)
        levels, teacher = _build(images, sizes, features)
        return {"labels": np.concatenate(labels), "teacher": teacher, **{f"level{s}": v for s, v in zip(sizes, levels)}}

    def drawn():
        images = [lambda i=i: procedural.picture(seed * 1_000_003 + i) for i in range(PROCEDURAL)]
        levels, teacher = _build(images, (128, 64), features)
        return {"labels": np.full(PROCEDURAL, -1), "teacher": teacher, "level128": levels[0], "level64": levels[1]}

    small = _cached(cache, "small", lambda: photos(("photos64-0", "photos64-1"), (64,), 0))
    sharp = _cached(cache, "sharp", lambda: photos(("photos224",), (192, 96), 200))
    made = _cached(cache, f"procedural-{seed}", drawn)

    held = np.zeros(len(small["labels"]), bool)
    for label in range(200):
        held[np.flatnonzero(small["labels"] == label)[-HELD_OUT_PER_CLASS:]] = True
    held_sharp = np.zeros(len(sharp["labels"]), bool)
    held_sharp[np.random.default_rng(0).permutation(len(held_sharp))[:HELD_OUT_SHARP]] = True
    none = np.zeros(len(made["labels"]), bool)
    return (Bank([small["level64"]], small["labels"], small["teacher"], held),
            Bank([sharp["level192"], sharp["level96"]], sharp["labels"], sharp["teacher"], held_sharp),
            Bank([made["level128"], made["level64"]], made["labels"], made["teacher"], none))


if __name__ == "__main__":
    import argparse
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--cache", required=True)
    for bank in load(**vars(parser.parse_args())):
        print([level.shape for level in bank.levels], bank.labels.min(), bank.labels.max(), bank.held_out.sum())
