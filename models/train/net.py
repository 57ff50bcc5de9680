"""The net: dense convolutions only, because depthwise ones are slow in tract. Knows no losses and no data.

A picture's vector has two parts. *Copy* says which picture it is, whatever was done to it; *sense* says what it shows, as how
likely each label of the training data is, shortened. Each has its own losses, so that neither has to give way to the other;
`Lookalike` puts them together.
"""
import torch
from torch import nn
from torch.nn import functional as F
from convolution import Conv

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
TILE = 48  # the side of what the published model looks at, in pixels
TILES = ((0, 0), (0, TILE), (TILE, 0), (TILE, TILE), (TILE // 2, TILE // 2))  # top and left in the published model's input
COPY = 128  # numbers in the copy part while it is trained; readout.py keeps the directions that matter


def conv_bn(cin, cout, kernel, stride=1, padding=None):
    padding = kernel // 2 if padding is None else padding
    return nn.Sequential(Conv(cin, cout, kernel, stride, padding, bias=False), nn.BatchNorm2d(cout))


class Block(nn.Module):
    """Two 3×3 convolutions and a shortcut; the second's norm starts at zero, so that a deep net starts as a shallow one."""

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.first, self.second = conv_bn(cin, cout, 3, stride), conv_bn(cout, cout, 3)
        nn.init.zeros_(self.second[1].weight)
        self.shortcut = nn.Identity()
        if stride > 1:
            self.shortcut = nn.Sequential(nn.AvgPool2d(2, ceil_mode=True), *conv_bn(cin, cout, 1))
        elif cin != cout:
            self.shortcut = conv_bn(cin, cout, 1)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class Net(nn.Module):
    """One look: pictures (n, 3, s, s), normalised, to the copy part, (n, 128) of unit length, and what was seen, (n, self.seen)."""

    def __init__(self, widths=(48, 96, 192, 256), depths=(1, 2, 2, 1), copy=COPY):
        super().__init__()
        self.stem = conv_bn(3, widths[0], 4, 4, 0)
        blocks, cin = [], widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            for i in range(depth):
                blocks.append(Block(cin, width, 2 if stage and i == 0 else 1))
                cin = width
        self.blocks = nn.Sequential(*blocks)
        self.level = sum(depths[:-1])  # blocks before the last stage: what they see is finer, and tells copies apart
        self.seen = widths[-2] + cin
        self.copy = nn.Linear(self.seen, copy)

    def forward(self, x):
        fine = self.blocks[:self.level](F.relu(self.stem(x)))
        seen = torch.cat([fine.mean((2, 3)), self.blocks[self.level:](fine).mean((2, 3))], 1)
        return F.normalize(self.copy(seen).float(), dim=1), seen.float()


class Lookalike(nn.Module):
    """What is published: a picture (n, 3, 96, 96) to its vector (n, dimension) of unit length.

    It looks at the whole picture at half size, and at five overlapping quarters (the corners and the middle) at full size. A
    cut-out then meets the part that it was cut from at the same scale, and neither costs more pictures in training.
    `labels` is the linear layer from `summary` to the labels, `shorten` the one without bias from how likely each is to the sense part;
    readout.py fits both.
    """

    def __init__(self, net, labels, shorten, tiles=0.3, copy_share=0.5):
        super().__init__()
        self.net, self.labels, self.shorten, self.tiles, self.copy_share = net, labels, shorten, tiles, copy_share

    @property
    def dimension(self):
        return self.net.copy.out_features + self.shorten.out_features

    @staticmethod
    def looks(x):
        """(6 n, 3, 48, 48): the wholes of all pictures, then their first tiles, and so on."""
        tiles = [x[:, :, top:top + TILE, left:left + TILE] for top, left in TILES]
        return torch.cat([F.avg_pool2d(x, 2), *tiles])

    @staticmethod
    def weights(tiles):
        """What each look counts for the copy part: the whole 1, each tile `tiles`."""
        return torch.tensor([1.0] + [tiles] * len(TILES))[:, None, None]

    @staticmethod
    def summary(seen):
        """What was seen in all looks, (looks, n, c), as (n, 3 c): in the whole, in the tiles on average, and the most in any look."""
        return torch.cat([seen[0], seen[1:].mean(0), seen.amax(0)], 1)

    @classmethod
    def mixed(cls, copy, tiles):
        """The copy parts of all looks, (looks, n, c), as one."""
        return F.normalize((copy * cls.weights(tiles)).sum(0), dim=1)

    def sense(self, seen):
        """How likely each label is, in fewer numbers and at unit length."""
        return F.normalize(self.shorten(F.softmax(self.labels(self.summary(seen)), dim=1)), dim=1)

    @staticmethod
    def together(copy, sense, copy_share):
        return torch.cat([copy * copy_share ** 0.5, sense * (1 - copy_share) ** 0.5], 1)

    def forward(self, x):
        copy, seen = (part.view(1 + len(TILES), len(x), -1) for part in self.net(self.looks(x)))
        return self.together(self.mixed(copy, self.tiles), self.sense(seen), self.copy_share)
