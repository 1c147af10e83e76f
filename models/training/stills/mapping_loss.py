"""What a repaired picture is held to (doi:10.14801/jkiit.2021.19.8.67, equation 3, and our sparsity); the guide and
the discriminator stand with their scripts."""
import torch
import torch.nn.functional as F
from torch import Tensor

CLEAN, SPARSE, GATE = 1.0, 0.002, 0.2


def repair_loss(x: Tensor, out: Tensor, told: Tensor | None, clean: int,
                terms: set[str] | None = None) -> tuple[Tensor, dict]:
    """|M(x') - x| + |M(x) - x| + sparsity; -> the loss and its figures. x [B, 3, S, S] what should come out, out M's,
    the first `clean` of them from clean pictures.

    Sparsity: the mean of g * m, and the gate told which pictures are attacked; left to the other terms alone the gate
    shuts for good within 300 steps. `terms`: of 'clean' and 'sparsity' those to use, both where it is None; `told` as
    Ismn gives it."""
    off = (out - x).abs().mean((1, 2, 3))
    loss = off[clean:].mean()
    figures = {'off_clean': float(off[:clean].detach().mean()), 'off_attacked': float(off[clean:].detach().mean())}
    if terms is None or 'clean' in terms:
        loss = loss + CLEAN * off[:clean].mean()
    if told is not None and (terms is None or 'sparsity' in terms):
        gate, sparse = told.float().unbind(1)
        loss = loss + SPARSE * sparse.mean() + GATE * F.binary_cross_entropy_with_logits(
            gate, (torch.arange(len(gate), device=gate.device) >= clean).float())
        figures |= {
            'sparse_clean': float(sparse[:clean].detach().mean()), 'sparse_attacked': float(
                sparse[clean:].detach().mean()), 'gate_clean': float(torch.sigmoid(gate[:clean]).detach().mean()),
            'gate_attacked': float(torch.sigmoid(gate[clean:]).detach().mean())}
    return loss, figures
