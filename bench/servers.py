"""The servers that are compared, each by a key that results are found under."""
import sys
from dataclasses import dataclass
from pathlib import Path

MOST_CONNECTIONS = 10_000
RAW = "raw"  # the limit that all others are compared with
OURS = "06"  # the one that is compared with each peer
PEERS = Path(__file__).resolve().parent / "peers"


@dataclass(frozen=True)
class Server:
    key: str
    name: str
    command: tuple  # relative to the build directory; port 0 is in it
    holds: int = MOST_CONNECTIONS
    why_not_more: str = ""
    peer: bool = False  # somebody else's
    spins: bool = False  # makes calls all the time, whatever clients do
    # Goes through all clients for each one it accepts, so that ten thousand
    # need half a minute to come in.
    fills_slowly: bool = False

    def program(self, build):
        """The file that has to exist for this server to be measured."""
        words = [word for word in self.command if word != sys.executable]
        return build / words[0]  # which may be absolute already

    def arguments(self, build):
        if self.command[0] == sys.executable:
            return list(self.command)
        return [str(build / self.command[0]), *self.command[1:]]

    @property
    def headline(self):
        """Measured more often than others, for ratios one can rely on."""
        return self.peer or self.key == OURS


SELECT = "select knows no descriptor above 1023"

SERVERS = [
    Server("01", "blocking", ("01-blocking/echo_server", "0"), holds=1,
           why_not_more="serves one client at a time"),
    Server("02", "non-blocking, busy", ("02-nonblocking-busy/echo_server", "0"),
           spins=True, fills_slowly=True),
    Server("03", "select", ("03-select/echo_server", "0"), holds=1000,
           why_not_more=SELECT),
    Server("04", "poll", ("04-poll/echo_server", "0"), fills_slowly=True),
    Server("04-epoll", "epoll, level-triggered",
           ("04-poll/epoll_echo_server", "0")),
    Server("04-edge", "epoll, edge-triggered",
           ("04-poll/epoll_echo_server", "--edge", "0")),
    Server("05", "a thread per client", ("05-threads/echo_server", "0")),
    Server("05-pool", "a pool of 64 threads",
           ("05-threads/pool_echo_server", "0", "127.0.0.1", "64", "64"),
           holds=64, why_not_more="a thread serves one client at a time"),
    Server("05-fork", "a process per client",
           ("05-threads/fork_echo_server", "0"), holds=1000,
           why_not_more="10,000 processes could take this machine down"),
    Server("06-select", "coroutines on select",
           ("06-coroutines/echo_server", "0", "--selector=select"), holds=1000,
           why_not_more=SELECT),
    Server("06-poll", "coroutines on poll",
           ("06-coroutines/echo_server", "0", "--selector=poll")),
    # From here on the headline: they are measured one after the other, since
    # the nearer two measurements are, the better they compare.
    Server("06", "coroutines on epoll",
           ("06-coroutines/echo_server", "0", "--selector=epoll")),
    Server(RAW, "raw epoll in C, the limit", ("bench/peers/raw_echo", "0"),
           peer=True),
    Server("asio", "Asio, C++20 coroutines", ("bench/peers/asio_echo", "0"),
           peer=True),
    Server("libuv", "libuv", ("bench/peers/uv_echo", "0"), peer=True),
    Server("asyncio", "Python asyncio, streams",
           (sys.executable, str(PEERS / "asyncio_echo.py"), "0"), peer=True),
]

CHAT = "07"

# Every line goes to everybody: nobody may be told that he talks too fast.
CHATS = [
    Server(CHAT, "the chat of stage 7",
           ("07-chat/chat_server", "0", "--rate", "0", "--idle", "3600")),
    Server("asio", "Asio, C++20 coroutines", ("bench/peers/asio_chat", "0"),
           peer=True),
    Server("asyncio", "Python asyncio, streams",
           (sys.executable, str(PEERS / "asyncio_chat.py"), "0"), peer=True),
]


def choose(names):
    """The servers that `names` ask for, and the limit; all if none is named.

    "04" asks for every server of stage 04, "04-edge" for that one."""
    called = {name: {server.key for server in SERVERS
                     if name in (server.key, server.key.split("-")[0])}
              for name in names}
    for name, keys in called.items():
        if not keys:
            known = " ".join(server.key for server in SERVERS)
            raise ValueError(f"no server is called {name!r}: {known}")
    asked_for = set().union({RAW}, *called.values())
    return [server for server in SERVERS
            if not names or server.key in asked_for]
