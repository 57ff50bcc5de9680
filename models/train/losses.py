"""What is asked of the vectors, each loss by itself. Knows no optimiser and no data files."""
import torch
from torch import nn
from torch.nn import functional as F


def info_nce(a, b, others, temperature):
    """Each view must find its other view among all other views of the batch and `others`. Also says how often it does."""
    z = torch.cat([a, b])
    n = len(a)
    logits = z @ torch.cat([z, others]).T / temperature
    logits.fill_diagonal_(float("-inf"))
    target = torch.arange(2 * n, device=z.device).roll(n)
    return F.cross_entropy(logits, target), (logits.argmax(1) == target).float().mean()


def spread(z):
    """Entropy of the vectors (KoLeo): the nearest neighbour within the batch should not be near."""
    with torch.no_grad():
        near = (z @ z.T).fill_diagonal_(-1).argmax(1)
    return -torch.log((z - z[near]).norm(dim=1) + 1e-4).mean()


def relations(z, teacher, temperature=0.1):
    """The neighbours that a picture has within the batch should be those that the teacher gives it (both of unit length)."""
    own = torch.eye(len(z), dtype=torch.bool, device=z.device)
    ours = F.log_softmax((z @ z.T / temperature).masked_fill(own, -1e4), 1)
    theirs = F.softmax((teacher @ teacher.T / temperature).masked_fill(own, -1e4), 1)
    return F.kl_div(ours, theirs, reduction="batchmean")


class Heads(nn.Module):
    """What only training needs: a short vector of what was seen, a cosine classifier on it, and a linear look from it to the teacher's space."""

    def __init__(self, seen, dim, classes, teacher_dim):
        super().__init__()
        self.sense = nn.Linear(seen, dim)
        self.classes = nn.Parameter(torch.randn(classes, dim))
        self.scale = nn.Parameter(torch.tensor(2.5))
        self.teacher = nn.Linear(dim, teacher_dim)

    def short(self, seen):
        """What was seen as a vector of unit length, (n, dim)."""
        return F.normalize(self.sense(seen), dim=1)

    def label_loss(self, z, soft):
        """Cross entropy against soft labels, for each picture; a class that is impossible for its kind has a soft label below 0."""
        scale = self.scale.clamp(max=2.8).exp()  # at most 16: to be sure of a class, most of the vector must say so
        logits = z @ F.normalize(self.classes, dim=1).T * scale
        logits = logits.masked_fill(soft < 0, -1e4)
        return -(soft.clamp(min=0) * F.log_softmax(logits, 1)).sum(1)

    def teacher_loss(self, z, target):
        """One minus the cosine to the teacher's vector, for each picture."""
        return 1 - (F.normalize(self.teacher(z), dim=1) * target).sum(1)


class Discriminant:
    """Features in the directions that tell the labels apart, of unit length (linear discriminant analysis): whitened by the
    spread within the labels, then the main directions of the labels' means.

    Of the teacher's features, 0.23 of a held-out picture's ten nearest are then of its label; as they are, 0.15.
    """

    def __init__(self, features, labels, dim, shrink=0.05):
        self.mean, count = features.mean(0), features.shape[1]
        centred = (features - self.mean).double()
        sums = torch.zeros(int(labels.max()) + 1, count, dtype=torch.float64).index_add_(0, labels, centred)
        means = sums / labels.bincount().clamp(min=1)[:, None]
        within = centred - means[labels]
        within = within.T @ within / len(within)
        within = (1 - shrink) * within + shrink * within.trace() / count * torch.eye(count, dtype=torch.float64)
        values, vectors = torch.linalg.eigh(within)
        whiten = vectors * values ** -0.5
        _, main = torch.linalg.eigh(whiten.T @ means.T @ means @ whiten)
        self.basis = (whiten @ main[:, -dim:]).float()

    def __call__(self, features):
        return F.normalize((features - self.mean) @ self.basis, dim=1)


def probe(features, soft, epochs, generator):
    """A linear layer from features to labels, fitted to soft labels (n, labels); the features' scales do not matter."""
    mean, std = features.mean(0), features.std(0).clamp(min=1e-3)
    x, layer = (features - mean) / std, nn.Linear(features.shape[1], soft.shape[1])
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimiser = torch.optim.AdamW(layer.parameters(), weight_decay=0.1)
    for epoch in range(epochs):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1 - epoch / epochs)
        for i in torch.randperm(len(x), generator=generator).split(500):
            loss = F.cross_entropy(layer(x[i]), soft[i])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        layer.weight.div_(std)
        layer.bias.sub_(layer.weight @ mean)
    return layer


def smooth(labels, classes, smoothing=0.1):
    """Soft labels that are nearly sure of the true one."""
    return F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing / classes


@torch.no_grad()
def teacher_labels(features, labels, classes, trust, generator):
    """Soft labels: the true one, smoothed, mixed with what a linear probe on the teacher's features believes."""
    hard = smooth(labels, classes)
    with torch.enable_grad():
        layer = probe(features, hard, 12, generator)
    belief = F.softmax(layer(features), 1)
    right = (belief.argmax(1) == labels).float().mean().item()
    return (1 - trust) * hard + trust * belief, right
