"""The mapping network M: the paper's in two readings (doi:10.14801/jkiit.2021.19.8.67, Table 2), ours, and the discriminator that may train against it."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .settings import Settings

READINGS = ('strict', 'skip', 'ismn')


class Encoder(nn.Module):
    """Table 2: 64 7x7, 128 3x3, 256 3x3, 256 5x5, stride 2 each; fully connected 128 on the map, pooled to 2x2 above 32x32."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 64, 7, 2, 3), nn.Conv2d(64, 128, 3, 2, 1), nn.Conv2d(128, 256, 3, 2, 1), nn.Conv2d(256, 256, 5, 2, 2)])
        self.code = nn.Linear(1024, 128)

    def forward(self, x: Tensor) -> tuple[list[Tensor], Tensor]:
        maps = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            maps.append(x)
        small = F.avg_pool2d(x, x.shape[-1] // 2) if x.shape[-1] > 2 else x
        return maps, self.code(small.flatten(1))


class Decoder(nn.Module):
    """The encoder's mirror: transposed convolutions 256 (5x5), 128, 64 (3x3), 3 (7x7), stride 2. `skips`: e1, e2, e3 added before their mirrors."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.ConvTranspose2d(256, 256, 5, 2, 2, 1), nn.ConvTranspose2d(256, 128, 3, 2, 1, 1),
                                     nn.ConvTranspose2d(128, 64, 3, 2, 1, 1), nn.ConvTranspose2d(64, 3, 7, 2, 3, 1)])

    def forward(self, x: Tensor, skips: list[Tensor] | None = None) -> Tensor:
        for i, layer in enumerate(self.layers):
            if skips and i > 0:
                x = x + skips[3 - i]
            x = layer(x)
            x = F.leaky_relu(x, 0.2) if i < 3 else x
        return x


class Strict(nn.Module):
    """M-strict, "paper-exact": everything passes the code of 128. x [B, 3, S, S] in 0..1 -> M(x), and nothing of gates."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder, self.spread = Encoder(), Decoder(), nn.Linear(128, 1024)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        maps, code = self.encoder(x)
        bottom = F.leaky_relu(self.spread(code), 0.2).reshape(-1, 256, 2, 2)
        side = maps[-1].shape[-1]
        bottom = F.interpolate(bottom, (side, side), mode='nearest') if side > 2 else bottom
        return torch.sigmoid(self.decoder(bottom)), None


class Skip(nn.Module):
    """M-skip: the code gates the deepest map per channel, skips e1 -> d4, e2 -> d3, e3 -> d2; M(x) = x + r(x). Zero at the start."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder, self.gates = Encoder(), Decoder(), nn.Linear(128, 256)
        nn.init.zeros_(self.decoder.layers[-1].weight)
        nn.init.zeros_(self.decoder.layers[-1].bias)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        maps, code = self.encoder(x)
        bottom = maps[-1] * torch.sigmoid(self.gates(code))[:, :, None, None]
        return (x + self.decoder(bottom, maps)).clamp(0, 1), None


class Block(nn.Module):
    def __init__(self, wide: int):
        super().__init__()
        self.first, self.second = nn.Conv2d(wide, wide, 3, padding=1), nn.Conv2d(wide, wide, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.leaky_relu(self.first(F.leaky_relu(x, 0.2)), 0.2))


class Ismn(nn.Module):
    """Ours: M(x) = x + g * m * r; r the correction, m a mask per pixel in 0..1, g one gate per picture in 0..1.

    Where a cell has more values than `widths[0]` can write (8x8 pixels), r holds a share of mean(x) - x as well, the mean over fold + 1 pixels: a pattern of full
    rank cannot be taken away by what the channels add alone. The share is told per cell.
    A residual U-Net on cells of `fold` x `fold` pixels, three scales. x [B, 3, S, S] in 0..1, S a multiple of 4 * fold
    -> M(x), and for training the logit of g and the mean of g * m, [B, 2]: the correction is sparse, and zero on clean pictures."""

    def __init__(self, fold: int, widths: tuple):
        super().__init__()
        self.fold, (top, middle, deep) = fold, widths
        edge = 3 if fold <= 2 else 1  # larger cells see their surroundings well enough, and 3x3 on them would be most of the cost
        self.enter = nn.Conv2d(3 * fold ** 2, top, edge, padding=edge // 2)
        self.down, self.downer = nn.Conv2d(top, middle, 3, 2, 1), nn.Conv2d(middle, deep, 3, 2, 1)
        self.high, self.mid, self.low = Block(top), Block(middle), nn.Sequential(Block(deep), Block(deep))
        self.up, self.upper = nn.Conv2d(deep, middle, 1), nn.Conv2d(middle, top, 1)
        self.join_mid, self.join_high = Block(middle), Block(top)
        self.leave, self.mask = nn.Conv2d(top, 3 * fold ** 2, edge, padding=edge // 2), nn.Conv2d(top, fold ** 2, 1)
        self.smooth = nn.Conv2d(top, 1, 1) if 3 * fold ** 2 > top else None
        self.gate = nn.Linear(deep, 1)
        for layer in self.modules():  # torch's default shrinks every layer's signal to 0.6: a perturbation never reached the gate
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, 0.2)
        for block in (m for m in self.modules() if isinstance(m, Block)):
            block.second.weight.data.mul_(0.3)
        for layer in (self.leave, self.smooth) if self.smooth else (self.leave,):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.mask.weight)
        nn.init.constant_(self.mask.bias, 2.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        a = self.high(self.enter(F.pixel_unshuffle((x - 0.5) * 4, self.fold)))
        b = self.mid(self.down(F.leaky_relu(a, 0.2)))
        c = self.low(self.downer(F.leaky_relu(b, 0.2)))
        gate = self.gate(F.leaky_relu(c, 0.2).mean((2, 3)))
        b = self.join_mid(b + F.interpolate(self.up(c), scale_factor=2.0, mode='nearest'))
        a = F.leaky_relu(self.join_high(a + F.interpolate(self.upper(b), scale_factor=2.0, mode='nearest')), 0.2)
        sparse = torch.sigmoid(gate)[:, :, None, None] * torch.sigmoid(F.pixel_shuffle(self.mask(a), self.fold))
        correction = F.pixel_shuffle(self.leave(a), self.fold)
        if self.smooth:
            mean = F.avg_pool2d(x.contiguous(), self.fold + 1, 1, self.fold // 2, count_include_pad=False)  # half the time of channels last
            correction = correction + F.interpolate(self.smooth(a), scale_factor=float(self.fold), mode='nearest') * (mean - x)
        out = (x + sparse * correction).clamp(0, 1)
        return out, torch.stack([gate[:, 0], sparse.mean((1, 2, 3))], 1)


class Discriminator(nn.Module):
    """A patch network, 64, 128, 256, 1 channels, 4x4, strides 2, 2, 1, 1, spectral norm. Real: clean pictures; fake: M's. -> [B, 1, h, w]."""

    def __init__(self, fold: int):
        super().__init__()
        self.fold = max(1, fold // 2)
        sizes = ((3 * self.fold ** 2, 64, 2), (64, 128, 2), (128, 256, 1), (256, 1, 1))
        self.layers = nn.ModuleList(nn.utils.parametrizations.spectral_norm(nn.Conv2d(i, o, 4, s, 1)) for i, o, s in sizes)

    def forward(self, x: Tensor) -> Tensor:
        x = F.pixel_unshuffle(x, self.fold)
        for layer in self.layers[:-1]:
            x = F.leaky_relu(layer(x), 0.2)
        return self.layers[-1](x)


def empty_mapping(s: Settings, reading: str) -> nn.Module:
    return {'strict': Strict, 'skip': Skip}[reading]() if reading != 'ismn' else Ismn(s.mapping_fold, s.mapping_widths)
