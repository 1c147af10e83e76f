"""M and C out of the shipped chain.onnx: where the next training goes on."""
from lib.run import MODELS, read_result

from ..job import Job
from ..recover import chain_of


def train(job: Job) -> None:
    chain = chain_of(MODELS / 'camera/chain.onnx')
    job.keep(dict(zip(job.run.weights, (chain.mapping, chain.classifier))),
             {'from': read_result('camera', 'calibrate')['files']['chain']})
