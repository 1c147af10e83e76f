"""The paper's chain on still pictures: CIFAR-10 at 32x32 and CelebA "Smiling" at 512x512, one code for both.

Run from models/training: python -m stills.<script> --data cifar10|celeba."""
