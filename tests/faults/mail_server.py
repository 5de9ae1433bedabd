"""A mail server on this machine that can take its time: it has the mail, and hasn't said so yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread


class MailServer:
    """Keeps every mail that it was given. While ``says_yes`` isn't set, who gave it waits for the answer."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.says_yes = Event()
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.kept = self

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        with self._server:
            thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                self.says_yes.set()
                self._server.shutdown()
                thread.join()


class _Server(ThreadingTCPServer):
    kept: MailServer
    daemon_threads = True
    block_on_close = False


class _Talk(StreamRequestHandler):
    """As much of SMTP as a mail takes."""

    server: _Server

    def handle(self) -> None:
        try:
            self._talk()
        except ConnectionError:  # who gave the mail was killed
            return

    def _talk(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"DATA":
                    self._take_mail()
                case b"QUIT":
                    return self._say("221 bye")
                case _:
                    self._say("250 ok")
        return None

    def _take_mail(self) -> None:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.server.kept.mails.append(mail)
        self.server.kept.says_yes.wait(timeout=120)
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
