"""The last layers, set in closed form or nearly so once the net stands still: labels from what was seen, and both parts of the vector in
the few directions that matter.

    python readout.py --checkpoint RUN/last.pt --data DIR --cache DIR --to RUN/fitted.pt

Two pictures are alike in what they show if the same labels are likely for both: of the ten nearest, half again as many are of the right
label as by a linear discriminant of the same numbers.
"""
import argparse
from concurrent.futures import ThreadPoolExecutor
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
import data, losses
from evaluate import SIZE, normalised
from net import TILES, Lookalike, Net
from train import Targets

EPOCHS = 12
TRUST, SHARPER = 0.75, 1.3  # what the teacher counts in the soft labels; and how much surer the fitted layer is made: both tried on held-out pictures
COPY, SENSE = 64, 192  # numbers in the parts of the published vector; Milvus and every index pay for each


def summaries(net, pictures, threads=2, batch=64):
    """`Lookalike.summary` of pictures (n, 3, s, s) uint8 that are trimmed already."""
    @torch.no_grad()  # here, as each thread has a setting of its own
    def one(start):
        x = torch.from_numpy(normalised(pictures[start:start + batch].transpose(0, 2, 3, 1)))
        x = F.interpolate(x, size=SIZE, mode="bilinear", antialias=True)
        return Lookalike.summary(net(Lookalike.looks(x))[1].view(1 + len(TILES), len(x), -1))
    with ThreadPoolExecutor(threads) as pool:
        return torch.cat(list(pool.map(one, range(0, len(pictures), batch))))


@torch.no_grad()
def whiten(layer, seen, keep, least=0.03):
    """What a linear layer gives, in its `keep` main directions, which then vary alike; those that hardly vary stay small (`least`).

    Training leaves half of the directions of the copy part almost unused; pictures that have nothing in common then lie closer.
    """
    given = layer(seen)
    mean = given.mean(0)
    values, vectors = torch.linalg.eigh((given - mean).T @ (given - mean) / len(given))
    turn = (vectors * (values + least * values.mean()) ** -0.5)[:, -keep:]
    whitened = nn.Linear(layer.in_features, keep)
    whitened.weight.copy_(turn.T @ layer.weight)
    whitened.bias.copy_((layer.bias - mean) @ turn)
    return whitened


@torch.no_grad()
def shortening(likely, keep):
    """The linear layer, without bias, to the `keep` directions that hold most of how likely each label is, (n, labels).

    Labels that are likely for the same pictures share directions, so products between pictures stay almost as they are.
    """
    likely = F.normalize(likely, dim=1)
    _, vectors = torch.linalg.eigh(likely.T @ likely)
    layer = nn.Linear(likely.shape[1], keep, bias=False)
    layer.weight.copy_(vectors[:, -keep:].T)
    return layer


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
    soft = Targets(banks, args, TRUST).soft
    seen, believed = [], []
    for bank, labels in zip(banks[:2], soft):
        which = np.flatnonzero(~bank.held_out)
        seen.append(summaries(net, bank.levels[-1][which]))
        believed.append(labels[which].clamp(min=0))
    seen = torch.cat(seen)
    net.copy = whiten(net.copy, seen[:, :net.seen], COPY)  # of the wholes, which come first in a summary
    layer = losses.probe(seen, torch.cat(believed), EPOCHS, torch.Generator().manual_seed(args.seed))
    with torch.no_grad():
        for part in layer.parameters():
            part.mul_(SHARPER)
        shorten = shortening(F.softmax(layer(seen), 1), SENSE)
    torch.save({"net": net.state_dict(), "labels": layer.state_dict(), "shorten": shorten.state_dict()}, args.to)


if __name__ == "__main__":
    main()
