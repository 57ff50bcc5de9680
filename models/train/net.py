"""The net: dense convolutions only, because depthwise ones are slow in tract. Knows no losses and no data.

A picture's vector has two parts of equal size. *Copy* says which picture it is, whatever was done to it; *sense* says what it
shows. Each has its own losses, so that neither has to give way to the other; `Lookalike` puts them together.
"""
import torch
from torch import nn
from torch.nn import functional as F

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
TILE = 48  # the side of what the published model looks at, in pixels
TILES = ((0, 0), (0, TILE), (TILE, 0), (TILE, TILE), (TILE // 2, TILE // 2))  # top and left in the published model's input
PART = 128  # numbers in each part of the vector


def conv_bn(cin, cout, kernel, stride=1, padding=None):
    padding = kernel // 2 if padding is None else padding
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, padding, bias=False), nn.BatchNorm2d(cout))


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
    """One look: pictures (n, 3, s, s), normalised, to two vectors of unit length each, (n, 128): copy and sense."""

    def __init__(self, widths=(48, 96, 192, 256), depths=(1, 2, 2, 1), part=PART):
        super().__init__()
        self.stem = conv_bn(3, widths[0], 4, 4, 0)
        blocks, cin = [], widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            for i in range(depth):
                blocks.append(Block(cin, width, 2 if stage and i == 0 else 1))
                cin = width
        self.blocks = nn.Sequential(*blocks)
        self.level = sum(depths[:-1])  # blocks before the last stage: what they see is finer, and tells copies apart
        self.copy = nn.Linear(widths[-2] + cin, part)
        self.sense = nn.Linear(cin, part)

    def stages(self, x):
        """What the stage before the last and the last give, averaged over the place: (n, channels) each."""
        fine = self.blocks[:self.level](F.relu(self.stem(x)))
        return fine.mean((2, 3)), self.blocks[self.level:](fine).mean((2, 3))

    def forward(self, x):
        fine, coarse = self.stages(x)
        copy = self.copy(torch.cat([fine, coarse], 1))
        return F.normalize(copy.float(), dim=1), F.normalize(self.sense(coarse).float(), dim=1)


class Lookalike(nn.Module):
    """What is published: a picture (n, 3, 96, 96) to its vector (n, 256) of unit length.

    It looks at the whole picture at half size, and at five overlapping quarters (the corners and the middle) at full size. A
    cut-out then meets the part that it was cut from at the same scale, and neither costs more pictures in training.
    """

    def __init__(self, net, copy_tiles=0.3, sense_tiles=0.1, copy_share=0.5):
        super().__init__()
        self.net, self.copy_tiles, self.sense_tiles, self.copy_share = net, copy_tiles, sense_tiles, copy_share

    @staticmethod
    def looks(x):
        """(6 n, 3, 48, 48): the wholes of all pictures, then their first tiles, and so on."""
        tiles = [x[:, :, top:top + TILE, left:left + TILE] for top, left in TILES]
        return torch.cat([F.avg_pool2d(x, 2), *tiles])

    @staticmethod
    def weights(tiles):
        """What each look counts: the whole 1, each tile `tiles`."""
        return torch.tensor([1.0] + [tiles] * len(TILES))

    def forward(self, x):
        parts = []
        for part, tiles, share in zip(self.net(self.looks(x)), (self.copy_tiles, self.sense_tiles), (self.copy_share, 1 - self.copy_share)):
            mixed = (part.view(1 + len(TILES), len(x), -1) * self.weights(tiles).to(x.device)[:, None, None]).sum(0)
            parts.append(F.normalize(mixed, dim=1) * share ** 0.5)
        return torch.cat(parts, 1)
