"""Train the look-alike net; resumable. `python train.py --data DIR --out DIR` (README.md has the whole command line).

The schedule counts steps, never time: warm up, stay, decay linearly to zero over the last part. Resuming with another --steps
re-plans what is left; `stable.pt`, kept from before the decay, is the one to continue from.
"""
import argparse, copy, os, queue, threading, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
import torch
from torch.nn import functional as F
import data, losses, optimiser
from augment import Draw, blend, pair, plain
from net import COPY, MEAN, Net, STD
from restore import restore

SENSE, TEACHER = 128, 128  # numbers in the short vector of what is seen, and in what is kept of the teacher's


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with photos64-*, photos224 and teacher/")
    parser.add_argument("--out", required=True, help="checkpoints, log and the decoded pictures go here")
    parser.add_argument("--cache", help="where decoded pictures and the teacher's features are kept [default: OUT/cache]")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--start", help="a published ONNX file to go on from, where there is no checkpoint")
    parser.add_argument("--sizes", default="64:0.1,48:1", help="side of the views until which part of the steps; multiples of 16")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], help="of the convolutions [default: bfloat16 where it is quick]")
    parser.add_argument("--decay", type=float, default=0.4, help="the last part of the steps, in which the rate falls to zero")
    parser.add_argument("--pairs", default="48,36,20", help="pairs of views a step, for copies: small, sharp, drawn")
    parser.add_argument("--plain", default="156,20,0", help="plain views a step, for what is shown: small, sharp, drawn")
    parser.add_argument("--blend", type=float, default=0.5, help="the part of the plain views that are mixed with another")
    parser.add_argument("--muon-lr", type=float, default=0.03)
    parser.add_argument("--adam-lr", type=float, default=2e-3)
    parser.add_argument("--temperature", type=float, default=0.06)
    parser.add_argument("--weights", default="1,2,1,1,0.05", help="of the losses: copies, labels, teacher, relations, spread")
    parser.add_argument("--ema", type=float, default=0.995)
    parser.add_argument("--save-every", type=int, default=100)
    args = parser.parse_args()
    if not args.precision:  # processors that lack the instructions emulate bfloat16, twenty times slower
        quick = args.device != "cpu" or torch.backends.cpu.get_cpu_capability() not in ("DEFAULT", "AVX2")
        args.precision = "bfloat16" if quick else "float32"
    return args


class Halves:
    """Runs the net on parts of the batch, each in a thread of its own, meeting twice a step only.

    PyTorch's own threads meet after every operation, which on a machine that others use too costs most of the time.
    """

    def __init__(self, net, parts, device, precision):
        self.net, self.parts, self.device, self.precision = net, parts, device, getattr(torch, precision)
        self.pool = ThreadPoolExecutor(parts)

    def _forward(self, x):
        with torch.autocast(self.device, torch.bfloat16, enabled=self.precision == torch.bfloat16):
            return torch.cat(self.net(x), 1)

    def forward(self, x):
        """Copy part and what was seen of all pictures, side by side, cut off from the graph; each part of the batch has every so-maniest."""
        self.graphs = list(self.pool.map(self._forward, [x[k::self.parts] for k in range(self.parts)]))
        z = torch.empty(len(x), self.graphs[0].shape[1], device=x.device)
        for k, graph in enumerate(self.graphs):
            z[k::self.parts] = graph.detach()
        return z.requires_grad_()

    def backward(self, z):
        """Carry the gradient that arrived at the vectors on into the net."""
        list(self.pool.map(lambda k: self.graphs[k].backward(z.grad[k::self.parts]), range(self.parts)))


class Batches:
    """Views, made ahead by a thread of its own. The same seed and step give the same views."""

    def __init__(self, banks, args, start):
        self.args, self.device = args, args.device
        self.levels = [[torch.from_numpy(level).to(self.device) for level in bank.levels] for bank in banks]
        self.usable = [torch.from_numpy(np.flatnonzero(~bank.held_out)) for bank in banks]
        self.pairs, self.plain = ([int(c) for c in counts.split(",")] for counts in (args.pairs, args.plain))
        self.ready = queue.Queue(2)
        threading.Thread(target=self._run, args=(start,), daemon=True).start()

    def size(self, step):
        parts = [part.split(":") for part in self.args.sizes.split(",")]
        return next((int(size) for size, until in parts if step < float(until) * self.args.steps), int(parts[-1][0]))

    def _choose(self, counts, size, draw, look):
        """`look` at so many random pictures of each kind: what it gives, and which they were, as (kind, numbers)."""
        views, chosen = [], []
        for kind, count in enumerate(counts):
            which = self.usable[kind][torch.randperm(len(self.usable[kind]), generator=draw.generator)[:count]]
            chosen.append((kind, which))
            if count:
                views.append(look([level[which.to(self.device)] for level in self.levels[kind]], size, draw))
        return views, chosen

    @torch.no_grad()
    def make(self, step):
        """The net's input: first views of all pairs, their second views, plain views; which pictures the pairs and plain views show;
        and how much of each plain view, of each kind, is its own."""
        draw = Draw(torch.Generator().manual_seed(self.args.seed * 1_000_003 + step), self.device)
        size = self.size(step)
        pairs, paired = self._choose(self.pairs, size, draw, pair)
        singles, single = self._choose(self.plain, size, draw, plain)
        own = [blend(views, draw, self.args.blend) for views in singles]
        mean, std = (torch.tensor(v, device=self.device).view(1, 3, 1, 1) for v in (MEAN, STD))
        x = (torch.cat([a for a, _ in pairs] + [b for _, b in pairs] + singles) - mean) / std
        return x.contiguous(memory_format=torch.channels_last), paired, single, own

    def _run(self, step):
        while True:
            self.ready.put(self.make(step))
            step += 1


class Targets:
    """What is known of each picture: soft labels (below 0 where a class is impossible) and the teacher's vector."""

    def __init__(self, banks, args, trust=0.5):
        """`trust`: how much of a soft label is what the teacher believes."""
        features = [torch.from_numpy(bank.teacher) for bank in banks]
        small, sharp = (torch.from_numpy(bank.labels) for bank in banks[:2])
        generator = torch.Generator().manual_seed(args.seed)
        seen = torch.from_numpy(~banks[0].held_out)  # held-out pictures teach nothing, not even the probe
        believed, right = losses.teacher_labels(features[0][seen], small[seen], 200, trust, generator)
        print(f"the probe on the teacher is right on {right:.3f} of the pictures it saw", flush=True)
        space = losses.Discriminant(features[0][seen], small[seen], TEACHER)
        self.classes = int(sharp.max()) + 1
        soft = [torch.full((len(bank), self.classes), -1.0) for bank in banks]
        soft[0][seen, :200] = believed
        soft[1][:, 200:] = losses.smooth(sharp - 200, self.classes - 200)
        self.soft = [s.to(args.device) for s in soft]
        self.space = [space(f).to(args.device) for f in features]

    def of(self, chosen, own=None):
        """Soft labels and the teacher's vectors of the chosen pictures, in their order; pictures of no label have no label above 0.

        `own` says, for each kind that is chosen at all, how much of each view is its own; the rest is of the one before it.
        """
        def mixed(rows, own):
            return rows if own is None else own[:, None] * rows + (1 - own[:, None]) * rows.roll(1, 0)
        shares = iter(own or ())
        shares = [next(shares) if own and len(which) else None for _, which in chosen]
        soft, space = ([mixed(rows[kind][which.to(rows[kind].device)], share) for (kind, which), share in zip(chosen, shares)]
                       for rows in (self.soft, self.space))
        return torch.cat(soft), F.normalize(torch.cat(space), dim=1)


# How far a view can be asked what the whole picture shows: first views, second (edited) views, plain views.
TRUST = (0.5, 0.25, 1.0)


def ask(z, heads, targets, paired, single, own, args):
    """All losses of one step by name, unweighted, and how often copies are found; `z` as Halves.forward gives it."""
    pairs = sum(len(which) for _, which in paired)
    copy, sense = z[:, :COPY], heads.short(z[:, COPY:])
    a, b, others = copy[:pairs], copy[pairs:2 * pairs], copy[2 * pairs:]
    copies, found = losses.info_nce(a, b, others, args.temperature)
    soft, teacher = (torch.cat([pair, pair, plain]) for pair, plain in zip(targets.of(paired), targets.of(single, own)))
    trust = torch.cat([torch.full((n,), t) for n, t in zip((pairs, pairs, len(sense) - 2 * pairs), TRUST)]).to(z.device)
    trust = trust / trust.sum()
    return {"copies": copies, "labels": (heads.label_loss(sense, soft) * trust).sum(), "teacher": (heads.teacher_loss(sense, teacher) * trust).sum(),
            "relations": losses.relations(sense[2 * pairs:], teacher[2 * pairs:]), "spread": losses.spread(a)}, found


def follow(average, net, step, keep):
    """The running average of the weights; it starts short, so that early checkpoints are of use."""
    keep = min(keep, step / (step + 10))
    with torch.no_grad():
        for slow, fast in zip(average.state_dict().values(), net.state_dict().values()):
            slow.lerp_(fast, 1 - keep) if slow.is_floating_point() else slow.copy_(fast)


def main():
    args = options()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "train.pid").write_text(str(os.getpid()))
    banks = data.load(args.data, args.cache or out / "cache", args.seed)
    targets = Targets(banks, args)
    net = Net().to(args.device, memory_format=torch.channels_last)
    heads = losses.Heads(net.seen, SENSE, targets.classes, TEACHER).to(args.device)
    saved = torch.load(out / "last.pt", map_location=args.device, weights_only=True) if (out / "last.pt").exists() else None
    step = saved["step"] if saved else 0
    batches = Batches(banks, args, step)
    if args.start and not saved:
        restore(net, args.start, batches.make(0)[0])
        print(f"goes on from {args.start}", flush=True)
    optimisers = optimiser.make(net, heads, args.muon_lr, args.adam_lr)
    average = copy.deepcopy(net).eval()
    parts = {"net": net, "heads": heads, "average": average, "muon": optimisers[0][0], "adam": optimisers[1][0]}
    if saved:
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        print(f"resumed at step {step}", flush=True)

    def save(name):
        torch.save({"step": step, **{key: part.state_dict() for key, part in parts.items()}}, out / f"{name}.part")
        (out / f"{name}.part").rename(out / f"{name}.pt")

    halves = Halves(net, args.threads if args.device == "cpu" else 1, args.device, args.precision)
    weights = [float(w) for w in args.weights.split(",")]
    sums, since, start_decay = {}, time.perf_counter(), int(args.steps * (1 - args.decay))
    while step < args.steps:
        rate = min((step + 1) / 100, 1.0, (args.steps - step) / (args.steps * args.decay))
        for opt, base in optimisers:
            for group in opt.param_groups:
                group["lr"] = base * rate
        x, paired, single, own = batches.ready.get()
        net.train()
        z = halves.forward(x)
        asked, found = ask(z, heads, targets, paired, single, own, args)
        loss = sum(weight * value for weight, value in zip(weights, asked.values(), strict=True))
        for opt, _ in optimisers:
            opt.zero_grad(set_to_none=True)
        loss.backward()
        halves.backward(z)
        for opt, _ in optimisers:
            opt.step()
        step += 1
        follow(average, net, step, args.ema)
        for name, value in {"loss": loss, "found": found, **asked}.items():
            sums[name] = sums.get(name, 0) + value.item() / 25
        if step % 25 == 0:
            speed = 25 * len(x) / (time.perf_counter() - since)
            shown = " ".join(f"{name} {value:.3f}" for name, value in sums.items())
            print(f"{time.strftime('%H:%M:%S')} step {step} size {x.shape[-1]} rate {rate:.2f} {shown} views/s {speed:.0f}", flush=True)
            sums, since = {}, time.perf_counter()
        if step % args.save_every == 0 or step == args.steps:
            save("last")
        if step == start_decay:
            save("stable")


if __name__ == "__main__":
    main()
