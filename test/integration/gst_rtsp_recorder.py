"""A real RTSP server that takes a pushed stream: GStreamer's (RECORD), with Basic login and TLS where asked.

Usage: gst_rtsp_recorder.py [--port N] [--certificate PEM]; user name and password come from RTSP_USER and RTSP_PASSWORD,
PEM holds certificate and key. Prints `listening PORT` when it takes /clean, then `picture WxH LUMA` for each tenth picture
that it has decoded (LUMA: mean of the Y plane), until it is killed. Debian: as gst_rtsp_server.py.
"""

import argparse
import os

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

DECODE = "( rtph264depay name=depay0 ! h264parse ! openh264dec ! fakesink name=out signal-handoffs=true sync=false )"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    args = parser.parse_args()
    Gst.init(None)

    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(args.port))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
    factory.set_launch(DECODE)
    factory.connect("media-configure", watch)

    user, password = os.environ.get("RTSP_USER"), os.environ.get("RTSP_PASSWORD")
    auth = GstRtspServer.RTSPAuth()
    if args.certificate:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(args.certificate))
    if user:
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "publisher")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        role = Gst.Structure.new_empty("publisher")
        role.set_value("media.factory.access", True)
        role.set_value("media.factory.construct", True)
        factory.add_role_from_structure(role)
    if user or args.certificate:
        server.set_auth(auth)

    server.get_mount_points().add_factory("/clean", factory)
    server.attach(None)
    print(f"listening {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


def watch(_factory: GstRtspServer.RTSPMediaFactory, media: GstRtspServer.RTSPMedia) -> None:
    seen = 0

    def picture(_sink: Gst.Element, buffer: Gst.Buffer, pad: Gst.Pad) -> None:
        nonlocal seen
        seen += 1
        if seen % 10:
            return
        caps = pad.get_current_caps().get_structure(0)
        width, height = caps.get_value("width"), caps.get_value("height")
        luma = buffer.extract_dup(0, width * height)
        print(f"picture {width}x{height} {sum(luma) // len(luma)}", flush=True)

    media.get_element().get_by_name("out").connect("handoff", picture)


main()
