"""The net: dense convolutions only, because depthwise ones are slow in tract. Knows no losses and no data."""
import torch
from torch import nn
from torch.nn import functional as F

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


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
            self.shortcut = nn.Sequential(nn.AvgPool2d(2), *conv_bn(cin, cout, 1))
        elif cin != cout:
            self.shortcut = conv_bn(cin, cout, 1)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class Net(nn.Module):
    """A picture (n, 3, s, s), normalised, to a vector (n, dim) of unit length."""

    def __init__(self, widths=(48, 96, 192, 256), depths=(1, 2, 2, 1), dim=256):
        super().__init__()
        self.stem = conv_bn(3, widths[0], 4, 4, 0)
        blocks, cin = [], widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            for i in range(depth):
                blocks.append(Block(cin, width, 2 if stage and i == 0 else 1))
                cin = width
        self.blocks = nn.Sequential(*blocks)
        self.embed = nn.Linear(cin, dim)

    def forward(self, x):
        x = self.blocks(F.relu(self.stem(x))).mean((2, 3))
        return F.normalize(self.embed(x).float(), dim=1)
