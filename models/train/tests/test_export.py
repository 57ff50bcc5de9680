import onnx
import torch
from torch import nn
import losses
from export import TOLERATED, manifest, parity, to_onnx
from net import Lookalike, Net, TILE
from optimiser import orthogonal
from readout import shortening, summaries, whiten
from restore import restore

PLAIN = {"Conv", "Relu", "Add", "AveragePool", "GlobalAveragePool", "Pad", "Flatten", "Slice", "Concat", "Reshape", "Gemm",
         "Softmax", "Mul", "ReduceSum", "ReduceMax", "Sqrt", "Div"}
SIDE = 2 * TILE


def tiny(seed=1):
    """A net whose norms have seen something, or folding them would prove little."""
    torch.manual_seed(seed)
    net = Net((8, 12, 16, 16), (1, 2, 1, 1), 10)
    for part in net.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.5, 0.5)
            nn.init.uniform_(part.running_mean, -0.5, 0.5)
            nn.init.uniform_(part.running_var, 0.5, 2.0)
    return net.eval()


def published(seed=1, **shares):
    net = tiny(seed)
    return Lookalike(net, nn.Linear(3 * net.seen, 7), nn.Linear(7, 5, bias=False), **shares).eval()


def test_onnx_says_what_pytorch_says():
    model = published(tiles=0.4, copy_share=0.6)
    assert parity(model, to_onnx(model).SerializeToString()) <= TOLERATED


def test_only_plain_operators_and_a_free_batch_axis():
    model = to_onnx(published())
    assert {node.op_type for node in model.graph.node} <= PLAIN, "tract knows these and runs them well"
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert [output.name for output in model.graph.output] == ["embedding"]
    onnx.checker.check_model(model)


def test_the_vectors_have_unit_length():
    with torch.no_grad():
        assert torch.allclose(published()(torch.randn(3, 3, SIDE, SIDE)).norm(dim=1), torch.ones(3))


def test_a_picture_is_looked_at_whole_and_in_tiles():
    x = torch.arange(SIDE).float().expand(1, 3, SIDE, SIDE)  # every pixel says its column
    looks = Lookalike.looks(x)
    assert looks.shape == (6, 3, TILE, TILE)
    assert (looks[0, 0, 0, 0], looks[0, 0, 0, -1]) == (0.5, SIDE - 1.5), "the whole, two columns in one"
    assert [look[0, 0, 0].item() for look in looks[1:]] == [0, TILE, 0, TILE, TILE // 2], "the corners and the middle"


def test_training_goes_on_from_a_published_file(tmp_path):
    model, other = published(1), tiny(2)
    (tmp_path / "published.onnx").write_bytes(to_onnx(model).SerializeToString())
    looked_at = torch.randn(64, 3, TILE, TILE, generator=torch.Generator().manual_seed(3))
    restore(other, tmp_path / "published.onnx", looked_at)
    x = torch.randn(4, 3, TILE, TILE)
    with torch.no_grad():
        for ours, theirs in zip(other(x), model.net(x)):
            assert torch.allclose(ours, theirs, atol=1e-4)


def test_the_manifest_names_the_bytes():
    text = manifest(b"abc", 256, 64, {"same-picture": 0.8, "same-scene": 0.6, "similar": 0.4}, 1)
    assert "bytes = 3" in text and "copy = 64" in text and "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" in text


def test_pairs_that_agree_cost_less():
    z = nn.functional.normalize(torch.randn(16, 8), dim=1)
    same, found = losses.info_nce(z, z, z[:0], 0.1)
    other, _ = losses.info_nce(z, z.roll(1, 0), z[:0], 0.1)
    assert found == 1 and same < other


def test_muon_steps_are_about_orthogonal():
    values = torch.linalg.svdvals(orthogonal(torch.randn(12, 40)))
    assert values.min() > 0.4 and values.max() < 1.4


def test_the_discriminant_tells_labels_apart():
    generator = torch.Generator().manual_seed(4)
    labels = torch.arange(3).repeat(50)
    features = torch.randn(150, 6, generator=generator) * torch.tensor([3.0, 3, 3, 0.1, 0.1, 0.1])  # loud where it means nothing
    features[:, 3:] += nn.functional.one_hot(labels, 3)
    z = losses.Discriminant(features, labels, 2)(features)
    near = (z @ z.T).fill_diagonal_(-1).argmax(1)
    assert (labels[near] == labels).float().mean() > 0.95


def test_relations_are_met_by_the_teachers_own_vectors():
    z = nn.functional.normalize(torch.randn(16, 8), dim=1)
    assert losses.relations(z, z) < 1e-5 < losses.relations(z.roll(1, 0), z)


def test_the_fitted_layer_tells_labels_apart_whatever_the_scales():
    labels = torch.arange(4).repeat(50)
    features = torch.randn(200, 8, generator=torch.Generator().manual_seed(5)) * torch.tensor([9.0] * 4 + [0.1] * 4) + 5
    features[:, 4:] += nn.functional.one_hot(labels, 4)
    layer = losses.probe(features, losses.smooth(labels, 4), 200, torch.Generator().manual_seed(6))
    assert (layer(features).argmax(1) == labels).float().mean() > 0.95


def test_the_summary_keeps_the_whole_the_tiles_and_the_most():
    seen = torch.tensor([[[1.0, 9.0]], [[2.0, 4.0]], [[4.0, 2.0]]])
    assert Lookalike.summary(seen).tolist() == [[1, 9, 3, 3, 4, 9]]


def test_summaries_come_in_order_and_hold_on_to_no_graph():
    net = tiny()
    pictures = torch.randint(0, 256, (5, 3, SIDE, SIDE), generator=torch.Generator().manual_seed(7)).byte().numpy()
    together, one = summaries(net, pictures, batch=2), summaries(net, pictures[4:])
    assert together.shape == (5, 3 * net.seen) and torch.allclose(together[4:], one, atol=1e-4)
    assert not together.requires_grad, "the graphs of 50,000 pictures would fill the memory"


def test_a_whitened_layer_varies_alike_in_its_main_directions():
    seen = torch.randn(500, 6, generator=torch.Generator().manual_seed(8)) * torch.tensor([5.0, 3, 1, 1, 0.5, 0.5]) + 2
    whitened = whiten(nn.Linear(6, 4), seen, 3, least=0)
    with torch.no_grad():
        assert torch.allclose(torch.cov(whitened(seen).T), torch.eye(3), atol=0.02) and whitened(seen).mean(0).abs().max() < 1e-3


def test_a_shortened_sense_part_keeps_how_alike_pictures_are():
    generator = torch.Generator().manual_seed(9)
    likely = torch.softmax(torch.randn(300, 4, generator=generator) @ torch.randn(4, 20, generator=generator) * 3, 1)
    unit = nn.functional.normalize(likely, dim=1)
    with torch.no_grad():
        short = nn.functional.normalize(shortening(likely, 12)(likely), dim=1)
    assert short.shape == (300, 12) and (short @ short.T - unit @ unit.T).abs().mean() < 0.02
