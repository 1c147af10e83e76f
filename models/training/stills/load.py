"""Trained networks by the name of their weights: target-KIND, mapping-NAME, classifier-NAME, baseline-METHOD."""
from torch import nn

from lib.fit import frozen
from lib.nets.baselines import METHODS
from lib.nets.classifier import PictureClassifier
from lib.nets.ismn import PictureIsmn
from lib.nets.paper import Skip, Strict
from lib.nets.target import Target

from .chain import Chain
from .recipe import DEFENDED, GRAPHS
from .settings import Settings

POOLED_POSITIONS = 16  # C looks at no more than 16x16 positions: at 512x512 four by four blocks are one


def empty_net(data: str, s: Settings, weights: str) -> nn.Module:
    kind, name = weights.split('-', 1)
    if kind == 'target':
        return Target(s.target_fold, s.surrogate_widths if name == 'surrogate' else s.target_widths, s.classes)
    if kind == 'classifier':
        return PictureClassifier(max(1, s.side // 8 // POOLED_POSITIONS))
    if kind == 'baseline':  # MagNet works on single pixels at 32x32, as published
        return METHODS[name](1 if name == 'magnet' and s.side < 100 else s.mapping_fold)
    paper = {'strict': Strict, 'skip': Skip}.get(GRAPHS[data].giver[weights].options.get('reading'))
    return paper() if paper else PictureIsmn(s.mapping_fold, s.mapping_widths)


def load_net(data: str, s: Settings, weights: str) -> nn.Module:
    GRAPHS[data].told(weights)  # ends with what to run where they are not there
    return frozen(empty_net(data, s, weights), GRAPHS[data].path(weights))


def load_chain(data: str, s: Settings, target: str = DEFENDED, mapping: str = 'ismn') -> Chain:
    """The chain before the target of kind `target`, with the threshold that the classifier's training found on
    validation."""
    names = f'mapping-{mapping}', f'classifier-{mapping}', f'target-{target}'
    always = GRAPHS[data].giver[names[0]].way == 'robust'  # that M learned to repair every picture
    return Chain(*(load_net(data, s, name)
                   for name in names), GRAPHS[data].told(names[1])['validation']['flagged'], always=always)
