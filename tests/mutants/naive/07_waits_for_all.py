"""A chat: everybody's lines to everybody, with drain for each. One who does not
read stops them all."""

import asyncio
import sys

writers = {}


async def chat(reader, writer):
    name = (await reader.readline()).decode().split()[1]
    writers[name] = writer
    writer.write(b"Welcome!\n")
    while line := await reader.readline():
        for other in writers.values():
            other.write(name.encode() + b": " + line)
            await other.drain()
    del writers[name]
    writer.close()


async def main():
    server = await asyncio.start_server(chat, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(main())
