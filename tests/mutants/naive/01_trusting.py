"""A client at a time, and nothing that goes wrong is expected to."""

import socket
import sys

listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
while True:
    client, address = listener.accept()
    while data := client.recv(1024):
        client.send(data)
    client.close()
