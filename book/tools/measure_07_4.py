"""Measures what chapter 7.4 says about costs, on this machine.

    measure_07_4.py BUILD >book/results/07-4-tls.txt

Only ratios within one run mean something elsewhere.
"""
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile

from measure import cpu_seconds, kilobytes, machine, server

HANDSHAKES = 300
LISTENERS = 20
MESSAGES = 1000
ROUNDS = 5
FEW = 100
IDLE = 500
TEXT = b"x" * 64 + b"\n"

KEYS = {"P-256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "RSA 2048": ["rsa:2048"]}


def make_certificate(folder, kind):
    certificate, key = f"{folder}/{kind}.pem", f"{folder}/{kind}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", *KEYS[kind],
                    "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", "/CN=localhost", "-days", "2"],
                   check=True, capture_output=True)
    return ["--tls", certificate, key]


def make_context(version):
    """The price of the client's own checks is not the server's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    return context


def connect(address, context):
    connection = socket.create_connection(address, timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(connection) if context else connection


def receive_until(connection, end):
    got = b""
    while not got.endswith(end):
        got += connection.recv(65536)
    return got


def join(address, context, number):
    connection = connect(address, context)
    connection.sendall(b"CONNECT user%d\n" % number)
    receive_until(connection, b"user%d connected!\n" % number)
    return connection


def per_connection(program, options, context):
    """Milliseconds of the server's for a client that comes and goes."""
    with server(program, *options) as (process, address):
        connect(address, context).close()
        begin = cpu_seconds(process.pid)
        for _ in range(HANDSHAKES):
            connection = connect(address, context)
            connection.sendall(b"CONNECT user\n/quit\n")
            while connection.recv(65536):
                pass
            connection.close()
        return (cpu_seconds(process.pid) - begin) / HANDSHAKES * 1000


def per_delivery(program, options, context):
    """Microseconds of the server's for one message to one receiver."""
    with server(program, *options, "--rate", "0") as (process, address):
        people = [join(address, context, i) for i in range(LISTENERS)]
        speaker = people[-1]
        last = b"user%d: " % (LISTENERS - 1) + TEXT
        for person in people[:-1]:
            receive_until(person, b"user%d connected!\n" % (LISTENERS - 1))
        begin = cpu_seconds(process.pid)
        for _ in range(MESSAGES):
            speaker.sendall(TEXT)
            for person in people:
                receive_until(person, last)
        return (cpu_seconds(process.pid) - begin) / MESSAGES / LISTENERS * 1e6


def per_idle_client(program, options, context):
    """Bytes of the server's own memory, for one more who only listens."""
    with server(program, *options) as (process, address):
        people = [connect(address, context) for _ in range(FEW)]
        for person in people:
            person.sendall(b"no name\n")
            receive_until(person, b"\n")
        before = kilobytes(process.pid, "RssAnon")
        more = [connect(address, context) for _ in range(IDLE - FEW)]
        for person in more:
            person.sendall(b"no name\n")
            receive_until(person, b"\n")
        grown = kilobytes(process.pid, "RssAnon") - before
        return grown * 1024 / (IDLE - FEW)


def middle(measure, *arguments):
    return statistics.median(measure(*arguments) for _ in range(ROUNDS))


def main(build):
    program = build + "/07-chat/chat_server"
    new, old = (make_context(version) for version in
                (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2))
    print(f"{machine()}, {ssl.OPENSSL_VERSION}\n")
    with tempfile.TemporaryDirectory() as folder:
        elliptic, rsa = (make_certificate(folder, kind) for kind in KEYS)
        print("Milliseconds of the server's CPU for a client that comes, "
              "joins and leaves,\nand how many in a second that lets one "
              f"core take in; medians of {ROUNDS} runs\n")
        for name, options, context in (("plain", [], None),
                                       ("TLS 1.3, P-256", elliptic, new),
                                       ("TLS 1.3, RSA 2048", rsa, new),
                                       ("TLS 1.2, P-256", elliptic, old)):
            took = middle(per_connection, program, options, context)
            print(f"{name:>20}{took:>8.2f}{1000 / took:>8.0f}")

        print("\nMicroseconds of the server's CPU for each delivery of a "
              f"message of {len(TEXT)} bytes\nto {LISTENERS} people\n")
        for name, options, context in (("plain", [], None),
                                       ("TLS 1.3", elliptic, new)):
            took = middle(per_delivery, program, options, context)
            print(f"{name:>20}{took:>8.1f}")

        print("\nBytes of the server's own memory for one idle client more, "
              f"from {FEW} to {IDLE}\n")
        for name, options, context in (("plain", [], None),
                                       ("TLS 1.3", elliptic, new),
                                       ("TLS 1.2", elliptic, old)):
            grown = per_idle_client(program, options, context)
            print(f"{name:>20}{grown:>8.0f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: measure_07_4.py BUILD")
    main(sys.argv[1])
