"""Muon for the convolutions, AdamW for the rest: with few steps, orthogonal updates get further than Adam's."""
import torch


def orthogonal(g):
    """Newton-Schulz: the nearest orthogonal matrix, roughly. Five rounds are enough.

    The rounds multiply by polynomials of the small matrix `g gᵀ` only, and the product meets `g` once: less than half the work.
    """
    x = g / (g.norm() + 1e-7)
    tall = len(x) > x.shape[1]
    x = x.T if tall else x
    gram, product, one = x @ x.T, None, torch.eye(len(x), device=x.device)
    for _ in range(5):
        step = 3.4445 * one - 4.7750 * gram + 2.0315 * gram @ gram
        product = step if product is None else step @ product
        gram = step @ gram @ step
    x = product @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Each weight is kept at norm sqrt(rows), as batch norm makes its length free; then lr is the relative step."""

    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.mul_(group["momentum"]).add_(p.grad)
                update = orthogonal((p.grad + group["momentum"] * buffer).flatten(1)).view_as(p)
                p.mul_(len(p) ** 0.5 / p.norm())
                p.add_(update, alpha=-group["lr"])


def make(net, heads, muon_lr, adam_lr):
    matrices = [p for name, p in net.named_parameters() if p.ndim == 4 and not name.startswith("stem")]
    chosen = {id(p) for p in matrices}
    decayed = [p for p in (*net.parameters(), *heads.parameters()) if id(p) not in chosen and p.ndim > 1]
    free = [p for p in (*net.parameters(), *heads.parameters()) if id(p) not in chosen and p.ndim <= 1]
    adam = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": free, "weight_decay": 0.0}], adam_lr, betas=(0.9, 0.98))
    return [(Muon(matrices, muon_lr), muon_lr), (adam, adam_lr)]
