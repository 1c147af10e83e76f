"""What the camera training promises without weights or hours: python -m unittest camera.test_parts (seconds; one test
wants ../../../shared/data)."""
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from lib.bundle import session
from lib.nets.classifier import FrameClassifier
from lib.nets.detectors import Detector
from lib.nets.frames import FrameChain
from lib.nets.i420 import planes
from lib.nets.ismn import FrameIsmn
from lib.nets.restorer import Restorer
from lib.run import SHARED

from . import terms, video
from .crops import positive_weight
from .export import Settings, export
from .pairs import mirrored
from .recover import chain_of
from .views import zoomed

DATA = SHARED


def picture(seed: int, h: int = 96, w: int = 160) -> np.ndarray:
    """Smooth RGB uint8, so that chroma survives its halving."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 230, (h // 16 + 1, w // 16 + 1, 3)).astype(np.float32)
    return np.ascontiguousarray(
        torch.nn.functional.interpolate(torch.from_numpy(coarse).permute(2, 0, 1)[None], (h, w),
                                        mode='bilinear')[0].permute(1, 2, 0).numpy().astype(np.uint8))


class MappingNetwork(unittest.TestCase):
    def test_any_size_in_multiples_of_eight(self):
        for h, w in ((72, 88), (360, 640), (104, 96)):
            frame = torch.zeros(1, h * 3 // 2, w, dtype=torch.uint8)
            self.assertEqual(FrameIsmn()(*planes(frame))[0].shape, (1, 24, h // 4, w // 4))

    def test_weights_come_back_out_of_an_exported_chain(self):
        torch.manual_seed(1)
        net = FrameChain(FrameIsmn(), FrameClassifier()).eval()
        for parameter in net.mapping.parameters():
            parameter.data += torch.randn_like(parameter) * 0.02
        frame = video.to_i420(picture(2))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'chain.onnx'
            export('chain', net, path, Settings())
            with torch.no_grad():
                again = [t.numpy() for t in chain_of(path)(torch.from_numpy(frame)[None])]
            stored = session(path).run(None, {'frame': frame[None]})
        self.assertLessEqual(np.abs(again[0].astype(int) - stored[0]).max(), 1)
        self.assertAlmostEqual(float(again[1][0]), float(stored[1][0]), places=4)


class Restoring(unittest.TestCase):
    def test_begins_as_the_identity_at_any_size_in_multiples_of_eight(self):
        for h, w in ((72, 88), (360, 640), (104, 96)):
            correction, = Restorer()(*planes(torch.zeros(1, h * 3 // 2, w, dtype=torch.uint8)))
            self.assertEqual(correction.shape, (1, 24, h // 4, w // 4))
            self.assertEqual(float(correction.detach().abs().max()), 0)

    def test_a_perturbation_moves_its_first_layer_as_much_as_the_picture_does(self):
        torch.manual_seed(1)
        net, clean = Restorer(), [video.to_i420(picture(s)) for s in range(4)]
        signs = np.random.default_rng(5).choice([-8, 8], (96, 160, 3))
        attacked = video.to_i420((picture(0) + signs).clip(0, 255).astype(np.uint8))
        net.scale_by([torch.from_numpy(f)[None] for f in clean])
        with torch.no_grad():
            before, after = (net.enter((net.bands(*planes(torch.from_numpy(f)[None])) - net.centre[:, None, None]) *
                                       net.slope[:, None, None]) for f in (clean[0], attacked))
        self.assertGreater(float((after - before).std() / before.std()), 1)

    def test_learns_while_its_bound_is_far_and_comes_back_from_beyond_it(self):
        net = Restorer()
        torch.nn.init.constant_(net.leave.bias, 100.0)  # where a tanh has no gradient
        net(*planes(torch.zeros(1, 108, 88, dtype=torch.uint8)))[0].mean().backward()
        self.assertGreater(float(net.leave.bias.grad.abs().max()), 1e-4)


class Terms(unittest.TestCase):
    def test_the_decoder_of_the_loss_is_the_decoder_of_the_pictures(self):
        i420 = video.to_i420(picture(3))
        mine = terms.rgb_of(*planes(torch.from_numpy(i420)[None]))[0].permute(1, 2, 0).numpy()
        self.assertLess(np.abs(mine - video.to_rgb(i420)).max(), 2)

    def test_grid_sees_what_repeats_with_the_blocks_and_nothing_else(self):
        smooth = torch.from_numpy(picture(4, 128, 128)[..., 0] / 255).float()[None, None]
        cross = torch.zeros(1, 1, 128, 128)
        cross[..., ::8, :] = cross[..., ::8] = 4 / 255
        self.assertLess(terms.grid(torch.full_like(cross, 4 / 255)), 1e-4)
        self.assertLess(terms.grid(smooth - smooth.roll(64, 3)),
                        0.5 * terms.grid(smooth - smooth.roll(64, 3) + 20 * cross))
        self.assertGreater(terms.grid(cross), 0.5)


class Frames(unittest.TestCase):
    def test_mirrored_twice_is_as_before(self):
        i420 = video.to_i420(picture(5))
        self.assertTrue((mirrored(mirrored(i420)) == i420).all())
        self.assertLess(np.abs(video.to_rgb(mirrored(i420)).astype(int) - video.to_rgb(i420)[:, ::-1]).mean(), 1)

    def test_a_view_has_the_size_asked_for(self):
        burst = np.stack([picture(6, 240, 320)] * 2)
        for size in ((640, 360), (480, 640)):
            self.assertEqual(zoomed(np.random.default_rng(1), burst, size).shape[1:3], size[::-1])

    def test_harm_not_family_makes_a_positive(self):
        line = {'family': 'random-signs', 'survive': 1.0, 'eps255': 25.5}
        self.assertEqual(positive_weight(line | {'harm': 0.05}), 0)
        self.assertEqual(positive_weight(line | {'harm': float('nan')}), 0)
        self.assertGreater(positive_weight(line | {'harm': 0.5}), 0.9)


@unittest.skipUnless(DATA.exists(), 'no shared data here')
class CutDetector(unittest.TestCase):
    def test_says_what_the_whole_graph_says(self):
        from lib.nets.yolox import Yolox
        rgb = video.read_still(video.stills(DATA, 'train')[3])
        rgb = np.ascontiguousarray(rgb[:416, :416])
        whole, cut = Detector(DATA, 'yolox').found(rgb), Yolox(DATA)
        with torch.no_grad():
            mine = cut.look(torch.from_numpy(rgb).permute(2, 0, 1)[None].float()).best()[0].numpy()
        self.assertLess(np.abs(mine - whole).max(), 1e-3)


if __name__ == '__main__':
    unittest.main()
