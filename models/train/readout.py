"""The sense part's last layer, fitted in closed form once the net stands still: linear discriminant analysis of what the last
stage gives for all labelled training pictures, seen whole. Few steps of training leave that layer far from its best.

    python readout.py --checkpoint RUN/last.pt --data DIR --cache DIR --to RUN/fitted.pt
"""
import argparse
import numpy as np
import torch
import data, export
from evaluate import normalised
from losses import Discriminant
from net import TILE


@torch.no_grad()
def seen(net, bank, batch=128):
    """What the last stage gives, (n, channels), and the label, of each labelled picture that training may use."""
    pictures, which = bank.levels[-1], np.flatnonzero(~bank.held_out & (bank.labels >= 0))
    parts = []
    for start in range(0, len(which), batch):
        x = torch.from_numpy(normalised(pictures[which[start:start + batch]].transpose(0, 2, 3, 1)))
        parts.append(net.stages(torch.nn.functional.interpolate(x, size=TILE, mode="bilinear", antialias=True))[1])
    return torch.cat(parts), torch.from_numpy(bank.labels[which])


def fit(net, features, labels):
    """Sets `net.sense` to the directions that tell the labels apart, centred on the features."""
    found = Discriminant(features, labels, net.sense.out_features)
    with torch.no_grad():
        net.sense.weight.copy_(found.basis.T)
        net.sense.bias.copy_(-found.mean @ found.basis)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("checkpoint", "data", "cache", "to"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    net = export.load(args.checkpoint).net
    features, labels = (torch.cat(parts) for parts in zip(*(seen(net, bank) for bank in data.load(args.data, args.cache)[:2])))
    fit(net, features, labels)
    torch.save({"average": net.state_dict()}, args.to)


if __name__ == "__main__":
    main()
