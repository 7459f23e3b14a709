"""With selectors, as in many a tutorial: whoever resets its connection ends the
server."""

import selectors
import socket
import sys

selector = selectors.DefaultSelector()


def accept(listener):
    client, address = listener.accept()
    client.setblocking(False)
    selector.register(client, selectors.EVENT_READ, echo)


def echo(client):
    data = client.recv(1024)
    if data:
        client.send(data)
    else:
        selector.unregister(client)
        client.close()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
selector.register(listener, selectors.EVENT_READ, accept)
while True:
    for key, events in selector.select():
        key.data(key.fileobj)
