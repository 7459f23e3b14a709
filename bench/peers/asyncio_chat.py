"""asyncio with streams, as its documentation would write a chat: one write
for each receiver, and nobody waits for a slow one.

    asyncio_chat.py [PORT [drain]]    with `drain`: everybody waits for it
"""
import asyncio
import platform
import sys

writers = {}  # by name
waits = sys.argv[2:] == ["drain"]


async def tell(line):
    for writer in list(writers.values()):
        writer.write(line)
        if waits:
            await writer.drain()


async def talk(name, reader, writer):
    writers[name] = writer
    writer.write(b"Welcome! %d user(s) are online!\n" % len(writers))
    await tell(name + b" connected!\n")
    while line := await reader.readline():
        await tell(name + b": " + line)


async def serve(reader, writer):
    name = b""
    try:
        command, _, name = (await reader.readline()).strip().partition(b" ")
        if command == b"CONNECT" and name and name not in writers:
            await talk(name, reader, writer)
    except (ConnectionError, ValueError):  # cut, or a line too long
        pass
    finally:
        writer.close()
        if writers.get(name) is writer:
            del writers[name]
            await tell(name + b" has left the chat\n")


async def main(port):
    # asyncio sets TCP_NODELAY by itself.
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    host, port = server.sockets[0].getsockname()
    print(f"listening on {host}:{port} (Python {platform.python_version()})",
          flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000))
