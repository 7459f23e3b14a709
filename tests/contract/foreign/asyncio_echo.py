"""A server of somebody else's: Python's asyncio, as its manual shows it.

    ./tincan check 04 -- python3 asyncio_echo.py {port}
"""

import asyncio
import sys


async def echo(reader, writer):
    try:
        while data := await reader.read(16384):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # this client has gone; the others have not
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", sys.argv[1])
    async with server:
        await server.serve_forever()


asyncio.run(main())
