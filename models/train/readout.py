"""The last layers, set in closed form or nearly so once the net stands still: labels from what was seen, and a copy part that uses
all its directions.

    python readout.py --checkpoint RUN/last.pt --data DIR --cache DIR --to RUN/fitted.pt

Two pictures are alike in what they show if the same labels are likely for both: of the ten nearest, half again as many are of the right
label as by a linear discriminant of the same numbers.
"""
import argparse
from concurrent.futures import ThreadPoolExecutor
import numpy as np
import torch
import data, losses
from evaluate import SIZE, normalised
from net import TILES, Lookalike, Net
from train import Targets

EPOCHS = 12


def summaries(net, pictures, threads=2, batch=64):
    """`Lookalike.summary` of pictures (n, 3, s, s) uint8 that are trimmed already."""
    @torch.no_grad()  # here, as each thread has a setting of its own
    def one(start):
        x = torch.from_numpy(normalised(pictures[start:start + batch].transpose(0, 2, 3, 1)))
        x = torch.nn.functional.interpolate(x, size=SIZE, mode="bilinear", antialias=True)
        return Lookalike.summary(net(Lookalike.looks(x))[1].view(1 + len(TILES), len(x), -1))
    with ThreadPoolExecutor(threads) as pool:
        return torch.cat(list(pool.map(one, range(0, len(pictures), batch))))


@torch.no_grad()
def whiten(layer, seen, least=0.03):
    """Turns and scales what a linear layer gives so that all directions vary alike; those that hardly vary stay small (`least`).

    Training leaves half of the directions of the copy part almost unused; pictures that have nothing in common then lie closer.
    """
    given = layer(seen)
    mean = given.mean(0)
    values, vectors = torch.linalg.eigh((given - mean).T @ (given - mean) / len(given))
    turn = vectors * (values + least * values.mean()) ** -0.5
    layer.bias.copy_((layer.bias - mean) @ turn)
    layer.weight.copy_(turn.T @ layer.weight)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("checkpoint", "data", "cache", "to"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(device="cpu")
    args = parser.parse_args()
    torch.set_num_threads(1)
    net = Net().eval()
    net.load_state_dict(torch.load(args.checkpoint, map_location="cpu", weights_only=True)["average"])
    banks = data.load(args.data, args.cache)
    soft = Targets(banks, args).soft
    seen, believed = [], []
    for bank, labels in zip(banks[:2], soft):
        which = np.flatnonzero(~bank.held_out)
        seen.append(summaries(net, bank.levels[-1][which]))
        believed.append(labels[which].clamp(min=0))
    seen = torch.cat(seen)
    whiten(net.copy, seen[:, :net.seen])  # of the wholes, which come first in a summary
    layer = losses.probe(seen, torch.cat(believed), EPOCHS, torch.Generator().manual_seed(args.seed))
    torch.save({"net": net.state_dict(), "labels": layer.state_dict()}, args.to)


if __name__ == "__main__":
    main()
