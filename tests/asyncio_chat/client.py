"""A chat client as a first one with asyncio's streams looks: asks for a name,
sends what is typed, prints what comes, until either ends.

    client.py PORT
"""
import asyncio
import sys


async def stdin_reader():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def show(reader):
    while line := await reader.readline():
        print(line.decode(), end="", flush=True)
    print("Server closed connection.", flush=True)


async def send(typed, writer):
    while line := await typed.readline():
        writer.write(line)
        await writer.drain()
    await asyncio.Future()  # the server has the last word


async def main():
    typed = await stdin_reader()
    print("Enter username: ", flush=True)
    name = (await typed.readline()).decode().rstrip("\n")
    reader, writer = await asyncio.open_connection("127.0.0.1",
                                                   int(sys.argv[1]))
    writer.write(f"CONNECT {name}\n".encode())
    tasks = [asyncio.create_task(show(reader)),
             asyncio.create_task(send(typed, writer))]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    writer.close()
    tasks[1].cancel()


asyncio.run(main())
