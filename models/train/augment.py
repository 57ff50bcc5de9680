"""What people do to pictures, as batched tensor operations on pictures already in memory.

One affine sampling does crop, mirror, rotation, aspect and pasting; one colour matrix does exposure, contrast, saturation and grey;
the rest touches only the part of the batch that it is for. Every draw comes from the generator that is passed in.
"""
import math
import torch
from torch.nn import functional as F


class Draw:
    """Random numbers for a batch from one seeded generator; on the CPU, so that every device sees the same."""

    def __init__(self, generator, device="cpu"):
        self.generator, self.device = generator, device

    def uniform(self, n, low=0.0, high=1.0):
        return (torch.rand(n, generator=self.generator) * (high - low) + low).to(self.device)

    def chance(self, n, p):
        return self.uniform(n) < p

    def some(self, n, p):
        """The numbers of the pictures that are picked, each with probability p."""
        return torch.nonzero(torch.rand(n, generator=self.generator) < p).flatten().to(self.device)

    def number(self, low, high):
        return float(torch.rand((), generator=self.generator)) * (high - low) + low

    def integer(self, low, high):
        """low..high, both included."""
        return low + int(torch.randint(high - low + 1, (), generator=self.generator))


def bases(n, draw):
    """(n, 3): the part of each picture that a pair is about, as its side and the place of its centre, -1..1.

    Half of the pairs are about whole pictures, the others about parts as small as the tiles that the published model looks at.
    """
    side = torch.where(draw.chance(n, 0.5), draw.uniform(n, 0.45, 0.9), torch.ones(n, device=draw.device))
    x, y = (draw.uniform(n, -1, 1) * (1 - side) for _ in range(2))
    return torch.stack([side, x, y], 1)


def geometry(n, draw, strong, base=None):
    """(n, 2, 3) maps from the output's place to the source's place, both -1..1, and each one's crop side."""
    one = torch.ones(n, device=draw.device)
    base = torch.stack([one, 0 * one, 0 * one], 1) if base is None else base
    if strong:
        kind = draw.uniform(n)
        side = torch.where(kind < 0.25, draw.uniform(n, 0.2, 0.45).sqrt(), torch.where(kind < 0.6, draw.uniform(n, 0.45, 1).sqrt(), one))
        pasted = draw.chance(n, 0.12)
        side = torch.where(pasted, draw.uniform(n, 1.15, 2.0), side)
        angle = torch.where(draw.chance(n, 0.25), draw.uniform(n, -30, 30), 0 * one)
        quarter = torch.where(draw.chance(n, 0.35), draw.uniform(n, 1, 4).floor(), 0 * one)
        aspect = torch.where(draw.chance(n, 0.3), draw.uniform(n, -0.25, 0.25), 0 * one).exp()
        mirror, flip = draw.chance(n, 0.3), draw.chance(n, 0.04)
    else:
        side = torch.where(draw.chance(n, 0.3), draw.uniform(n, 0.75, 1).sqrt(), one)  # it must still hold what the other shows
        pasted, angle, quarter = one < 0, 0 * one, 0 * one
        aspect, mirror, flip = one, draw.chance(n, 0.15), one < 0
    angle = angle * (math.pi / 180) + quarter * (math.pi / 2)
    sx, sy = side * aspect, side / aspect
    # Crops stay within the base; what is pasted stays within the canvas; a turned picture keeps its centre as it is turned in place.
    room_x = torch.where(pasted, sx - 1, 1 - sx).clamp(min=0)
    room_y = torch.where(pasted, sy - 1, 1 - sy).clamp(min=0)
    tx, ty = draw.uniform(n, -1, 1) * room_x, draw.uniform(n, -1, 1) * room_y
    scale, cx, cy = base.unbind(1)
    if strong:  # a cut-out lies beside the tile that it is found by: the base slips, within the picture
        slip = 0.5 * scale * draw.chance(n, 0.6)
        reach = 1 - scale
        cx = torch.minimum(torch.maximum(cx + draw.uniform(n, -1, 1) * slip, -reach), reach)
        cy = torch.minimum(torch.maximum(cy + draw.uniform(n, -1, 1) * slip, -reach), reach)
    mx, my = torch.where(mirror, -sx, sx), torch.where(flip, -sy, sy)
    cos, sin = angle.cos(), angle.sin()
    theta = torch.stack([torch.stack([cos * mx, -sin * mx, tx], 1), torch.stack([sin * my, cos * my, ty], 1)], 1) * scale[:, None, None]
    return theta + F.pad(torch.stack([cx, cy], 1)[:, :, None], (2, 0)), side * scale


def part(n, draw):
    """Maps of a plain look for the sake of what is shown: a part of any size from a third up, mirrored or not."""
    side = torch.where(draw.chance(n, 0.7), draw.uniform(n, 0.35, 1).sqrt(), torch.ones(n, device=draw.device))
    aspect = draw.uniform(n, -0.15, 0.15).exp()
    sx, sy = (side * aspect).clamp(max=1), (side / aspect).clamp(max=1)
    tx, ty = draw.uniform(n, -1, 1) * (1 - sx), draw.uniform(n, -1, 1) * (1 - sy)
    zero, mx = 0 * side, torch.where(draw.chance(n, 0.5), -sx, sx)
    return torch.stack([torch.stack([mx, zero, tx], 1), torch.stack([zero, sy, ty], 1)], 1), side


def sample(levels, theta, side, size, draw):
    """Look through the maps at the pictures; what lies outside is a plain colour or another picture.

    `levels` are the same pictures (n, 3, s, s) uint8 at one or two falling sizes: large crops read the small ones, so that nothing aliases.
    """
    n = len(theta)
    grid = F.affine_grid(theta, (n, 3, size, size), align_corners=False)
    wanted = size / side
    if len(levels) == 1:
        out = F.grid_sample(levels[0].float().div_(255), grid, mode="bilinear", padding_mode="border", align_corners=False)
    else:
        out = torch.empty(n, 3, size, size, device=theta.device)
        near = wanted > levels[1].shape[-1] * 1.2  # the larger pictures only where the smaller would be too coarse
        for level, mine in zip(levels, (near, ~near)):
            which = torch.nonzero(mine).flatten()
            source = level[which].float().div_(255)
            out[which] = F.grid_sample(source, grid[which], mode="bilinear", padding_mode="border", align_corners=False)
    outside = (grid.abs() > 1).any(-1)
    holes = torch.nonzero(outside.flatten(1).any(1)).flatten()
    if len(holes):
        kind = draw.uniform(len(holes))
        plain = draw.uniform(len(holes) * 3).view(-1, 3, 1, 1) * (kind > 0.45)[:, None, None, None]  # black most often
        plain = torch.where((kind > 0.65)[:, None, None, None], torch.ones_like(plain), plain)
        other = out.roll(1, 0)[holes]
        # Plain canvases are trimmed before the net sees them, so a paste shows another picture around it more often than a turn.
        photo = draw.uniform(len(holes)) < torch.where(side[holes] > 1.1, 0.75, 0.15)
        fill = torch.where(photo[:, None, None, None], other, plain)
        out[holes] = torch.where(outside[holes][:, None], fill, out[holes])
    return out


def colour(x, draw, strong):
    """Exposure, contrast, saturation, tint and grey: all of them are one matrix and one offset for each picture."""
    n = len(x)
    one = torch.ones(n, device=x.device)

    def factor(p, reach):
        return torch.where(draw.chance(n, p), draw.uniform(n, -reach, reach), 0 * one).exp()
    p = 0.45 if strong else 0.15
    bright, contrast = factor(p, 0.65 if strong else 0.2), factor(p, 0.6 if strong else 0.2)
    saturation = torch.where(draw.chance(n, p), draw.uniform(n, 0, 2.4 if strong else 1.5), one)
    saturation = torch.where(draw.chance(n, 0.22 if strong else 0.02), 0 * one, saturation)
    tint = torch.where(draw.chance(n, p / 2)[:, None], draw.uniform(n * 3, -0.25, 0.25).view(n, 3), 0 * one[:, None]).exp()
    grey = torch.tensor([0.299, 0.587, 0.114], device=x.device).expand(3, 3)
    matrix = saturation[:, None, None] * torch.eye(3, device=x.device) + (1 - saturation)[:, None, None] * grey
    gain = (bright * contrast)[:, None] * tint
    mean = (x.mean((2, 3)) * grey[0]).sum(1, keepdim=True)
    offset = (1 - contrast)[:, None] * bright[:, None] * mean
    flat = torch.baddbmm(offset[:, :, None].expand(n, 3, 1), gain[:, :, None] * matrix, x.flatten(2))
    x = flat.view_as(x).clamp_(0, 1)
    bent = draw.some(n, 0.1 if strong else 0)
    if len(bent):
        x[bent] = x[bent].clamp(min=1e-3) ** draw.uniform(len(bent), -0.7, 0.7).exp()[:, None, None, None]
    return x


def blur(x, sigma):
    """Gaussian blur, a strength for each picture, as products with one banded matrix a picture; rows sum to one at the edges too."""
    place = torch.arange(x.shape[-1], device=x.device).float()
    band = torch.exp(-(place[:, None] - place) ** 2 / (2 * sigma[:, None, None] ** 2))
    band = (band / band.sum(2, keepdim=True))[:, None]
    return band @ x @ band.transpose(2, 3)


_LUMA = [16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
         18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99]
_YCC = [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]


def jpeg(x, quality):
    """What JPEG loses: the coefficients of 8×8 blocks are rounded to multiples of the standard table, scaled by each quality."""
    s = x.shape[-1]
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    table = (torch.tensor(_LUMA, device=x.device).view(8, 8) * scale[:, None, None]).clamp(min=1) / 255
    table = torch.stack([table, table * 1.5, table * 1.5], 1).repeat(1, 1, s // 8, s // 8)  # chroma is rounded more
    k = torch.arange(8, device=x.device).float()
    dct = torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) * torch.where(k == 0, math.sqrt(1 / 8), 0.5)[:, None]
    dct = torch.block_diag(*[dct] * (s // 8))
    ycc = torch.tensor(_YCC, device=x.device)
    y = (ycc @ x.flatten(2)).view_as(x)
    y = dct.T @ ((dct @ y @ dct.T / table).round() * table) @ dct
    return (torch.linalg.inv(ycc) @ y.flatten(2)).view_as(x).clamp_(0, 1)


def caption(picture, draw):
    """A bar with a line of something like letters."""
    s = picture.shape[-1]
    h = draw.integer(s // 12, s // 3)
    y = draw.integer(0, s - h) if draw.number(0, 1) < 0.3 else (s - h if draw.number(0, 1) < 0.75 else 0)
    dark = draw.number(0, 1) < 0.65
    if draw.number(0, 1) < 0.85:  # else the letters stand on the picture itself
        picture[:, y:y + h] = 0.0 if dark else 1.0
    letter = max(1, s // 40)
    x0, width, line = draw.integer(1, s // 4), draw.integer(s // 5, s // 2), draw.integer(2, max(2, h // 3))
    ink = torch.rand(-(-width // letter), generator=draw.generator) < 0.6
    ink = ink.repeat_interleave(letter)[:width].to(picture.device)
    top = y + draw.integer(0, max(0, h - line))
    picture[:, top:top + line, x0:x0 + width][:, :, ink] = 1.0 if dark else 0.0


def sticker(picture, other, draw):
    """An emoji-like disc, a plain box, or a piece of another picture."""
    s = picture.shape[-1]
    w, h = draw.integer(s // 8, s // 2), draw.integer(s // 8, s // 2)
    x, y, kind = draw.integer(0, s - w), draw.integer(0, s - h), draw.number(0, 1)
    place = picture[:, y:y + h, x:x + w]
    if kind < 0.35:
        place.copy_(other[:, y:y + h, x:x + w])
        return
    paint = draw.uniform(3)[:, None]
    if kind < 0.5:
        place.copy_(paint[:, None].expand_as(place))
        return
    v, u = torch.meshgrid(torch.linspace(-1, 1, h, device=picture.device), torch.linspace(-1, 1, w, device=picture.device), indexing="ij")
    place[:, u * u + v * v < 1] = paint
    for eye in (-0.35, 0.35):
        place[:, (u - eye) ** 2 + (v + 0.2) ** 2 < 0.02] = 0.1


def frame(picture, draw):
    s = picture.shape[-1]
    t, paint = draw.integer(1, max(1, s // 9)), draw.uniform(3)[:, None, None]
    for edge in (picture[:, :t], picture[:, -t:], picture[:, :, :t], picture[:, :, -t:]):
        edge.copy_(paint.expand_as(edge))


def damage(x, draw):
    """Edits that only a part of the batch meets."""
    n, size = len(x), x.shape[-1]
    for i in draw.some(n, 0.12).tolist():
        caption(x[i], draw)
    for i in draw.some(n, 0.08).tolist():
        sticker(x[i], x[i - 1], draw)
    for i in draw.some(n, 0.05).tolist():
        frame(x[i], draw)
    which = draw.some(n, 0.25)  # blur stands for small copies too: scaled down and up again, that is all they lose
    if len(which):
        x[which] = blur(x[which], draw.uniform(len(which), 0.5, 2.8) * size / 128)
    which = draw.some(n, 0.12)
    if len(which):
        x[which] = jpeg(x[which], draw.uniform(len(which), 8, 50))
    which = draw.some(n, 0.08)
    if len(which):
        noise = torch.randn(len(which), 3, size, size, generator=draw.generator).to(x.device)
        x[which] = (x[which] + noise * draw.uniform(len(which), 0.01, 0.1)[:, None, None, None]).clamp_(0, 1)
    return x


def view(levels, size, draw, strong, base=None):
    """One view of each picture, (n, 3, size, size) in 0..1, of the part of it that `base` says."""
    theta, side = geometry(len(levels[0]), draw, strong, base)
    x = colour(sample(levels, theta, side, size, draw), draw, strong)
    return damage(x, draw) if strong else x


def pair(levels, size, draw):
    """Two views of each picture: one nearly plain, as a gallery holds it, one edited hard."""
    base = bases(len(levels[0]), draw)
    return view(levels, size, draw, False, base), view(levels, size, draw, True, base)


def plain(levels, size, draw):
    """A view of each picture for learning what it shows."""
    theta, side = part(len(levels[0]), draw)
    return colour(sample(levels, theta, side, size, draw), draw, False)


def blend(x, draw, part=0.5):
    """Mixes, in place, each of a part of the views with the one before it; (n,) how much of each is its own, from a half up."""
    own = torch.where(draw.chance(len(x), part), draw.uniform(len(x), 0.5, 1), torch.ones(len(x), device=x.device))
    weight = own[:, None, None, None]
    x.copy_(weight * x + (1 - weight) * x.roll(1, 0))
    return own
