import onnx
import torch
from torch import nn
import losses
from export import TOLERATED, manifest, parity, to_onnx
from net import Net
from optimiser import orthogonal

PLAIN = {"Conv", "Relu", "Add", "GlobalAveragePool", "Flatten", "Gemm", "Mul", "ReduceSum", "Sqrt", "Div"}


def tiny():
    """A net whose norms have seen something, or folding them would prove little."""
    torch.manual_seed(1)
    net = Net((8, 12, 16, 16), (1, 2, 1, 1), 10)
    for part in net.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.5, 0.5)
            nn.init.uniform_(part.running_mean, -0.5, 0.5)
            nn.init.uniform_(part.running_var, 0.5, 2.0)
    return net.eval()


def test_onnx_says_what_pytorch_says():
    net = tiny()
    assert parity(net, to_onnx(net, 64).SerializeToString(), 64) <= TOLERATED


def test_only_plain_operators_and_a_free_batch_axis():
    model = to_onnx(tiny(), 64)
    assert {node.op_type for node in model.graph.node} <= PLAIN, "tract knows these and runs them well"
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert [output.name for output in model.graph.output] == ["embedding"]
    onnx.checker.check_model(model)


def test_the_vectors_have_unit_length():
    with torch.no_grad():
        assert torch.allclose(tiny()(torch.randn(3, 3, 64, 64)).norm(dim=1), torch.ones(3))


def test_the_manifest_names_the_bytes():
    text = manifest(b"abc", {"same-picture": 0.8, "same-scene": 0.6, "similar": 0.4}, 256, 128, 1)
    assert "bytes = 3" in text and "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" in text


def test_pairs_that_agree_cost_less():
    z = nn.functional.normalize(torch.randn(16, 8), dim=1)
    same, found = losses.info_nce(z, z, 0.1)
    other, _ = losses.info_nce(z, z.roll(1, 0), 0.1)
    assert found == 1 and same < other


def test_muon_steps_are_about_orthogonal():
    values = torch.linalg.svdvals(orthogonal(torch.randn(12, 40)))
    assert values.min() > 0.4 and values.max() < 1.4
