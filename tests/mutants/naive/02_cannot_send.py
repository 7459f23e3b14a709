"""Asks every client in turn, and thinks that only reading can block."""

import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
listener.setblocking(False)
clients = []
while True:
    try:
        client, address = listener.accept()
        client.setblocking(False)
        clients.append(client)
    except BlockingIOError:
        pass
    for client in list(clients):
        try:
            data = client.recv(4096)
        except BlockingIOError:
            continue
        if data:
            client.sendall(data)
        else:
            client.close()
            clients.remove(client)
