"""A checkpoint as an ONNX file of plain operators, its manifest beside it: `python export.py --checkpoint last.pt --to DIR`.

The graph is written node by node: batch norms folded into their convolutions, each shortcut's pooling too, so that what tract
runs is Conv, Relu, Add, one average, one Gemm and the division by the length. The batch axis is symbolic.
"""
import argparse, hashlib, os
from pathlib import Path
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from net import MEAN, Lookalike, Net, PART, STD, TILE, TILES

TOLERATED = 1e-4
BANDS = {"same-picture": 0.80, "same-scene": 0.60, "similar": 0.45}  # until calibrate.py has measured better ones


def folded(conv, norm):
    """Weight and bias of the one convolution that does what a convolution and its norm do."""
    gain = norm.weight / (norm.running_var + norm.eps).sqrt()
    return conv.weight * gain[:, None, None, None], norm.bias - norm.running_mean * gain


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
        y = g.conv(f"{name}.second", y, *folded(*block.second), 1)
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


def to_onnx(model):
    g, net = Graph(), model.net
    fine, coarse = (g.add("Flatten", [g.add("GlobalAveragePool", [x], f"{x}.pool")], f"{x}.pooled") for x in trunk(g, net, looks(g, "image")))
    both = g.add("Concat", [fine, coarse], "pooled", axis=1)
    parts = []
    for name, head, x, tiles, share in (("copy", net.copy, both, model.copy_tiles, model.copy_share),
                                        ("sense", net.sense, coarse, model.sense_tiles, 1 - model.copy_share)):
        x = g.add("Gemm", [x, g.weight(f"{name}.weight", head.weight), g.weight(f"{name}.bias", head.bias)], name, transB=1)
        x = g.add("Reshape", [g.unit(f"{name}.look", x), g.weight(f"{name}.shape", np.array([1 + len(TILES), -1, head.out_features]))], f"{name}.looks")
        x = g.add("Mul", [x, g.weight(f"{name}.weights", model.weights(tiles)[:, None, None])], f"{name}.weighted")
        x = g.add("ReduceSum", [x, g.weight(f"{name}.first_axis", np.array([0]))], f"{name}.mixed", keepdims=0)
        parts.append(g.add("Mul", [g.unit(name, x), g.weight(f"{name}.share", np.float32([share ** 0.5]))], f"{name}.part"))
    g.add("Concat", parts, "embedding", axis=1)
    dim = net.copy.out_features + net.sense.out_features
    graph = helper.make_graph(g.nodes, "lookalike", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 2 * TILE, 2 * TILE])],
                              [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", dim])], g.weights)
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


def manifest(blob, bands, version):
    size = 2 * TILE
    rows = [f'id = "lookalike-s-{version}"', 'name = "Lookalike S"', 'file = "lookalike-s.onnx"',
            f'sha256 = "{hashlib.sha256(blob).hexdigest()}"', f"bytes = {len(blob)}", 'licence = "MIT OR Apache-2.0"',
            'provenance = "Trained from scratch by this project (models/train) on tiny-imagenet, clothing-dataset-small, cats and dogs '
            'and pictures drawn by code, with MobileNetV3-small (torchvision, BSD-3-Clause) as teacher."',
            "", "[input]", f"width = {size}", f"height = {size}", 'layout = "nchw"', 'colour = "rgb"', 'resize = "squash"', "trim = true",
            f"mean = {list(MEAN)}", f"std = {list(STD)}", "", "[output]", 'node = "embedding"', 'pooling = "none"', f"dimension = {2 * PART}",
            "", "[bands]", *(f"{name} = {limit:.3f}" for name, limit in bands.items())]
    return "\n".join(rows) + "\n"


def load(checkpoint, *shares):
    """The published form of a checkpoint; `shares` as combine.py prints them."""
    net = Net()
    net.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["average"])
    return Lookalike(net, *shares).eval()


def write(folder, name, blob):
    """All of it or nothing, as others may be reading."""
    part = Path(folder, f".{name}.part")
    part.write_bytes(blob)
    os.replace(part, Path(folder, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--to", required=True, help="folder for lookalike-s.onnx and model.toml")
    parser.add_argument("--version", type=int, default=1, help="the id's number: raise it whenever a published model's vectors change")
    parser.add_argument("--shares", help="what looks and parts count, as combine.py prints it")
    parser.add_argument("--bands", help="three similarities, as calibrate.py prints them")
    args = parser.parse_args()
    model = load(args.checkpoint, *map(float, args.shares.split(",") if args.shares else ()))
    blob = to_onnx(model).SerializeToString()
    worst = parity(model, blob)
    if worst > TOLERATED:
        raise SystemExit(f"ONNX and PyTorch differ by {worst:.2e}, more than {TOLERATED:.0e}: nothing was written")
    bands = dict(zip(BANDS, map(float, args.bands.split(",")))) if args.bands else BANDS
    Path(args.to).mkdir(parents=True, exist_ok=True)
    write(args.to, "lookalike-s.onnx", blob)
    write(args.to, "model.toml", manifest(blob, bands, args.version).encode())
    print(f"{len(blob)} bytes, ONNX and PyTorch differ by at most {worst:.1e}")


if __name__ == "__main__":
    main()
