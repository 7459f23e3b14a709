"""asyncio with streams, as its documentation writes an echo server."""
import asyncio
import platform
import sys


async def echo(reader, writer):
    try:
        while data := await reader.read(16384):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main(port):
    # asyncio sets TCP_NODELAY by itself.
    server = await asyncio.start_server(echo, "127.0.0.1", port)
    host, port = server.sockets[0].getsockname()
    print(f"listening on {host}:{port} (Python {platform.python_version()})",
          flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000))
