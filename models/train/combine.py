"""How much each look and each part should count in the published vector, tried on the held-out pictures.

    python combine.py --checkpoint RUN/last.pt --data DIR --cache DIR

Every picture is looked at once; all combinations are then sums of what was seen. Printed is the combination with the best sum of
copies found (mean and worst edit, percent) and 100 times the classes' precision@10, and its neighbours in the table.
"""
import argparse, itertools, random
import numpy as np
import torch
import data, export
from evaluate import EDITS, SIZE, HeldOut, normalised, precision_at_10, rank_first
from net import TILES, Lookalike
from preprocess import prepare

COPY_TILES, SENSE_TILES, COPY_SHARE = (0.15, 0.3, 0.5), (0.05, 0.15, 0.3), (0.2, 0.3, 0.4, 0.5, 0.65)


@torch.no_grad()
def looks(net, images):
    """(2, looks, n, part): what the net sees in each look at each picture, as copy and as sense."""
    seen = []
    for start in range(0, len(images), 64):
        x = torch.from_numpy(normalised([prepare(image, SIZE) for image in images[start:start + 64]]))
        seen.append(torch.stack([part.view(1 + len(TILES), len(x), -1) for part in net(Lookalike.looks(x))]))
    return torch.cat(seen, 2)


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def mixed(part, tiles):
    return unit((part * Lookalike.weights(tiles)[:, None, None]).sum(0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--cache", required=True)
    args = parser.parse_args()
    net, held = export.load(args.checkpoint).net, HeldOut(data.load(args.data, args.cache))
    rng = random.Random(held.seed)
    gallery = looks(net, held.images)
    queries = {name: looks(net, [edit(held.images[i], rng) for i in held.chosen]) for name, edit in EDITS.items()}
    rows = []
    for copy_tiles, sense_tiles in itertools.product(COPY_TILES, SENSE_TILES):
        parts = [[mixed(x[0], copy_tiles), mixed(x[1], sense_tiles)] for x in (gallery, *queries.values())]
        for share in COPY_SHARE:
            whole, *edited = (torch.cat([copy * share ** 0.5, sense * (1 - share) ** 0.5], 1).numpy() for copy, sense in parts)
            first = [rank_first(whole, vectors, held.chosen)[0] for vectors in edited]
            classes = precision_at_10(whole[held.sharp:], held.labels)
            rows.append((np.mean(first) + min(first) + 100 * classes, copy_tiles, sense_tiles, share, np.mean(first), min(first), classes))
    print("copy tiles  sense tiles  copy share  mean R@1  worst R@1  classes")
    for _, copy_tiles, sense_tiles, share, mean, worst, classes in sorted(rows, reverse=True)[:12]:
        print(f"{copy_tiles:10.2f}  {sense_tiles:11.2f}  {share:10.2f}  {mean:8.2f}  {worst:9.1f}  {classes:7.4f}")
    print("--shares " + ",".join(str(value) for value in max(rows)[1:4]))


if __name__ == "__main__":
    main()
