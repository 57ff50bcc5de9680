"""What is asked of the vectors, each loss by itself. Knows no optimiser and no data files."""
import torch
from torch import nn
from torch.nn import functional as F


def info_nce(a, b, temperature):
    """Each view must find its other view among all other views of the batch. Also says how often it does."""
    z = torch.cat([a, b])
    n = len(a)
    logits = z @ z.T / temperature
    logits.fill_diagonal_(float("-inf"))
    target = torch.arange(2 * n, device=z.device).roll(n)
    return F.cross_entropy(logits, target), (logits.argmax(1) == target).float().mean()


def spread(z):
    """Entropy of the vectors (KoLeo): the nearest neighbour within the batch should not be near."""
    with torch.no_grad():
        near = (z @ z.T).fill_diagonal_(-1).argmax(1)
    return -torch.log((z - z[near]).norm(dim=1) + 1e-4).mean()


class Heads(nn.Module):
    """What only training needs: a cosine classifier on the labels and a linear look from our vectors to the teacher's."""

    def __init__(self, dim, classes, teacher_dim):
        super().__init__()
        self.classes = nn.Parameter(torch.randn(classes, dim))
        self.scale = nn.Parameter(torch.tensor(2.7))
        self.teacher = nn.Linear(dim, teacher_dim)

    def label_loss(self, z, soft):
        """Cross entropy against soft labels; a class that is impossible for the picture's kind has a soft label below 0."""
        scale = self.scale.clamp(max=2.3).exp()  # at most 10: to be sure of a class, most of the vector must say so
        logits = z @ F.normalize(self.classes, dim=1).T * scale
        logits = logits.masked_fill(soft < 0, -1e4)
        return -(soft.clamp(min=0) * F.log_softmax(logits, 1)).sum(1).mean()

    def teacher_loss(self, z, target):
        return (1 - (F.normalize(self.teacher(z), dim=1) * target).sum(1)).mean()


def teacher_space(features, dim):
    """The teacher's features, centred, in their main directions, partly whitened: else a few strong directions drown the rest."""
    mean = features.mean(0)
    values, vectors = torch.linalg.eigh((features - mean).T @ (features - mean) / len(features))
    basis = vectors[:, -dim:] * values[-dim:].clamp(min=1e-6) ** -0.25
    return F.normalize((features - mean) @ basis, dim=1)


def teacher_labels(features, labels, classes, smoothing, trust, generator, epochs=12):
    """Soft labels: the true one, smoothed, mixed with what a linear probe on the teacher's features believes."""
    x = (features - features.mean(0)) / features.std(0).clamp(min=1e-3)
    probe = nn.Linear(x.shape[1], classes)
    nn.init.zeros_(probe.weight)
    optimiser = torch.optim.AdamW(probe.parameters(), 2e-3, weight_decay=0.1)
    for epoch in range(epochs):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1 - epoch / epochs)
        for i in torch.randperm(len(x), generator=generator).split(500):
            loss = F.cross_entropy(probe(x[i]), labels[i], label_smoothing=0.1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        belief = F.softmax(probe(x), 1)
        right = (belief.argmax(1) == labels).float().mean().item()
    hard = F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing / classes
    return (1 - trust) * hard + trust * belief, probe, right
