"""Asks a site for pages at a steady rate, each on a connection of its own, and says how that went.

load.py URL RATE SECONDS: prints requests, failures and the longest answer in milliseconds; ends with 1 when one failed.
A failure is no answer within 5 s, or a status of 500 and above.
"""

import http.client
import sys
import threading
import time
from urllib.parse import urlsplit

PATHS = ["/", "/register", "/register?q=a", "/marshals", "/privacy-policy", "/health/ready", "/robots.txt"]
WORKERS = 32


def main() -> int:
    url, rate, seconds = urlsplit(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    begun = time.monotonic()
    lock, next_at, done = threading.Lock(), [0], []

    def work() -> None:
        while True:
            with lock:
                number = next_at[0]
                next_at[0] += 1
            at = begun + number / rate
            if at > begun + seconds:
                return
            time.sleep(max(0.0, at - time.monotonic()))
            asked, why = time.monotonic(), ""
            connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=5)
            try:
                connection.request("GET", PATHS[number % len(PATHS)])
                answer = connection.getresponse()
                answer.read()
                if answer.status >= 500:
                    why = str(answer.status)
            except OSError as error:
                why = str(error)
            except http.client.HTTPException as error:
                why = repr(error)
            finally:
                connection.close()
            done.append((time.monotonic() - asked, why))

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [why for _, why in done if why]
    longest = max(took for took, _ in done) * 1000
    print(f"{len(done)} requests, {len(failed)} failed, the longest took {longest:.0f} ms")
    if failed:
        print("first failure:", failed[0])
    return 1 if failed else 0


sys.exit(main())
