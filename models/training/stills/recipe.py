"""The runs of the benchmark. A round is changed here and nowhere else; `python train.py stills cifar10` makes what
follows from it.

M and its target come in rounds: M before the clean target; the target learns what M leaves; M goes on before that
target; then both together, on attacks that follow the target as it is at that moment. Epochs on two cores (0: too dear
there), and in `gpu` on one large GPU."""
from lib.run import Graph, Run

DEFENDED = 'aligned'  # kind of the target that ships, that oblivious attackers attack and that `none` in tables means
TERMS = ('guide', 'clean', 'sparsity', 'discriminator')
SHIPS = ('mapping-ismn', 'target-aligned')
SHIPPED = {
    'mapping-ismn': ('chain.onnx', 'parts.0.'), 'classifier-ismn': ('chain.onnx', 'parts.1.'),
    'target-aligned': ('target.onnx', 'target.')}


def together(name: str, before: str, target: str, epochs: float, gpu: float, gives: tuple = ()) -> Run:
    return Run(f'together-{name}', 'together', start=before, target=target, others=('target-surrogate', target),
               epochs=epochs, gpu=gpu, gives=gives or (f'mapping-{name}', f'target-{name}'), ships=gives == SHIPS)


def mapping(name: str, epochs: float, gpu: float, *, target: str = 'target-clean', start: str | None = None,
            seed: int = 1, **options) -> Run:
    others = ('target-surrogate',) if target == 'target-clean' else ('target-surrogate', 'target-clean')
    return Run(f'mapping-{name}', 'mapping', start=start, target=target, others=others, epochs=epochs, gpu=gpu,
               seed=seed, options=options)


def classifier(name: str, epochs: float, gpu: float, *, target: str = 'target-aligned',
               others: tuple = ('target-clean', 'target-surrogate'), seed: int = 1) -> Run:
    return Run(f'classifier-{name}', 'classifier', mapping=f'mapping-{name}', target=target, others=others,
               epochs=epochs, gpu=gpu, seed=seed, ships=name == 'ismn')


def comparison(readings: dict[str, float], readings_gpu: float, ablation: float, ablation_gpu: float, attacker: float,
               attacker_gpu: float, robust: float, robust_gpu: float) -> list[Run]:
    """Networks that no bundle holds: the paper's readings, M of the ablation, M of an attacker (T2), M against attacks
    through itself."""
    c, c_gpu = 0.35, 1.5  # of their classifiers
    return [
        *(mapping(reading, epochs, readings_gpu, reading=reading)
          for reading, epochs in readings.items()), *(classifier(reading, c, c_gpu) for reading in readings),
        mapping('ismn-short', ablation, ablation_gpu),
        classifier('ismn-short', 0.12, c_gpu), *(mapping(f'no-{term}', ablation, ablation_gpu, without=[term])
                                                 for term in TERMS),
        Run('mapping-greybox', 'mapping', target='target-surrogate', others=('target-clean',), epochs=attacker,
            gpu=attacker_gpu, seed=2),
        classifier('greybox', 0.1, c_gpu, target='target-surrogate', others=('target-clean',), seed=2),
        Run('mapping-robust', 'robust', start='mapping-ismn', target='target-adversarial', epochs=robust,
            gpu=robust_gpu),
        classifier('robust', c, c_gpu, target='target-adversarial')]


def baselines(epochs: dict[str, float], gpu: float) -> list[Run]:
    return [
        Run(f'baseline-{method}', 'baseline', target='target-aligned', others=('target-clean', 'target-surrogate'),
            epochs=passes, gpu=gpu, options={'method': method}) for method, passes in epochs.items()]


GRAPHS = {
    'cifar10': Graph(
        'cifar10', Run('target-clean', 'target', epochs=12, gpu=40),
        Run('target-surrogate', 'target', epochs=3, gpu=12, options={'kind': 'surrogate'}), mapping('first', 3, 15),
        Run('target-first', 'target', start='target-clean', mapping='mapping-first', others=('target-surrogate',),
            epochs=1, gpu=8, options={'kind': 'aligned'}),
        mapping('second', 5, 20, target='target-first', start='mapping-first'),
        together('third', 'mapping-second', 'target-first', 1, 5),
        together('fourth', 'mapping-third', 'target-third', 1.5, 5),
        together('fifth', 'mapping-fourth', 'target-fourth', 5, 20),
        together('last', 'mapping-fifth', 'target-fifth', 6, 20, SHIPS), classifier('ismn', 1.6, 6),
        Run('target-adversarial', 'target', epochs=9, gpu=40, options={'kind': 'adversarial'}),
        Run('target-distilled', 'target', start='target-adversarial', epochs=0.6, gpu=10,
            options={'kind': 'distilled', 'temperature': 20}),
        *comparison({'strict': 1.5, 'skip': 0.4}, 20, 0.2, 5, 0.15, 10, 4, 20),
        *baselines({'magnet': 1.2, 'ddsa': 2.4, 'hgd': 1.2}, 20), shipped=SHIPPED), 'celeba': Graph(
            'celeba', Run('target-clean', 'target', epochs=5, gpu=20),
            Run('target-surrogate', 'target', epochs=1, gpu=8, options={'kind': 'surrogate'}), mapping('first', 0.5, 8),
            together('third', 'mapping-first', 'target-clean', 1, 2),
            mapping('fourth', 2.5, 20, target='target-third', start='mapping-third', crop=256,
                    without=['discriminator', 'guide']),
            together('last', 'mapping-fourth', 'target-third', 0.6, 6, SHIPS), classifier('ismn', 0.3, 4),
            Run('target-adversarial', 'target', epochs=1, gpu=10, options={'kind': 'adversarial'}),
            Run('target-distilled', 'target', start='target-adversarial', epochs=1, gpu=10,
                options={'kind': 'distilled', 'temperature': 20}),
            *comparison({'strict': 0, 'skip': 0}, 8, 0.4, 2, 0.4, 4, 1, 5),
            *baselines({'magnet': 0.4, 'ddsa': 0.8, 'hgd': 0.4, 'celebanet': 0.4}, 8), shipped=SHIPPED)}
