"""A server of the tests' own: on a free port of the loopback address, and ended with the block that it is for."""

import contextlib
import http.server
import sys
import threading


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *about):
        # A caller that was killed breaks its connection: no news.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*about)


@contextlib.contextmanager
def serving(handler):
    """Has a class of handlers answer until the block ends. Gives the address, `127.0.0.1:<port>`."""
    server = _Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
