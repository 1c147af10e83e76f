"""What framewarden is compared with: OpenCV and onnxruntime, the bundle's own graphs, a thread a camera.

python python_loop.py BUNDLE WARM_UP_S SECONDS PORT...: waits until each port of loopback has a camera that pushes H.264 by
RTSP, then prints {"judged_per_s": frames, "chains_per_s": of these looked at by the chain} as JSON. The rule is the bundle's
for all cameras: the screen looks at every frame, the chain at those that it finds suspicious.
"""
import json
import os
import sys
import threading
import time
from pathlib import Path

os.environ['OPENCV_FFMPEG_CAPTURE_OPTIONS'] = 'rtsp_flags;listen|listen_timeout;120'
import cv2  # noqa: E402  (reads the options when it is loaded)
import onnxruntime  # noqa: E402

WIDTH = 640
cv2.setNumThreads(1)


def session(path: Path) -> onnxruntime.InferenceSession:
    """One for all cameras: `run` may be called from many threads, and lets the others run meanwhile."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])


def i420(picture):
    """BGR [H, W, 3] -> planar I420 uint8 [1, H*3/2, 640]."""
    height, width = picture.shape[:2]
    if width != WIDTH:
        picture = cv2.resize(picture, (WIDTH, height * WIDTH // width // 8 * 8), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)[None]


class Camera(threading.Thread):
    def __init__(self, port: int, screen, chain, suspicious: float):
        super().__init__(daemon=True)
        self.port, self.screen, self.chain, self.suspicious = port, screen, chain, suspicious
        self.judged = self.chains = 0

    def run(self) -> None:
        one_thread = [cv2.CAP_PROP_N_THREADS, 1]
        stream = cv2.VideoCapture(f'rtsp://127.0.0.1:{self.port}/cam', cv2.CAP_FFMPEG, one_thread)
        while True:
            there, picture = stream.read()
            if not there:
                return
            frame = {'frame': i420(picture)}
            if self.screen.run(['score'], frame)[0][0] >= self.suspicious:
                self.chain.run(['purified', 'score', 'level'], frame)
                self.chains += 1
            self.judged += 1


def counts(cameras: list[Camera]) -> dict[str, int]:
    return {name: sum(getattr(camera, name) for camera in cameras) for name in ('judged', 'chains')}


def main() -> None:
    bundle, warm_up, seconds, *ports = sys.argv[1:]
    folder = Path(bundle)
    manifest = json.loads((folder / 'manifest.json').read_text())
    screen, chain = (session(folder / manifest['files'][graph]['path']) for graph in ('screen', 'chain'))
    cameras = [Camera(int(port), screen, chain, manifest['thresholds']['suspicious']) for port in ports]
    for camera in cameras:
        camera.start()
    until = time.monotonic() + 90
    while any(camera.judged < 15 for camera in cameras):
        if time.monotonic() > until:
            raise SystemExit('not all cameras have come within 90 s')
        time.sleep(0.2)
    time.sleep(float(warm_up))
    before, began = counts(cameras), time.monotonic()
    time.sleep(float(seconds))
    after, took = counts(cameras), time.monotonic() - began
    rates = {f'{name}_per_s': (after[name] - before[name]) / took for name in after}
    print(json.dumps(rates), flush=True)
    os._exit(0)  # threads that read a stream do not end by themselves


main()
