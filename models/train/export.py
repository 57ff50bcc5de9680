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
from evaluate import SIZE
from net import MEAN, Net, STD

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


def to_onnx(net, size):
    g = Graph()
    x = g.add("Relu", [g.conv("stem", "image", *folded(*net.stem), 4)], "stem.relu")
    for i, block in enumerate(net.blocks):
        name, stride = f"block{i}", block.first[0].stride[0]
        y = g.add("Relu", [g.conv(f"{name}.first", x, *folded(*block.first), stride)], f"{name}.first.relu")
        y = g.conv(f"{name}.second", y, *folded(*block.second), 1)
        if not isinstance(block.shortcut, nn.Identity):
            weight, bias = folded(*block.shortcut[-2:])
            if stride > 1:  # the mean of 2×2 and then a 1×1 convolution are one 2×2 convolution
                weight = weight.expand(-1, -1, 2, 2) / 4
            x = g.conv(f"{name}.shortcut", x, weight, bias, stride)
        x = g.add("Relu", [g.add("Add", [y, x], f"{name}.sum")], f"{name}.out")
    x = g.add("Flatten", [g.add("GlobalAveragePool", [x], "pool")], "pooled")
    x = g.add("Gemm", [x, g.weight("embed.weight", net.embed.weight), g.weight("embed.bias", net.embed.bias)], "vector", transB=1)
    squares = g.add("ReduceSum", [g.add("Mul", [x, x], "squares"), g.weight("axis", np.array([1]))], "squared_length", keepdims=1)
    safe = g.add("Add", [squares, g.weight("tiny", np.float32([1e-12]))], "safe_length")
    g.add("Div", [x, g.add("Sqrt", [safe], "length")], "embedding")
    dim = net.embed.out_features
    graph = helper.make_graph(g.nodes, "lookalike", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, size, size])],
                              [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", dim])], g.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="lookalike")
    onnx.checker.check_model(model)
    return model


def parity(net, blob, size, seed=1):
    """The largest difference between PyTorch and ONNX Runtime over pictures of noise, for batches of 1 and 5."""
    import onnxruntime as ort
    session, worst = ort.InferenceSession(blob, providers=["CPUExecutionProvider"]), 0.0
    generator = torch.Generator().manual_seed(seed)
    for n in (1, 5):
        x = torch.randn(n, 3, size, size, generator=generator)
        with torch.no_grad():
            worst = max(worst, float(np.abs(net(x).numpy() - session.run(None, {"image": x.numpy()})[0]).max()))
    return worst


def manifest(blob, bands, dim, size, version):
    rows = [f'id = "lookalike-s-{version}"', 'name = "Lookalike S"', 'file = "lookalike-s.onnx"',
            f'sha256 = "{hashlib.sha256(blob).hexdigest()}"', f"bytes = {len(blob)}", 'licence = "MIT OR Apache-2.0"',
            'provenance = "Trained from scratch by this project (models/train) on tiny-imagenet, clothing-dataset-small, cats and dogs '
            'and pictures drawn by code, with MobileNetV3-small (torchvision, BSD-3-Clause) as teacher."',
            "", "[input]", f"width = {size}", f"height = {size}", 'layout = "nchw"', 'colour = "rgb"', 'resize = "squash"', "trim = true",
            f"mean = {list(MEAN)}", f"std = {list(STD)}", "", "[output]", 'node = "embedding"', 'pooling = "none"', f"dimension = {dim}",
            "", "[bands]", *(f"{name} = {limit:.3f}" for name, limit in bands.items())]
    return "\n".join(rows) + "\n"


def load(checkpoint):
    net = Net().eval()
    net.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["average"])
    return net


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
    parser.add_argument("--size", type=int, default=SIZE, help="the model's input: a little above the last training size does best")
    parser.add_argument("--bands", help="three similarities, as calibrate.py prints them")
    args = parser.parse_args()
    net = load(args.checkpoint)
    blob = to_onnx(net, args.size).SerializeToString()
    worst = parity(net, blob, args.size)
    if worst > TOLERATED:
        raise SystemExit(f"ONNX and PyTorch differ by {worst:.2e}, more than {TOLERATED:.0e}: nothing was written")
    bands = dict(zip(BANDS, map(float, args.bands.split(",")))) if args.bands else BANDS
    Path(args.to).mkdir(parents=True, exist_ok=True)
    write(args.to, "lookalike-s.onnx", blob)
    write(args.to, "model.toml", manifest(blob, bands, net.embed.out_features, args.size, args.version).encode())
    print(f"{len(blob)} bytes, ONNX and PyTorch differ by at most {worst:.1e}")


if __name__ == "__main__":
    main()
