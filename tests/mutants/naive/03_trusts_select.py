"""Waits with select for who can be read. That the others can be written to,
and that nobody goes without a word, it takes for granted."""

import select
import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
sockets = [listener]
while True:
    readable, _, _ = select.select(sockets, [], [])
    for ready in readable:
        if ready is listener:
            client, address = listener.accept()
            sockets.append(client)
            continue
        data = ready.recv(4096)
        if data:
            ready.sendall(data)
        else:
            ready.close()
            sockets.remove(ready)
