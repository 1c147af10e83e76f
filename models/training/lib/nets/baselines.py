"""Networks of published defences, re-implemented for comparison; stills/ways/baseline.py trains them, their weights
are not shipped.

All work on cells of `fold` x `fold` pixels, so that a CPU can train them at 512x512. Pictures float [B, 3, S, S] in
0..1 -> the same.
magnet     Meng and Chen, "MagNet: a two-pronged defense against adversarial examples", CCS 2017; code Trevillie/MagNet
ddsa       Bakhti, Fezza, Hamidouche, Deforges, "DDSA: a defense against adversarial attacks using deep denoising
           sparse autoencoder", IEEE Access 2019
hgd        Liao et al., "Defense against adversarial attacks using high-level representation guided denoiser", CVPR 2018
celebanet  the paper's reference 16, known to us by its name and its two figures alone; see CelebANet"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

TEMPERATURES = (10, 40)   # of MagNet's divergence detectors on CIFAR-10
MAGNET_RATE = 0.001       # of clean validation pictures that each of its detectors may flag
SPARSE_MEAN = 0.05        # DDSA: wanted mean activation of each code channel
LATENT_STEP = 0.25        # CelebANet: largest change of a code value, in deviations of the picture's code


class MagNet(nn.Module):
    """Its CIFAR-10 autoencoder: three 3x3 convolutions with sigmoid, 32 channels. It is detector and reformer both."""

    def __init__(self, fold: int):
        super().__init__()
        self.fold, cell = fold, 3 * fold ** 2
        self.layers = nn.ModuleList([
            nn.Conv2d(cell, 32, 3, padding=1),
            nn.Conv2d(32, 32, 3, padding=1),
            nn.Conv2d(32, cell, 3, padding=1)])

    def forward(self, x: Tensor) -> Tensor:
        x = F.pixel_unshuffle(x, self.fold)
        for layer in self.layers:
            x = torch.sigmoid(layer(x))
        return F.pixel_shuffle(x, self.fold)


def divergence(p: Tensor, q: Tensor) -> Tensor:
    """Jensen-Shannon divergence in nats of distributions [B, classes] -> [B]."""
    middle = ((p + q) / 2).clamp_min(1e-12).log()
    return (F.kl_div(middle, p, reduction='none') + F.kl_div(middle, q, reduction='none')).sum(1) / 2


def magnet_marks(x: Tensor, reformed: Tensor, logits: Tensor, reformed_logits: Tensor) -> dict[str, Tensor]:
    """Each detector's mark [B], higher means attacked: mean reconstruction error L1 and L2, divergence of the target's
    softened outputs.

    Divergence in float64: at T = 40 the divergence of like outputs is near float32's last digit."""
    off = x - reformed
    marks = {'l1': off.abs().mean((1, 2, 3)), 'l2': off.square().mean((1, 2, 3))}
    return marks | {
        f'js{t}': divergence(F.softmax(logits.double() / t, 1), F.softmax(reformed_logits.double() / t, 1)).float()
        for t in TEMPERATURES}


def magnet_threshold(marks: Tensor) -> float:
    """MagNet's rule: the k-th largest mark of clean validation pictures, k = rate * n and at least 1. A mark from
    there on is flagged."""
    return float(marks.sort(descending=True).values[max(1, int(MAGNET_RATE * len(marks))) - 1])


class Ddsa(nn.Module):
    """A denoising autoencoder; `code` in 0..1 is kept sparse by `sparsity` in training. The layers are our choice."""

    def __init__(self, fold: int):
        super().__init__()
        self.fold, cell = fold, 3 * fold ** 2
        self.encoder = nn.Sequential(nn.Conv2d(cell, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 128, 3, padding=1),
                                     nn.Sigmoid())
        self.decoder = nn.Sequential(nn.Conv2d(128, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, cell, 3, padding=1),
                                     nn.Sigmoid())

    def code(self, x: Tensor) -> Tensor:
        return self.encoder(F.pixel_unshuffle(x, self.fold))

    def decoded(self, code: Tensor) -> Tensor:
        return F.pixel_shuffle(self.decoder(code), self.fold)

    def forward(self, x: Tensor) -> Tensor:
        return self.decoded(self.code(x))


def sparsity(code: Tensor) -> Tensor:
    """KL of Bernoulli(SPARSE_MEAN) from each channel's mean activation, averaged over channels. code [B, C, h, w] in
    0..1."""
    mean, wanted = code.float().mean((0, 2, 3)).clamp(1e-6, 1 - 1e-6), SPARSE_MEAN
    return (wanted * (wanted / mean).log() + (1 - wanted) * ((1 - wanted) / (1 - mean)).log()).mean()


class Twice(nn.Sequential):
    """Two times 3x3 convolution, normalisation, ReLU."""

    def __init__(self, i: int, o: int, stride: int = 1):
        super().__init__(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(),
                         nn.Conv2d(o, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())


class Hgd(nn.Module):
    """DUNET: a U-Net of three scales that gives the correction, x + dx; narrower than the source's. Zero at the
    start."""

    def __init__(self, fold: int):
        super().__init__()
        self.fold, cell = fold, 3 * fold ** 2
        self.high, self.mid, self.low = Twice(cell, 48), Twice(48, 96, 2), Twice(96, 96, 2)
        self.join_mid, self.join_high = Twice(192, 96), Twice(144, 48)
        self.leave = nn.Conv2d(48, cell, 1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: Tensor) -> Tensor:
        high = self.high(F.pixel_unshuffle(x, self.fold))
        mid = self.mid(high)
        low = F.interpolate(self.low(mid), scale_factor=2.0, mode='nearest')
        mid = F.interpolate(self.join_mid(torch.cat([mid, low], 1)), scale_factor=2.0, mode='nearest')
        return (x + F.pixel_shuffle(self.leave(self.join_high(torch.cat([high, mid], 1))), self.fold)).clamp(0, 1)


class CelebANet(nn.Module):
    """Latent adversarial defence, our reading: encoder to a code, decoder, no skips; in training a small adversary
    changes the code within LATENT_STEP so as to raise the loss, and encoder and decoder learn to bring the clean
    picture back all the same. At run time the adversary is silent."""

    def __init__(self, fold: int):
        super().__init__()
        self.fold, cell = fold, 3 * fold ** 2
        self.encoder = nn.Sequential(nn.Conv2d(cell, 96, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(96, 128, 3, 2, 1))
        self.adversary = nn.Sequential(nn.Conv2d(128, 64, 1), nn.LeakyReLU(0.2), nn.Conv2d(64, 128, 3, padding=1),
                                       nn.Tanh())
        self.decoder = nn.Sequential(nn.LeakyReLU(0.2), nn.Conv2d(128, 128, 3, padding=1), nn.LeakyReLU(0.2),
                                     nn.Upsample(scale_factor=2), nn.Conv2d(128, 96, 3, padding=1), nn.LeakyReLU(0.2),
                                     nn.Conv2d(96, cell, 3, padding=1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        code = self.encoder(F.pixel_unshuffle(x, self.fold))
        if self.training:
            step = LATENT_STEP * code.detach().std((1, 2, 3), keepdim=True) * self.adversary(code.detach())
            # gradient reversal (Ganin and Lempitsky 2015): the adversary climbs what the rest descends
            code = code + 2 * step.detach() - step
        return F.pixel_shuffle(self.decoder(code), self.fold)


METHODS = {'magnet': MagNet, 'ddsa': Ddsa, 'hgd': Hgd, 'celebanet': CelebANet}
