"""A checkpoint as an ONNX file of plain operators, its manifest beside it: `python export.py --checkpoint fitted.pt --to DIR`.

The graph is written node by node: batch norms folded into their convolutions, each shortcut's pooling too, so that what tract
runs is Conv, Relu and Add, one Gemm, and little else at the end. The batch axis is symbolic.
"""
import argparse, hashlib, itertools, os
from pathlib import Path
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from net import MEAN, Lookalike, Net, STD, TILE, TILES

TOLERATED = 1e-4
BANDS = {"same-picture": 0.80, "same-scene": 0.60, "similar": 0.45, "copy": 0.75, "copy-candidate": 0.70}  # until calibrate.py has measured better ones


def folded(conv, norm):
    """Weight and bias of the one convolution that does what a convolution and its norm do."""
    gain = norm.weight / (norm.running_var + norm.eps).sqrt()
    return conv.weight * gain[:, None, None, None], norm.bias - norm.running_mean * gain


def spread(weight):
    """The matrix (4 out, 4 in) by which a 3×3 convolution takes a map of 2×2 to one: from each of its places to each."""
    dense = weight.new_zeros(len(weight), 2, 2, weight.shape[1], 2, 2)
    for to_y, to_x, y, x in itertools.product(range(2), repeat=4):
        dense[:, to_y, to_x, :, y, x] = weight[:, :, y - to_y + 1, x - to_x + 1]
    return dense.reshape(4 * len(weight), -1)


def gathered(dense):
    """The 3×3 convolution's weight back out of what `spread` made of it."""
    dense = dense.view(len(dense) // 4, 2, 2, -1, 2, 2)
    to, place = (1, 0, 0), (0, 0, 1)  # for each row and column of the kernel: from which place of the map to which it leads
    taps = [dense[:, to[y], to[x], :, place[y], place[x]] for y in range(3) for x in range(3)]
    return torch.stack(taps, -1).view(len(dense), -1, 3, 3)


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, value):
        value = value.detach().cpu().float().numpy() if isinstance(value, torch.Tensor) else value
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def conv(self, name, x, weight, bias, stride):
        kernel = weight.shape[-1]
        padding = 1 if kernel == 3 else 0
        names = [self.weight(f"{name}.weight", weight), self.weight(f"{name}.bias", bias)]
        return self.add("Conv", [x, *names], name, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[padding] * 4)

    def conv_of_four(self, name, x, weight, bias):
        """A 3×3 convolution over a map of 2×2 with margins of zeros, as one product of all its numbers, which is quicker in tract."""
        names = [self.weight(f"{name}.weight", spread(weight)), self.weight(f"{name}.bias", bias.repeat_interleave(4))]
        product = self.add("Gemm", [self.add("Flatten", [x], f"{name}.flat"), *names], f"{name}.product", transB=1)
        return self.add("Reshape", [product, self.weight(f"{name}.shape", np.array([-1, len(bias), 2, 2]))], name)

    def linear(self, name, x, layer):
        weights = [self.weight(f"{name}.{kind}", value) for kind, value in layer.named_parameters()]
        return self.add("Gemm", [x, *weights], name, transB=1)

    def by_look(self, name, x, width):
        """Rows of all looks, one after the other, as (looks, n, width)."""
        return self.add("Reshape", [x, self.weight(f"{name}.shape", np.array([1 + len(TILES), -1, width]))], name)

    def sum_of_looks(self, name, x, weights):
        """The sum over (looks, n, width), each look with a weight of its own."""
        weighted = self.add("Mul", [x, self.weight(f"{name}.weights", np.float32(weights).reshape(-1, 1, 1))], f"{name}.weighted")
        return self.add("ReduceSum", [weighted, self.weight(f"{name}.axis", np.array([0]))], name, keepdims=0)

    def unit(self, name, x):
        """Each row divided by its length."""
        squares = self.add("ReduceSum", [self.add("Mul", [x, x], f"{name}.squares"), self.weight(f"{name}.axis", np.array([1]))],
                           f"{name}.squared_length", keepdims=1)
        safe = self.add("Add", [squares, self.weight(f"{name}.tiny", np.float32([1e-12]))], f"{name}.safe_length")
        return self.add("Div", [x, self.add("Sqrt", [safe], f"{name}.length")], f"{name}.unit")


def looks(g, image):
    """`Lookalike.looks` as nodes: the whole at half size and five tiles, one after the other along the batch axis."""
    parts = [g.add("AveragePool", [image], "whole", kernel_shape=[2, 2], strides=[2, 2])]
    axes = g.weight("tile.axes", np.array([2, 3]))
    for i, start in enumerate(TILES):
        begin, end = (g.weight(f"tile{i}.{name}", np.array(at)) for name, at in (("begin", start), ("end", [s + TILE for s in start])))
        parts.append(g.add("Slice", [image, begin, end, axes], f"tile{i}"))
    return g.add("Concat", parts, "looks", axis=0)


def trunk(g, net, x):
    """The convolutions; what comes out of the stage before the last, and of the last."""
    x, side = g.add("Relu", [g.conv("stem", x, *folded(*net.stem), 4)], "stem.relu"), TILE // 4
    for i, block in enumerate(net.blocks):
        if i == net.level:
            fine = x
        name, stride = f"block{i}", block.first[0].stride[0]
        y = g.add("Relu", [g.conv(f"{name}.first", x, *folded(*block.first), stride)], f"{name}.first.relu")
        second, after = folded(*block.second), -(-side // stride)
        y = g.conv_of_four(f"{name}.second", y, *second) if after == 2 else g.conv(f"{name}.second", y, *second, 1)
        if not isinstance(block.shortcut, nn.Identity):
            weight, bias = folded(*block.shortcut[-2:])
            if stride > 1:  # the mean of 2×2 and then a 1×1 convolution are one 2×2 convolution
                weight = weight.expand(-1, -1, 2, 2) / 4
                if side % 2:  # the last row's mean is of itself
                    x = g.add("Pad", [x, g.weight(f"{name}.margin", np.array([0] * 6 + [1, 1]))], f"{name}.padded", mode="edge")
                side = -(-side // 2)
            x = g.conv(f"{name}.shortcut", x, weight, bias, stride)
        x = g.add("Relu", [g.add("Add", [y, x], f"{name}.sum")], f"{name}.out")
    return fine, x


def summary(g, seen):
    """`Lookalike.summary` as nodes."""
    whole = g.sum_of_looks("seen.whole", seen, [1] + [0] * len(TILES))
    tiles = g.sum_of_looks("seen.tiles", seen, [0] + [1 / len(TILES)] * len(TILES))
    most = g.add("ReduceMax", [seen], "seen.most", axes=[0], keepdims=0)
    return g.add("Concat", [whole, tiles, most], "summary", axis=1)


def to_onnx(model):
    g, net = Graph(), model.net
    pooled = [g.add("Flatten", [g.add("GlobalAveragePool", [x], f"{x}.pool")], f"{x}.pooled") for x in trunk(g, net, looks(g, "image"))]
    seen = g.add("Concat", pooled, "seen", axis=1)
    copy = g.by_look("copy.looks", g.unit("copy.look", g.linear("copy", seen, net.copy)), net.copy.out_features)
    copy = g.sum_of_looks("copy.mixed", copy, model.weights(model.tiles))
    likely = g.add("Softmax", [g.linear("labels", summary(g, g.by_look("seen.looks", seen, net.seen)), model.labels)], "likely", axis=1)
    sense = g.linear("shorten", likely, model.shorten)
    parts = [g.add("Mul", [g.unit(name, x), g.weight(f"{name}.share", np.float32([share ** 0.5]))], f"{name}.part")
             for name, x, share in (("copy.whole", copy, model.copy_share), ("sense", sense, 1 - model.copy_share))]
    g.add("Concat", parts, "embedding", axis=1)
    graph = helper.make_graph(g.nodes, "lookalike", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 2 * TILE, 2 * TILE])],
                              [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", model.dimension])], g.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="lookalike")
    onnx.checker.check_model(model)
    return model


def parity(model, blob, seed=1):
    """The largest difference between PyTorch and ONNX Runtime over pictures of noise, for batches of 1 and 5."""
    import onnxruntime as ort
    session, worst = ort.InferenceSession(blob, providers=["CPUExecutionProvider"]), 0.0
    generator = torch.Generator().manual_seed(seed)
    for n in (1, 5):
        x = torch.randn(n, 3, 2 * TILE, 2 * TILE, generator=generator)
        with torch.no_grad():
            worst = max(worst, float(np.abs(model(x).numpy() - session.run(None, {"image": x.numpy()})[0]).max()))
    return worst


def manifest(blob, dimension, copy, bands, version):
    size = 2 * TILE
    rows = [f'id = "lookalike-s-{version}"', 'name = "Lookalike S"', 'file = "lookalike-s.onnx"',
            f'sha256 = "{hashlib.sha256(blob).hexdigest()}"', f"bytes = {len(blob)}", 'licence = "MIT OR Apache-2.0"',
            'provenance = "Trained from scratch by this project (models/train) on tiny-imagenet, clothing-dataset-small, cats and dogs '
            'and pictures drawn by code, with MobileNetV3-small (torchvision, BSD-3-Clause) as teacher."',
            "", "[input]", f"width = {size}", f"height = {size}", 'layout = "nchw"', 'colour = "rgb"', 'resize = "squash"', "trim = true",
            f"mean = {list(MEAN)}", f"std = {list(STD)}", "", "[output]", 'node = "embedding"', 'pooling = "none"', f"dimension = {dimension}",
            f"copy = {copy}", "", "[bands]", *(f"{name} = {limit:.3f}" for name, limit in bands.items())]
    return "\n".join(rows) + "\n"


def load(checkpoint, *shares):
    """The published form of what readout.py wrote; `shares` as combine.py prints them."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    net = Net(copy=len(saved["net"]["copy.weight"]))
    net.load_state_dict(saved["net"])
    (classes, seen), short = saved["labels"]["weight"].shape, len(saved["shorten"]["weight"])
    labels, shorten = nn.Linear(seen, classes), nn.Linear(classes, short, bias=False)
    labels.load_state_dict(saved["labels"])
    shorten.load_state_dict(saved["shorten"])
    return Lookalike(net, labels, shorten, *shares).eval()


def write(folder, name, blob):
    """All of it or nothing, as others may be reading."""
    part = Path(folder, f".{name}.part")
    part.write_bytes(blob)
    os.replace(part, Path(folder, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, help="what readout.py wrote")
    parser.add_argument("--to", required=True, help="folder for lookalike-s.onnx and model.toml")
    parser.add_argument("--version", type=int, default=1, help="the id's number: raise it whenever a published model's vectors change")
    parser.add_argument("--shares", help="what looks and parts count, as combine.py prints it")
    parser.add_argument("--bands", help="five similarities, as calibrate.py prints them")
    args = parser.parse_args()
    model = load(args.checkpoint, *map(float, args.shares.split(",") if args.shares else ()))
    blob = to_onnx(model).SerializeToString()
    worst = parity(model, blob)
    if worst > TOLERATED:
        raise SystemExit(f"ONNX and PyTorch differ by {worst:.2e}, more than {TOLERATED:.0e}: nothing was written")
    bands = dict(zip(BANDS, map(float, args.bands.split(",")))) if args.bands else BANDS
    Path(args.to).mkdir(parents=True, exist_ok=True)
    write(args.to, "lookalike-s.onnx", blob)
    write(args.to, "model.toml", manifest(blob, model.dimension, model.net.copy.out_features, bands, args.version).encode())
    print(f"{len(blob)} bytes, ONNX and PyTorch differ by at most {worst:.1e}")


if __name__ == "__main__":
    main()
