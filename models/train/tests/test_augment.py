import pytest
import torch
from augment import Draw, bases, blur, geometry, jpeg, pair, part, plain, sample, view
import procedural


def pictures(n=12, size=64):
    return torch.randint(0, 256, (n, 3, size, size), generator=torch.Generator().manual_seed(2)).byte()


def draw(seed=1):
    return Draw(torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("strong", [False, True])
@pytest.mark.parametrize("size", [32, 96])
def test_views_have_the_asked_shape_and_stay_in_range(strong, size):
    out = view([pictures(), pictures(size=32)], size, draw(), strong)
    assert out.shape == (12, 3, size, size)
    assert out.isfinite().all() and out.min() >= 0 and out.max() <= 1


def test_the_same_seed_gives_the_same_views():
    one, two, other = (view([pictures()], 48, draw(seed), True) for seed in (4, 4, 5))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


def test_the_pictures_in_memory_are_left_alone():
    source = pictures()
    before = source.clone()
    view([source], 48, draw(), True)
    assert torch.equal(source, before), "later steps read them again"


def test_crops_stay_within_the_picture():
    theta, side = geometry(500, draw(), False)
    reach = theta[:, :, :2].abs().sum(2) + theta[:, :, 2].abs()
    assert (reach <= 1 + 1e-5).all() and (side <= 1).all()


def test_parts_stay_within_the_picture_also_where_they_slip():
    draws = draw()
    base = bases(500, draws)
    assert (base[:, 0] < 0.6).any() and (base[:, 0] == 1).any(), "tiles and wholes"
    for theta in (geometry(500, draws, False, base)[0], part(500, draws)[0]):
        reach = theta[:, :, :2].abs().sum(2) + theta[:, :, 2].abs()
        assert (reach <= 1 + 1e-5).all()


def test_pairs_and_plain_views_have_the_asked_shape():
    first, second = pair([pictures()], 64, draw())
    assert first.shape == second.shape == plain([pictures()], 64, draw()).shape == (12, 3, 64, 64)


def test_no_map_no_change():
    source = pictures(4, 32)
    theta = torch.tensor([[1.0, 0, 0], [0, 1, 0]]).expand(4, 2, 3)
    assert torch.allclose(sample([source], theta, torch.ones(4), 32, draw()), source.float() / 255, atol=1e-4)


def test_blur_keeps_flat_colours_and_calms_noise():
    assert torch.allclose(blur(torch.full((2, 3, 32, 32), 0.3), torch.tensor([1.0, 3.0])), torch.tensor(0.3), atol=1e-5)
    noise = torch.rand(1, 3, 64, 64)
    assert blur(noise, torch.tensor([2.0])).std() < noise.std() / 3


def test_jpeg_loses_more_at_lower_quality():
    x = torch.rand(2, 3, 32, 32)
    loss = (jpeg(x, torch.tensor([90.0, 10.0])) - x).square().mean((1, 2, 3))
    assert 0 < loss[0] < loss[1]


def test_drawn_pictures_are_seeded():
    for seed in range(30):
        one, two = procedural.picture(seed), procedural.picture(seed)
        assert one.size == (procedural.SIZE, procedural.SIZE) and one.mode == "RGB" and one.tobytes() == two.tobytes()
