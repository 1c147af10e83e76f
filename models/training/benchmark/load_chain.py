"""Trained chains by name."""
from torch import nn

from .chain import Chain, Classifier
from .mapping import READINGS, empty_mapping
from .settings import DEFENDED, Settings
from .train_target import load_target
from .trainer import frozen, read_result, weights_path

POOLED_POSITIONS = 16  # C looks at no more than 16x16 positions: at 512x512 four by four blocks are one


def empty_classifier(s: Settings) -> Classifier:
    return Classifier(max(1, s.side // 8 // POOLED_POSITIONS))


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
