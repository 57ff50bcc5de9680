"""Where the bands lie: similarity limits from held-out pairs, each with what it catches and how often it is right.

    python calibrate.py --onnx lookalike-s.onnx --data DIR --cache DIR

Every query is compared with every picture of the gallery, as a search does; precision counts all pairs above a limit, so one
wrong picture among ten found is 0.9, whatever the size of the gallery would make of it.
  same-picture  an edited copy and its original                             limit: precision 0.99
  same-scene    two cut-outs of one picture that share a part, each with its own light (there are no photo series in the data)
                                                                            limit: precision 0.90
  similar       two pictures of one label                                   limit: precision 0.10, sixteen times chance
  copy          as same-picture, by the copy parts alone                    limit: so few pictures find a stranger (STRANGERS): most
                have no copy in a library, and what is taken for one may be thrown away
  copy-candidate  as copy, where the pixels of both can be compared, too    limit: recall CANDIDATES
"""
import argparse, json, random
import numpy as np
from PIL import Image, ImageEnhance
import data
from evaluate import EDITS, SIZE, onnx_embedder
from preprocess import prepare
from readout import COPY

AIMS = {"same-picture": 0.99, "same-scene": 0.90, "similar": 0.10}
STRANGERS = 0.005  # among the held-out pictures
CANDIDATES = 0.8


def similarity(cosine):
    return 1 / (3 - 2 * cosine)


def cut_outs(image, rng):
    """Two parts of 45-70 % of each side whose centres differ, each brighter or darker."""
    def part(near):
        w, h = int(image.width * rng.uniform(0.45, 0.7)), int(image.height * rng.uniform(0.45, 0.7))
        x, y = rng.randint(0, image.width - w), rng.randint(0, image.height - h)
        if near is not None and (abs(x - near[0]) > w * 0.6 or abs(y - near[1]) > h * 0.6):
            return part(near)
        return ImageEnhance.Brightness(image.crop((x, y, x + w, y + h))).enhance(rng.uniform(0.7, 1.4)), (x, y)
    first, place = part(None)
    return first, part(place)[0]


def lowest_limit(scores, right, aim):
    """The lowest limit above which at least `aim` of the pairs are right; its precision and recall."""
    order = np.argsort(-scores)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= aim)
    last = good[-1] if len(good) else 0
    return float(scores[order[last]]), float(precision[last]), float(right[order[:last + 1]].sum() / right.sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--onnx", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--cache", required=True)
    args = parser.parse_args()
    embed, rng = onnx_embedder(args.onnx), random.Random(3)
    small, sharp, _ = data.load(args.data, args.cache)
    images = [Image.fromarray(p.transpose(1, 2, 0)) for bank in (sharp, small) for p in bank.levels[0][bank.held_out]]
    labels = np.concatenate([bank.labels[bank.held_out] for bank in (sharp, small)])
    gallery = embed([prepare(image, SIZE) for image in images])
    report = {}

    def measure(name, queries, answers, right, leave_out=None):
        scores = similarity(queries @ answers.T)
        keep = np.ones(scores.shape, bool) if leave_out is None else ~leave_out
        limit, precision, recall = lowest_limit(scores[keep], right[keep], AIMS[name])
        report[name] = {"limit": round(limit, 3), "precision": round(precision, 3), "recall": round(recall, 3), "pairs": int(right[keep].sum())}
    chosen = rng.sample(range(len(images)), 150)
    queries = embed([prepare(edit(images[i], rng), SIZE) for edit in EDITS.values() for i in chosen])
    copies = np.tile(chosen, len(EDITS))[:, None] == np.arange(len(images))
    measure("same-picture", queries, gallery, copies)
    chosen = rng.sample(range(len(images)), 600)
    pairs = [cut_outs(images[i], rng) for i in chosen]
    first, second = (embed([prepare(pair[k], SIZE) for pair in pairs]) for k in (0, 1))
    measure("same-scene", first, second, np.eye(len(pairs), dtype=bool))
    own = np.eye(len(images), dtype=bool)
    measure("similar", gallery, gallery, (labels[:, None] == labels) & ~own, own)
    edited, known = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in (queries[:, :COPY], gallery[:, :COPY]))
    nearest = similarity((known @ known.T)[~own].reshape(len(images), -1).max(1))
    limit = float(np.quantile(nearest, 1 - STRANGERS))
    report["copy"] = {"limit": round(limit, 3), "strangers": STRANGERS, "recall": round(float((similarity(edited @ known.T)[copies] >= limit).mean()), 3)}
    of_copies = np.sort(similarity(edited @ known.T)[copies])
    limit = float(of_copies[int(len(of_copies) * (1 - CANDIDATES))])
    report["copy-candidate"] = {"limit": round(limit, 3), "recall": CANDIDATES, "found by each": round(float((similarity(known @ known.T)[~own] >= limit).sum() / len(images)), 2)}
    for name, row in report.items():
        print(name, json.dumps(row))
    print("--bands " + ",".join(f"{row['limit']:.3f}" for row in report.values()))


if __name__ == "__main__":
    main()
