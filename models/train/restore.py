"""Weights back out of a published ONNX file, so that training goes on from it where no checkpoint is left.

Export folded each norm into its convolution. Here the folded weights become the convolution's, and the norm after it is set so that,
on the pictures given, it changes nothing but adds the folded bias. Training then goes on as if from a checkpoint without moments.
"""
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from export import gathered


def _norms(net):
    """Each norm of the net with the name of its convolution in the ONNX file, and the convolution."""
    yield "stem", net.stem[0], net.stem[1]
    for i, block in enumerate(net.blocks):
        yield f"block{i}.first", *block.first
        yield f"block{i}.second", *block.second
        if not isinstance(block.shortcut, nn.Identity):
            yield f"block{i}.shortcut", *block.shortcut[-2:]


@torch.no_grad()
def restore(net, path, pictures):
    """Fills `net` from the ONNX file at `path`; `pictures` (n, 3, s, s) normalised, a few hundred, settle the norms."""
    stored = {w.name: torch.tensor(numpy_helper.to_array(w)) for w in onnx.load(path).graph.initializer}
    hooks = []
    for name, conv, norm in _norms(net):
        weight, bias = stored[f"{name}.weight"], stored[f"{name}.bias"]
        if weight.dim() == 2:
            weight, bias = gathered(weight), bias[::4]
        if weight.shape[-1] != conv.weight.shape[-1]:  # pooling was folded in as equal parts
            weight = weight.sum((2, 3), keepdim=True)
        conv.weight.copy_(weight)

        def settle(norm, inputs, bias=bias):
            x = inputs[0]
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(var)
            norm.weight.copy_((var + norm.eps).sqrt())
            norm.bias.copy_(mean + bias.to(mean.device))
        hooks.append(norm.register_forward_pre_hook(settle))
    was_training = net.training
    net.eval()(pictures)
    net.train(was_training)
    for hook in hooks:
        hook.remove()
    # Of the copy part only the main directions are published; the others begin anew, small enough not to disturb them.
    published = len(stored["copy.bias"])
    net.copy.weight[:published] = stored["copy.weight"]
    net.copy.bias[:published] = stored["copy.bias"]
    net.copy.weight[published:] *= 0.1
    net.copy.bias[published:] = 0
