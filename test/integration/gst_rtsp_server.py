"""A real RTSP server for the integration tests: GStreamer's, with digest authentication, one clip for every client.

Usage: gst_rtsp_server.py CLIP.mp4 [--port N] [--loss P]; user name and password come from RTSP_USER and RTSP_PASSWORD.
Prints `listening PORT` when it serves rtsp://127.0.0.1:PORT/cam and serves until it is killed. `--loss 0.05` drops
that share of the RTP packets after the payloader. Debian: gir1.2-gst-rtsp-server-1.0 python3-gi
gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly.
"""

import argparse
import os

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("clip")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--loss", type=float, default=0)
    args = parser.parse_args()
    Gst.init(None)

    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(args.port))

    factory = GstRtspServer.RTSPMediaFactory()
    source = f"filesrc location={args.clip} ! qtdemux ! h264parse config-interval=1"
    if args.loss > 0:
        # Loss without root: the element named pay0 is what the server sends.
        pay = f"rtph264pay pt=96 ! identity drop-probability={args.loss} name=pay0"
    else:
        pay = "rtph264pay name=pay0 pt=96"
    factory.set_launch(f"( {source} ! {pay} )")

    user, password = os.environ.get("RTSP_USER"), os.environ.get("RTSP_PASSWORD")
    if user:
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
        server.set_auth(auth)
        role = Gst.Structure.new_empty("viewer")
        role.set_value("media.factory.access", True)
        role.set_value("media.factory.construct", True)
        factory.add_role_from_structure(role)

    server.get_mount_points().add_factory("/cam", factory)
    server.attach(None)
    print(f"listening {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


main()
