"""An S3-compatible store in memory (moto) on a free port of 127.0.0.1, which it prints. Ends when its input ends."""

import io
import logging
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

CONDITIONAL = threading.Lock()


def one_conditional_put_at_a_time(app):
    """moto looks whether a key exists and stores it in two steps, between which other threads run; S3 does not."""

    def serve(environ, start_response):
        if environ["REQUEST_METHOD"] != "PUT" or "HTTP_IF_NONE_MATCH" not in environ:
            return app(environ, start_response)
        length = int(environ["CONTENT_LENGTH"])
        body = environ["wsgi.input"].read(length)
        if len(body) < length:
            raise ConnectionError("the client hung up in the middle of a file")
        environ["wsgi.input"] = io.BytesIO(body)
        with CONDITIONAL:
            return list(app(environ, start_response))

    return serve


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = one_conditional_put_at_a_time(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


main()
