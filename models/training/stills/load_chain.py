"""Trained chains by name."""
from torch import nn

from lib.fit import frozen
from lib.nets.classifier import PictureClassifier
from lib.nets.ismn import PictureIsmn
from lib.nets.paper import Skip, Strict
from lib.run import read_result, weights_path

from .chain import Chain
from .settings import DEFENDED, Settings
from .train_target import load_target

READINGS = ('strict', 'skip', 'ismn')
POOLED_POSITIONS = 16  # C looks at no more than 16x16 positions: at 512x512 four by four blocks are one


def empty_classifier(s: Settings) -> PictureClassifier:
    return PictureClassifier(max(1, s.side // 8 // POOLED_POSITIONS))


def empty_mapping(s: Settings, reading: str) -> nn.Module:
    return {'strict': Strict, 'skip': Skip}[reading]() if reading != 'ismn' else PictureIsmn(s.mapping_fold, s.mapping_widths)


def load_mapping(data: str, s: Settings, name: str = 'ismn') -> nn.Module:
    """`name`: a reading, or a run of train_mapping --name, whose result tells its reading."""
    told = read_result(data, f'train_mapping-{name}')
    reading = name if name in READINGS else told['settings']['reading'] if told else 'ismn'
    return frozen(empty_mapping(s, reading), weights_path(data, f'mapping-{name}'))


def load_chain(data: str, s: Settings, target: str = DEFENDED, reading: str = 'ismn') -> Chain:
    """The chain before the target of kind `target`, with the threshold that the classifier's training found on validation."""
    classifier = frozen(empty_classifier(s), weights_path(data, f'classifier-{reading}'))
    flagged = read_result(data, f'train_classifier-{reading}')['validation']['flagged']
    told = read_result(data, f'train_mapping-{reading}')
    return Chain(load_mapping(data, s, reading), classifier, load_target(data, s, target), flagged, always=bool(told and told['settings'].get('always')))
