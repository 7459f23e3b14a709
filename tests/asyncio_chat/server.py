"""A chat server as a first one with asyncio's streams looks: whoever says
CONNECT and a name hears everybody and is heard by everybody.

    server.py PORT
"""
import asyncio
import sys

PATIENCE = 60  # seconds
people = {}  # name -> writer


async def tell_all(text):
    for writer in list(people.values()):
        writer.write(text.encode())
        await writer.drain()


async def listen(name, reader):
    while line := await asyncio.wait_for(reader.readline(), PATIENCE):
        await tell_all(f"{name}: {line.decode()}")


async def serve(reader, writer):
    word, _, name = (await reader.readline()).decode().rstrip("\n").partition(" ")
    if word == "CONNECT":
        people[name] = writer
        writer.write(f"Welcome! {len(people)} user(s) are online!\n".encode())
        await tell_all(f"{name} connected!\n")
        try:
            await listen(name, reader)
        finally:
            del people[name]
            await tell_all(f"{name} has left the chat\n")
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    async with server:
        await server.serve_forever()


asyncio.run(main())
