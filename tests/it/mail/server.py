"""aiosmtpd as these tests want it: what arrives goes into a Maildir.

    server.py PORT FOLDER [--cert FILE --key FILE [--wrapped]] [--user USER --password PASSWORD] [--thinks MILLISECONDS]

With a certificate it offers STARTTLS, or, with --wrapped, speaks TLS from the first byte. With a user it takes no mail
without a login, and none of those outside of TLS. It stores a mail, thinks, and answers only then.
"""

import argparse
import asyncio
import hmac
import ssl

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult


class Thoughtful(Mailbox):
    def __init__(self, folder, seconds):
        super().__init__(folder)
        self.seconds = seconds

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self.seconds)
        return answer


def main():
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("folder")
    options.add_argument("--cert")
    options.add_argument("--key")
    options.add_argument("--wrapped", action="store_true")
    options.add_argument("--user")
    options.add_argument("--password")
    options.add_argument("--thinks", type=float, default=0)
    asked = options.parse_args()
    tls = None
    if asked.cert:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(asked.cert, asked.key)

    def login(_server, _session, _envelope, _mechanism, said):
        good = hmac.compare_digest(said.login, asked.user.encode())
        good &= hmac.compare_digest(said.password, asked.password.encode())
        return AuthResult(success=good, handled=False)

    def session():
        return SMTP(
            Thoughtful(asked.folder, asked.thinks / 1000),
            hostname="mail.example",
            tls_context=None if asked.wrapped else tls,
            authenticator=login if asked.user else None,
            auth_required=bool(asked.user),
            auth_require_tls=not asked.wrapped,
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(
        loop.create_server(session, "127.0.0.1", asked.port, ssl=tls if asked.wrapped else None)
    )
    print("ready", flush=True)
    loop.run_forever()


main()
