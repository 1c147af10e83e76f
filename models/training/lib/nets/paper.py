"""The paper's mapping network (doi:10.14801/jkiit.2021.19.8.67, Table 2) in two readings, and the discriminator that
may train against any."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Table 2: 64 7x7, 128 3x3, 256 3x3, 256 5x5, stride 2 each; fully connected 128 on the map, pooled to 2x2 above
    32x32."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([
            nn.Conv2d(3, 64, 7, 2, 3),
            nn.Conv2d(64, 128, 3, 2, 1),
            nn.Conv2d(128, 256, 3, 2, 1),
            nn.Conv2d(256, 256, 5, 2, 2)])
        self.code = nn.Linear(1024, 128)

    def forward(self, x: Tensor) -> tuple[list[Tensor], Tensor]:
        maps = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            maps.append(x)
        small = F.avg_pool2d(x, x.shape[-1] // 2) if x.shape[-1] > 2 else x
        return maps, self.code(small.flatten(1))


class Decoder(nn.Module):
    """The encoder's mirror: transposed convolutions 256 (5x5), 128, 64 (3x3), 3 (7x7), stride 2. `skips`: e1, e2, e3
    added before their mirrors."""

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
    """M-strict, "paper-exact": everything passes the code of 128. x [B, 3, S, S] in 0..1 -> M(x), and nothing of
    gates."""

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
    """M-skip: the code gates the deepest map per channel, skips e1 -> d4, e2 -> d3, e3 -> d2; M(x) = x + r(x). Zero at
    the start."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder, self.gates = Encoder(), Decoder(), nn.Linear(128, 256)
        nn.init.zeros_(self.decoder.layers[-1].weight)
        nn.init.zeros_(self.decoder.layers[-1].bias)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        maps, code = self.encoder(x)
        bottom = maps[-1] * torch.sigmoid(self.gates(code))[:, :, None, None]
        return (x + self.decoder(bottom, maps)).clamp(0, 1), None


class Discriminator(nn.Module):
    """A patch network, 64, 128, 256, 1 channels, 4x4, strides 2, 2, 1, 1, spectral norm. Real: clean pictures; fake:
    M's. -> [B, 1, h, w]."""

    def __init__(self, fold: int):
        super().__init__()
        self.fold = max(1, fold // 2)
        sizes = ((3 * self.fold ** 2, 64, 2), (64, 128, 2), (128, 256, 1), (256, 1, 1))
        self.layers = nn.ModuleList(
            nn.utils.parametrizations.spectral_norm(nn.Conv2d(i, o, 4, s, 1)) for i, o, s in sizes)

    def forward(self, x: Tensor) -> Tensor:
        x = F.pixel_unshuffle(x, self.fold)
        for layer in self.layers[:-1]:
            x = F.leaky_relu(layer(x), 0.2)
        return self.layers[-1](x)
