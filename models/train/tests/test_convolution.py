import pytest
import torch
from torch import nn
from convolution import Conv


@pytest.mark.parametrize("stride,side", [(1, 6), (2, 12), (2, 3), (1, 2)])
def test_gradients_are_those_of_a_plain_convolution(stride, side):
    torch.manual_seed(1)
    ours, plain = Conv(5, 7, 3, stride, 1, bias=False).double(), nn.Conv2d(5, 7, 3, stride, 1, bias=False).double()
    plain.load_state_dict(ours.state_dict())
    x = torch.randn(4, 5, side, side, dtype=torch.double)
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    for layer, given in zip((ours, plain), inputs):
        layer(given).square().sum().backward()
    assert torch.allclose(inputs[0].grad, inputs[1].grad)
    assert torch.allclose(ours.weight.grad, plain.weight.grad)
