"""The paper's parts as doi:10.14801/jkiit.2021.19.8.67 states them, and the promises of the chain: python -m unittest
stills.test_parts (seconds, no weights, no data)."""
import unittest

import torch
from torch import nn

from lib.attacks.noises import unit_noise
from lib.grid import on_grid
from lib.nets.classifier import PictureClassifier
from lib.nets.ismn import PictureIsmn
from lib.nets.paper import Discriminator, Skip, Strict
from lib.nets.target import Target

from .chain import Chain
from .perturbations import LARGE, SMALL, UNSEEN, Perturbations, levels
from .settings import CIFAR10

X = on_grid(torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0)))


def layers(net: nn.Module, kind) -> list[tuple]:
    return [(m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0])
            for m in net.modules()
            if isinstance(m, kind)]


class Table1(unittest.TestCase):
    def test_layers(self):
        net = PictureClassifier()
        self.assertEqual(layers(net, nn.Conv2d), [(192, 128, 3, 1), (128, 256, 3, 1), (256, 128, 3, 1),
                                                  (128, 64, 3, 1)])
        self.assertEqual(sum(p.numel() for p in net.parameters()), 885_702)
        score, level = net(X, X * 0.9)
        self.assertEqual((score.shape, level.shape), ((4,), (4, 5)))

    def test_bands_are_an_orthonormal_dct(self):
        kernels = PictureClassifier().kernels[:64].reshape(64, 64)
        self.assertTrue(torch.allclose(kernels @ kernels.T, torch.eye(64), atol=1e-5))


class Table2(unittest.TestCase):
    def test_encoder_and_its_mirror(self):
        for net in (Strict(), Skip()):
            self.assertEqual(layers(net.encoder, nn.Conv2d), [(3, 64, 7, 2), (64, 128, 3, 2), (128, 256, 3, 2),
                                                              (256, 256, 5, 2)])
            self.assertEqual(layers(net.decoder, nn.ConvTranspose2d), [(256, 256, 5, 2), (256, 128, 3, 2),
                                                                       (128, 64, 3, 2), (64, 3, 7, 2)])
            self.assertEqual((net.encoder.code.in_features, net.encoder.code.out_features), (1024, 128))
            for side in (32, 64):
                x = torch.rand(1, 3, side, side)
                self.assertEqual(net(x)[0].shape, x.shape)

    def test_residual_readings_start_as_the_identity(self):
        for net in (Skip(), PictureIsmn(2, (8, 8, 8)), PictureIsmn(8, (8, 8, 8))):
            x = torch.rand(2, 3, 64, 64)
            self.assertTrue(torch.equal(net(x)[0], x))

    def test_discriminator_is_spectrally_normal(self):
        self.assertEqual(layers(Discriminator(2), nn.Conv2d), [(3, 64, 4, 2), (64, 128, 4, 2), (128, 256, 4, 1),
                                                               (256, 1, 4, 1)])
        for layer in Discriminator(2).train().layers[:2]:
            for _ in range(30):
                layer(torch.rand(1, layer.in_channels, 8, 8))  # each call sharpens the estimate of the norm
            self.assertLess(torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item(), 1.1)


class Darker(nn.Module):
    """A mapping network that takes `step` from each pixel, and a classifier of mean brightness: all of the rule can be
    foretold."""

    def __init__(self, step: float):
        super().__init__()
        self.step = step

    def forward(self, x):
        return (x - self.step).clamp(0, 1), x.new_ones(len(x))


class Brightness(nn.Module):
    def forward(self, x, _):
        return x.mean((1, 2, 3)), x.new_zeros(len(x), 5)


class Feedback(unittest.TestCase):
    def chain(self, step: float, flagged: float, passes: int) -> Chain:
        return Chain(Darker(step / 255), Brightness(), Target(1, (8, 8, 8), 10), flagged, passes)

    def test_clean_pictures_come_back_bit_by_bit(self):
        out, flagged, _ = self.chain(20, 2.0, 8).gated(X)
        self.assertFalse(flagged.any())
        self.assertTrue(torch.equal(out, X))

    def test_stops_when_the_classifier_is_content(self):
        x = torch.full((1, 3, 8, 8), 100 / 255)
        self.assertAlmostEqual(self.chain(10, 75 / 255, 8).gated(x)[0].mean().item() * 255, 70, places=3)

    def test_never_takes_more_passes_than_allowed(self):
        x = torch.full((1, 3, 8, 8), 200 / 255)
        for passes in (1, 3, 8):
            self.assertAlmostEqual(
                self.chain(10, 0.0, passes).gated(x)[0].mean().item() * 255, 200 - 10 * passes, places=3)

    def test_stops_where_nothing_changes(self):
        x = torch.full((1, 3, 8, 8), 200 / 255)
        self.assertTrue(torch.equal(self.chain(0, 0.0, 8).gated(x)[0], x))


class Training(unittest.TestCase):
    def test_the_held_out_level_is_never_drawn(self):
        drawn = levels(20_000, torch.Generator().manual_seed(1))
        self.assertFalse(((drawn > UNSEEN[0]) & (drawn < UNSEEN[1])).any())
        self.assertGreaterEqual(drawn.min().item(), LARGE[0])
        self.assertLessEqual(drawn.max().item(), LARGE[1] + 1e-6)
        # half of SMALL, and what of LARGE lies in it
        self.assertAlmostEqual((drawn <= SMALL[1]).float().mean().item(), 0.59, delta=0.03)

    def test_bounded_noises_keep_their_bound(self):
        for kind in ('sign', 'low'):
            self.assertLessEqual(
                unit_noise(X.shape, kind,
                           torch.Generator().manual_seed(2)).abs().max().item(), 1 + 1e-6)

    def test_the_least_change_moves_every_decision_and_is_small(self):
        torch.manual_seed(1)  # 0 drew X
        net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
        attacked = Perturbations(net, net).minimal(X, torch.Generator().manual_seed(3))
        self.assertFalse((net(attacked).argmax(1) == net(X).argmax(1)).any())
        self.assertLess((attacked - X).abs().mean().item(), 4 / 255)

    def test_the_target_takes_both_sizes(self):
        self.assertEqual(Target(1, CIFAR10.target_widths, 10)(X).shape, (4, 10))
        self.assertEqual(Target(8, (8, 8, 8, 8, 8), 2)(torch.rand(1, 3, 512, 512)).shape, (1, 2))


if __name__ == '__main__':
    unittest.main()
