"""Train the look-alike net; resumable. `python train.py --data DIR --out DIR` (README.md has the whole command line).

The schedule counts steps, never time: warm up, stay, decay linearly to zero over the last part. Resuming with another --steps
re-plans what is left; `stable.pt`, kept from before the decay, is the one to continue from.
"""
import argparse, copy, json, os, queue, threading, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
import torch
from torch.nn import functional as F
import data, evaluate, losses, optimiser
from augment import Draw, view
from net import MEAN, Net, STD

KINDS = ("small", "sharp", "drawn")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with photos64-*, photos224 and teacher/")
    parser.add_argument("--out", required=True, help="checkpoints, log and the decoded pictures go here")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--sizes", default="64:0.6,96:0.86,128:1", help="input size until which part of the steps")
    parser.add_argument("--decay", type=float, default=0.4, help="the last part of the steps, in which the rate falls to zero")
    parser.add_argument("--pairs", default="190,42,24", help="pairs a step: small, sharp, drawn")
    parser.add_argument("--muon-lr", type=float, default=0.06)
    parser.add_argument("--adam-lr", type=float, default=2e-3)
    parser.add_argument("--temperature", type=float, default=0.06)
    parser.add_argument("--weights", default="1,2.5,4,0.05", help="of the losses: copies, labels, teacher, spread")
    parser.add_argument("--ema", type=float, default=0.995)
    parser.add_argument("--save-every", type=int, default=100)
    parser.add_argument("--check-every", type=int, default=600)
    return parser.parse_args()


class Halves:
    """Runs the net on parts of the batch, each in a thread of its own, meeting twice a step only.

    PyTorch's own threads meet after every operation, which on a machine that others use too costs most of the time.
    """

    def __init__(self, net, parts, device):
        self.net, self.parts, self.device = net, parts, device
        self.pool = ThreadPoolExecutor(parts)

    def _forward(self, x):
        with torch.autocast(self.device, torch.bfloat16):
            return self.net(x)

    def forward(self, x):
        """The vectors of all pictures, cut off from the graph; each part has every so-maniest, so both views of a pair."""
        self.graphs = list(self.pool.map(self._forward, [x[k::self.parts] for k in range(self.parts)]))
        z = torch.empty(len(x), self.graphs[0].shape[1], device=x.device)
        for k, graph in enumerate(self.graphs):
            z[k::self.parts] = graph.detach()
        return z.requires_grad_()

    def backward(self, z):
        """Carry the gradient that arrived at the vectors on into the net."""
        list(self.pool.map(lambda k: self.graphs[k].backward(z.grad[k::self.parts]), range(self.parts)))


class Batches:
    """Pairs of views, made ahead by a thread of its own. The same seed and step give the same pairs."""

    def __init__(self, banks, args, start):
        self.args, self.device = args, args.device
        self.levels = [[torch.from_numpy(level).to(self.device) for level in bank.levels] for bank in banks]
        self.usable = [torch.from_numpy(np.flatnonzero(~bank.held_out)) for bank in banks]
        self.counts = [int(c) for c in args.pairs.split(",")]
        self.ready = queue.Queue(2)
        threading.Thread(target=self._run, args=(start,), daemon=True).start()

    def size(self, step):
        for part in self.args.sizes.split(","):
            size, until = part.split(":")
            if step < float(until) * self.args.steps:
                return int(size)
        return int(size)

    @torch.no_grad()
    def make(self, step):
        generator = torch.Generator().manual_seed(self.args.seed * 1_000_003 + step)
        draw, size = Draw(generator, self.device), self.size(step)
        chosen, a, b = [], [], []
        for levels, usable, count in zip(self.levels, self.usable, self.counts):
            which = usable[torch.randperm(len(usable), generator=generator)[:count]]
            chosen.append(which)
            picked = [level[which.to(self.device)] for level in levels]
            a.append(view(picked, size, draw, strong=False))
            b.append(view(picked, size, draw, strong=True))
        mean, std = (torch.tensor(v, device=self.device).view(1, 3, 1, 1) for v in (MEAN, STD))
        x = (torch.cat(a + b) - mean) / std
        return x.contiguous(memory_format=torch.channels_last), chosen

    def _run(self, step):
        while True:
            self.ready.put(self.make(step))
            step += 1


def targets(banks, args):
    """For each kind: soft labels (below 0 where a class is impossible) and the teacher's vector of each picture."""
    features = [torch.from_numpy(bank.teacher) for bank in banks]
    space = losses.teacher_space(torch.cat(features), 256).split([len(f) for f in features])
    small, sharp = (torch.from_numpy(bank.labels) for bank in banks[:2])
    generator = torch.Generator().manual_seed(args.seed)
    seen = torch.from_numpy(~banks[0].held_out)  # held-out pictures teach nothing, not even the probe
    believed, _, right = losses.teacher_labels(features[0][seen], small[seen], 200, 0.1, 0.5, generator)
    print(f"the probe on the teacher is right on {right:.3f} of the pictures it saw", flush=True)
    classes = int(sharp.max()) + 1
    soft = [torch.full((len(bank), classes), -1.0) for bank in banks]
    soft[0][seen, :200] = believed
    soft[1][:, 200:] = F.one_hot(sharp - 200, classes - 200).float() * 0.9 + 0.1 / (classes - 200)
    return [s.to(args.device) for s in soft], [t.to(args.device) for t in space], classes


def main():
    args = options()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "train.pid").write_text(str(os.getpid()))
    banks = data.load(args.data, out / "cache", args.seed)
    soft, space, classes = targets(banks, args)
    net = Net().to(args.device, memory_format=torch.channels_last)
    heads = losses.Heads(256, classes, 256).to(args.device)
    optimisers = optimiser.make(net, heads, args.muon_lr, args.adam_lr)
    average, step = copy.deepcopy(net).eval(), 0
    if (out / "last.pt").exists():
        state = torch.load(out / "last.pt", map_location=args.device, weights_only=True)
        for name, part in (("net", net), ("heads", heads), ("average", average), ("muon", optimisers[0][0]), ("adam", optimisers[1][0])):
            part.load_state_dict(state[name])
        step = state["step"]
        print(f"resumed at step {step}", flush=True)
    halves = Halves(net, args.threads if args.device == "cpu" else 1, args.device)
    weights = [float(w) for w in args.weights.split(",")]
    batches, kinds = Batches(banks, args, step), [int(c) for c in args.pairs.split(",")]
    held = evaluate.HeldOut(banks)

    def save(name):
        torch.save({"net": net.state_dict(), "heads": heads.state_dict(), "average": average.state_dict(), "step": step,
                    "muon": optimisers[0][0].state_dict(), "adam": optimisers[1][0].state_dict()}, out / f"{name}.part")
        (out / f"{name}.part").rename(out / f"{name}.pt")

    sums, since, start_decay = torch.zeros(6), time.perf_counter(), int(args.steps * (1 - args.decay))
    while step < args.steps:
        rate = min((step + 1) / 100, 1.0, (args.steps - step) / (args.steps * args.decay))
        for opt, base in optimisers:
            for group in opt.param_groups:
                group["lr"] = base * rate
        x, chosen = batches.ready.get()
        net.train()
        z = halves.forward(x)
        a, b = z.chunk(2)
        copies, found = losses.info_nce(a, b, args.temperature)
        labelled = sum(kinds[:2])
        label = torch.cat([soft[k][chosen[k].to(args.device)] for k in (0, 1)])
        teacher = torch.cat([s[i.to(args.device)] for s, i in zip(space, chosen)])
        labels = 0.6 * heads.label_loss(a[:labelled], label) + 0.4 * heads.label_loss(b[:labelled], label)
        taught = 0.5 * heads.teacher_loss(a, teacher) + 0.5 * heads.teacher_loss(b, teacher)
        apart = losses.spread(a)
        loss = weights[0] * copies + weights[1] * labels + weights[2] * taught + weights[3] * apart
        for opt, _ in optimisers:
            opt.zero_grad(set_to_none=True)
        loss.backward()
        halves.backward(z)
        for opt, _ in optimisers:
            opt.step()
        step += 1
        with torch.no_grad():  # the average starts short, so that early checkpoints are of use
            keep = min(args.ema, step / (step + 10))
            for slow, fast in zip(average.state_dict().values(), net.state_dict().values()):
                slow.lerp_(fast, 1 - keep) if slow.is_floating_point() else slow.copy_(fast)
        sums += torch.tensor([loss.item(), copies.item(), found.item(), labels.item(), taught.item(), apart.item()])
        if step % 25 == 0:
            speed = 25 * len(x) / (time.perf_counter() - since)
            print(f"{time.strftime('%H:%M:%S')} step {step} size {x.shape[-1]} rate {rate:.2f} loss %.3f copies %.3f found %.3f labels %.3f "
                  f"teacher %.3f spread %.3f views/s {speed:.0f}" % tuple((sums / 25).tolist()), flush=True)
            sums, since = torch.zeros(6), time.perf_counter()
        if step % args.save_every == 0 or step == args.steps:
            save("last")
        if step == start_decay:
            save("stable")
        if step % args.check_every == 0 or step == args.steps:
            size = x.shape[-1]
            print(json.dumps({"step": step, "size": size, **held.measure(average, args.device, size)}), flush=True)
            since = time.perf_counter()


if __name__ == "__main__":
    main()
