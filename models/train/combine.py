"""How much the tiles and each part should count in the published vector, tried on the held-out pictures.

    python combine.py --checkpoint RUN/fitted.pt --data DIR --cache DIR

Every picture is looked at once; all combinations are then sums of what was seen. Printed are the combinations with the best sum of
copies (mean and worst edit, percent) among the first CANDIDATES, whose pixels the engine then compares, and 100 times the classes'
precision@10; then each edit's copies for the best. Candidates are found as the engine finds them, by a query whose copy part counts
CANDIDATE_SHARE (COPY_SHARE in `engine/src/search/same_picture.rs`); so what the vectors' own copy part counts is left to the classes, and to the bands.
"""
import argparse, itertools, json, random
import numpy as np
import torch
import data, export
from evaluate import EDITS, SIZE, HeldOut, normalised, found, precision_at_10
from net import TILES, Lookalike
from preprocess import prepare

COPY_TILES, COPY_SHARE, CANDIDATES, CANDIDATE_SHARE = (0.1, 0.15, 0.2, 0.3), (0.5, 0.6, 0.7, 0.75, 0.8, 0.85), 24, 0.75


@torch.no_grad()
def looks(model, images):
    """The copy part of each look, (looks, n, part), and the sense part of all looks together, (n, labels)."""
    copies, senses = [], []
    for start in range(0, len(images), 64):
        x = torch.from_numpy(normalised([prepare(image, SIZE) for image in images[start:start + 64]]))
        copy, seen = (part.view(1 + len(TILES), len(x), -1) for part in model.net(Lookalike.looks(x)))
        copies.append(copy)
        senses.append(model.sense(seen))
    return torch.cat(copies, 1), torch.cat(senses)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--cache", required=True)
    args = parser.parse_args()
    model, held = export.load(args.checkpoint), HeldOut(data.load(args.data, args.cache))
    rng = random.Random(held.seed)
    gallery = looks(model, held.images)
    queries = [looks(model, [edit(held.images[i], rng) for i in held.chosen]) for edit in EDITS.values()]
    rows = []
    for tiles, share in itertools.product(COPY_TILES, COPY_SHARE):
        def vectors(share):
            return (model.together(model.mixed(copy, tiles), sense, share).numpy() for copy, sense in (gallery, *queries))
        whole, *edited = vectors(share)
        first = [found(whole, asked, held.chosen, (1,))[0] for asked in edited]
        towards, *edited = vectors(CANDIDATE_SHARE)
        near = [found(towards, asked, held.chosen, (CANDIDATES,))[0] for asked in edited]
        classes = precision_at_10(whole[held.sharp:], held.labels)
        rows.append((np.mean(near) + min(near) + 100 * classes, tiles, share, classes, first, near))
    print(f"tiles  copy share  mean R@1  worst R@1  mean R@{CANDIDATES}  worst R@{CANDIDATES}  classes")
    for _, tiles, share, classes, first, near in sorted(rows, reverse=True)[:12]:
        print(f"{tiles:5.2f}  {share:10.2f}  {np.mean(first):8.2f}  {min(first):9.1f}  {np.mean(near):9.2f}  {min(near):10.1f}  {classes:7.4f}")
    _, tiles, share, _, *best = max(rows)
    print(json.dumps({edit: [round(value, 1) for value in both] for edit, *both in zip(EDITS, *best)}))
    print(f"--shares {tiles},{share}")


if __name__ == "__main__":
    main()
