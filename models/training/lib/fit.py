"""One training loop for every network: one-cycle schedule, a checkpoint each epoch, resuming, a JSON of how it went."""
import math
import time
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from .device import BF16, DEVICE, autocast
from .run import weights_path, write_result


def frozen(net: nn.Module, path: Path) -> nn.Module:
    """`net` with the weights of `path`, ready to be asked."""
    if not path.exists():
        raise SystemExit(f'{path}: missing; models/training/README.md names the script that makes it')
    net.load_state_dict(torch.load(path, map_location=DEVICE))
    return net.to(DEVICE, memory_format=torch.channels_last).eval().requires_grad_(False)


@torch.no_grad()
def half_rounded(net: nn.Module) -> nn.Module:
    """`net` itself, every parameter of two or more dimensions rounded to FP16 and back. Biases, norms and buffers (DCT kernels) stay FP32."""
    for weight in net.parameters():
        if weight.dim() > 1:
            weight.copy_(weight.half().float())
    return net


def fit(data: str, name: str, net: nn.Module, loss_of, count: int, *, epochs: float, batch: int, rate: float, decay: float, seed: int,
        sgd: bool = False, beside: dict | None = None, validate=None, settings: dict | None = None) -> nn.Module:
    """Trains `net` and leaves cache/<data>/<name>.pt and results/<data>/train_<name>.json.

    `loss_of(rows, generator, share)` -> (loss, {figure: number}) for picture numbers `rows`, `share` of the training done in 0..1;
    `beside`: what else a checkpoint must hold (a discriminator, its optimiser); `validate()` -> figures at the end. A stopped run goes on where it was."""
    path = weights_path(data, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = path.with_suffix('.checkpoint')
    net.to(DEVICE, memory_format=torch.channels_last)
    groups = [{'params': [p for p in net.parameters() if p.requires_grad and p.dim() > 1], 'weight_decay': decay},
              {'params': [p for p in net.parameters() if p.requires_grad and p.dim() <= 1], 'weight_decay': 0.0}]
    optimiser = torch.optim.SGD(groups, rate, 0.9, nesterov=True) if sgd else torch.optim.AdamW(groups, rate)
    a_pass = count // batch
    total = max(1, round(a_pass * epochs))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total, pct_start=0.2, anneal_strategy='linear', cycle_momentum=False,
                                                   div_factor=10, final_div_factor=100)
    generator = torch.Generator().manual_seed(seed)
    kept = {'net': net, 'optimiser': optimiser, 'schedule': schedule} | (beside or {})
    step, spent, seen = 0, 0.0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=DEVICE, weights_only=False)
        for key, one in kept.items():
            one.load_state_dict(state[key])
        generator.set_state(state['generator'].cpu())
        step, spent = state['step'], state['seconds']
    began = time.time()
    with tqdm(total=total, initial=step, desc=f'{data} {name}', disable=None) as bar:
        while step < total:
            for rows in torch.randperm(count, generator=generator)[:a_pass * batch].split(batch):
                if step >= total:
                    break
                net.train()
                with autocast():
                    loss, figures = loss_of(rows, generator, step / total)
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(net.parameters(), 5.0)
                optimiser.step()
                schedule.step()
                step += 1
                seen.append({'loss': float(loss.detach())} | figures)
                bar.update()
                if bar.disable and step % 50 == 0:
                    print(f'{data} {name} {step}/{total} {spent + time.time() - began:.0f}s', averages(seen[-50:]), flush=True)
                if math.isnan(seen[-1]['loss']):
                    raise SystemExit(f'{name}: loss is not a number at step {step}')
            state = {key: one.state_dict() for key, one in kept.items()}
            torch.save(state | {'generator': generator.get_state(), 'step': step, 'seconds': spent + time.time() - began}, checkpoint)
    half_rounded(net.eval())  # what a bundle stores (halves.py) is what every table measures
    torch.save(net.state_dict(), path)
    checkpoint.unlink(missing_ok=True)
    figures = validate() if validate else {}
    write_result(data, f'train_{name}', {
        'seed': seed, 'steps': total, 'epochs': epochs, 'batch': batch, 'seconds': round(spent + time.time() - began),
        'weights': sum(p.numel() for p in net.parameters()), 'bf16': BF16, 'settings': settings or {}, 'last_100_steps': averages(seen[-100:]),
        'validation': figures})
    print(f'{data} {name}: {spent + time.time() - began:.0f}s', figures, flush=True)
    return net


def averages(rows: list[dict]) -> dict:
    return {key: round(sum(r.get(key, 0.0) for r in rows) / max(1, len(rows)), 4) for key in (rows[-1] if rows else {})}
