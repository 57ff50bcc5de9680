#!/usr/bin/env python3
"""The peer that `bench` measures Lookalike against: a Python loop of Pillow (draft mode), ONNX Runtime and MobileNetV3-small.

    peer.py index DIRECTORY        embed every *.jpg with as many processes as there are cores
    peer.py model MODEL.onnx SIDE  milliseconds a picture of a model and of MobileNetV3-small, one thread

Prints one JSON object. The clock of `index` starts when all processes have loaded the model, and the loop neither hashes,
makes thumbnails nor stores anything: whatever is unequal is in the peer's favour. MobileNetV3-small is built here from the
paper's table (Howard et al. 2019) with seeded random weights, because speed does not depend on their values.
"""
import json
import multiprocessing
import os
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
# kernel, expanded channels, channels out, squeeze and excite, activation, stride
BLOCKS = [
    (3, 16, 16, True, "Relu", 2), (3, 72, 24, False, "Relu", 2), (3, 88, 24, False, "Relu", 1),
    (5, 96, 40, True, "HardSwish", 2), (5, 240, 40, True, "HardSwish", 1), (5, 240, 40, True, "HardSwish", 1),
    (5, 120, 48, True, "HardSwish", 1), (5, 144, 48, True, "HardSwish", 1),
    (5, 288, 96, True, "HardSwish", 2), (5, 576, 96, True, "HardSwish", 1), (5, 576, 96, True, "HardSwish", 1),
]
# What torchvision counts for the same net without and with its classifier; batch norms have two parameters a channel.
FEATURE_PARAMETERS = 927_008
CLASSIFIER_PARAMETERS = 576 * 1024 + 1024 + 1024 * 1000 + 1000


class Net:
    """Collects the nodes of a graph; batch norms are folded into the convolutions, as every exporter does."""

    def __init__(self):
        self.nodes, self.weights, self.parameters, self.random = [], [], 0, np.random.default_rng(1)

    def node(self, kind, inputs, **attributes):
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def conv(self, x, channels_in, channels_out, kernel=1, stride=1, groups=1, norm=True):
        shape = (channels_out, channels_in // groups, kernel, kernel)
        # Scaled so that activations keep their size: denormal numbers would be slow.
        weight = self.random.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape).astype(np.float32)
        bias = self.random.normal(0, 0.05, channels_out).astype(np.float32)
        names = [f"w{len(self.weights)}", f"w{len(self.weights) + 1}"]
        self.weights += [numpy_helper.from_array(array, name) for array, name in zip((weight, bias), names)]
        self.parameters += weight.size + channels_out * (2 if norm else 1)
        return self.node("Conv", [x, *names], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4, group=groups)

    def squeeze_excite(self, x, channels):
        squeezed = max(8, (channels // 4 + 4) // 8 * 8)
        # Rounding down may take away at most a tenth.
        squeezed += 8 if squeezed < 0.9 * channels / 4 else 0
        s = self.node("GlobalAveragePool", [x])
        s = self.node("Relu", [self.conv(s, channels, squeezed, norm=False)])
        s = self.node("HardSigmoid", [self.conv(s, squeezed, channels, norm=False)], alpha=1 / 6, beta=0.5)
        return self.node("Mul", [x, s])


def mobilenet_v3_small(path):
    """Writes the feature extractor (576 numbers a picture); returns its parameters without and with the classifier."""
    net, channels = Net(), 16
    x = net.node("HardSwish", [net.conv("pictures", 3, 16, kernel=3, stride=2)])
    for kernel, expanded, out, excite, activation, stride in BLOCKS:
        before = x
        if expanded != channels:
            x = net.node(activation, [net.conv(x, channels, expanded)])
        x = net.node(activation, [net.conv(x, expanded, expanded, kernel, stride, groups=expanded)])
        x = net.squeeze_excite(x, expanded) if excite else x
        x = net.conv(x, expanded, out)
        if stride == 1 and channels == out:
            x = net.node("Add", [x, before])
        channels = out
    x = net.node("GlobalAveragePool", [net.node("HardSwish", [net.conv(x, channels, 576)])])
    net.nodes.append(helper.make_node("Flatten", [x], ["embedding"]))
    if net.parameters != FEATURE_PARAMETERS:
        sys.exit(f"this is not MobileNetV3-small: {net.parameters:,} parameters instead of {FEATURE_PARAMETERS:,}")
    tensor = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(net.nodes, "mobilenet_v3_small", [tensor("pictures", ["n", 3, 224, 224])], [tensor("embedding", ["n", 576])], net.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return net.parameters, net.parameters + CLASSIFIER_PARAMETERS


def open_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def start_process(path, ready):
    global session
    session = open_session(path)
    session.run(None, {"pictures": np.zeros((1, 3, 224, 224), np.float32)})
    ready.wait()


def embed(path):
    """The usual recipe: shorter side to 256, the middle 224, mean and deviation of ImageNet."""
    with Image.open(path) as image:
        image.draft("RGB", (256, 256))
        image = image.convert("RGB")
    scale = 256 / min(image.size)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BILINEAR)
    left, top = (image.width - 224) // 2, (image.height - 224) // 2
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), np.float32) / 255
    tensor = np.ascontiguousarray(((pixels - MEAN) / STD).transpose(2, 0, 1)[None])
    vector = session.run(None, {"pictures": tensor})[0][0]
    return vector / np.linalg.norm(vector)


def index(directory, model):
    photos = sorted(str(path) for path in Path(directory).rglob("*.jpg"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    # The time limit is for a process that cannot load the model: it must not keep the others waiting for ever.
    ready = multiprocessing.Barrier(cores + 1, timeout=120)
    with multiprocessing.Pool(cores, start_process, (model, ready)) as pool:
        ready.wait()
        started = time.perf_counter()
        vectors = np.array(list(pool.imap_unordered(embed, photos, chunksize=2)))
        seconds = time.perf_counter() - started
    if not np.isfinite(vectors).all():
        sys.exit("a vector of the peer is not finite")
    return {"photos": len(photos), "processes": cores, "seconds": seconds}


def milliseconds(model, side):
    session = open_session(model)
    picture = np.random.default_rng(2).normal(0, 1, (1, 3, side, side)).astype(np.float32)
    name, times = session.get_inputs()[0].name, []
    for _ in range(210):
        started = time.perf_counter()
        session.run(None, {name: picture})
        times.append((time.perf_counter() - started) * 1000)
    return float(np.median(times[10:]))


def main():
    own = str(Path(sys.executable).parent.parent / "mobilenet_v3_small.onnx")
    parameters, with_classifier = mobilenet_v3_small(own)
    match sys.argv[1:]:
        case ["index", directory]:
            answer = index(directory, own)
        case ["model", model, side]:
            answer = {"same_model_ms": milliseconds(model, int(side)), "mobilenet_ms": milliseconds(own, 224)}
        case _:
            sys.exit(__doc__)
    print(json.dumps({**answer, "parameters": parameters, "parameters_with_classifier": with_classifier}))


if __name__ == "__main__":
    main()
