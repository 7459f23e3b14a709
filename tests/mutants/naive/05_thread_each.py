"""A thread for each client, kept in a list for ever; when accept fails, the
server ends."""

import socket
import sys
import threading


def serve(client):
    while data := client.recv(4096):
        client.sendall(data)


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
clients = []
while True:
    client, address = listener.accept()
    clients.append(client)
    threading.Thread(target=serve, args=[client], daemon=True).start()
