// Streams: a connection as two things, one to read from and one to write to.
//
//   Endpoint endpoint{"localhost", "8000"};
//   auto [reader, writer] = co_await open_connection(endpoint);
//   writer.write("hello\n");
//   co_await writer.drain();
//   std::string line(co_await reader.readline());
//   writer.close();
//   co_await writer.wait_closed();
//
// Both are handles, cheap to copy, of one connection; it is closed when the
// last of them goes, but not well: see close. asyncio.StreamReader,
// StreamWriter, open_connection
#pragma once

#include "06-coroutines/tincan/generator.hpp"
#include "06-coroutines/tincan/ref.hpp"
#include "06-coroutines/tincan/stream_input.hpp"
#include "06-coroutines/tincan/stream_output.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tincan {

// How far read_until and readline look for their separator.
inline constexpr std::size_t kStreamLimit = 65536;

namespace detail {

class Connection : public Counted {
public:
    Connection(AsyncSocket socket, std::string peer, std::size_t limit)
        : socket_(std::move(socket)),
          peer_(std::move(peer)),
          input_(socket_, limit),
          output_(socket_) {}

    AsyncSocket& socket() { return socket_; }
    const std::string& peer() const { return peer_; }
    StreamInput& input() { return input_; }
    StreamOutput& output() { return output_; }
    WaitList& closing() { return closing_; }
    bool is_closing() const { return state_ != State::open; }
    bool closed() const { return state_ == State::closed; }

    void stop_reading();
    template <class Bytes>
    void write(Bytes bytes) {
        if (Filtering* filtering = input_.filtering()) {
            filtering->write(bytes);
        } else {
            output_.write(std::move(bytes));
        }
    }
    void writelines(std::span<const std::string_view> lines);
    void write_eof();
    void set_filter(std::unique_ptr<StreamFilter> filter);
    void close();
    void abort();

private:
    enum class State { open, closing, closed };

    // A pipe: its half is the whole.
    bool one_way() const { return socket_.medium() != Medium::socket; }
    void finish_writing();
    bool nothing_on_its_way() const;
    class Aborter;
    static Coro<void> linger(Aborter aborter);

    State state_ = State::open;
    AsyncSocket socket_;
    std::string peer_;
    StreamInput input_;
    StreamOutput output_;
    WaitList closing_;
};

class WaitClosed final : public Waiter {
public:
    explicit WaitClosed(Connection& connection)
        : Waiter(connection.closing()), connection_(connection) {}
    bool attempt() override { return connection_.closed(); }
    const char* what() const override { return "closed"; }

private:
    Connection& connection_;
};

}  // namespace detail

// #region reader
// One task at a time reads. What a read gives is borrowed: valid until the
// next read of this stream; make a std::string of it to keep it. A read that
// is cancelled, or times out, takes nothing: the next one finds all the bytes.
// Errors of the connection are std::system_error ("recv: ...").
class StreamReader {
public:
    explicit StreamReader(Ref<detail::Connection> connection)
        : connection_(std::move(connection)) {}

    // At least one byte, `most` at most; "" at the end of the stream.
    detail::ReadSome read(std::size_t most = kStreamLimit) {
        return {input(), watch(), most};
    }
    // Up to and with the next LF; what is left at the end of the stream, then
    // "". Throws LimitOverrun.
    detail::ReadLine readline() { return {input(), watch()}; }
    // Up to and with `separator`, which must stay. Throws LimitOverrun, and
    // IncompleteRead at the end of the stream.
    detail::ReadUntil read_until(std::string_view separator);
    // Exactly `count` bytes, however many; throws IncompleteRead.
    detail::ReadExactly readexactly(std::size_t count) {
        return {input(), watch(), count};
    }

    // The stream has ended and everything was taken.
    bool at_eof() const;
    // The stream ends here for us: reads give what has been received, then
    // its end.
    void stop() { connection_->stop_reading(); }

    // Until the filter is ready, and the writer may be written to; throws what
    // is wrong with what the peer sends.
    detail::FilterReady ready() { return {input(), watch()}; }

private:
    detail::StreamInput& input() { return connection_->input(); }
    Watch& watch() { return connection_->socket().watch(); }

    Ref<detail::Connection> connection_;
};
// #endregion reader

// #region writer
class StreamWriter {
public:
    explicit StreamWriter(Ref<detail::Connection> connection)
        : connection_(std::move(connection)) {}

    // Sends what the kernel takes at once and queues the rest. Never waits and
    // never throws: an error is drain's to tell, and ends the reader's stream;
    // writing after it, or after close, is in vain.
    void write(std::string_view bytes) { connection_->write(bytes); }
    // The same for bytes that go to many: they are not copied, and all that
    // are written in one turn of the loop go out in one sendmsg(2) after it.
    void write(SharedBytes bytes) { connection_->write(std::move(bytes)); }
    // Several pieces in one send(2).
    void writelines(std::span<const std::string_view> lines) {
        connection_->writelines(lines);
    }
    // Waits while more than 64 KiB are queued, until 16 KiB are left. Throws
    // std::system_error ("send: ...") when the connection is broken. Who never
    // drains, never learns, and may queue without bound.
    detail::StreamDrain drain() {
        return {output(), detail::StreamDrain::Down::to_low_water};
    }
    // How many bytes are queued, as they go out.
    std::size_t queued() const { return connection_->output().size(); }
    // Tries again to send that now, rather than when the loop says it can.
    void flush() { output().flush(); }
    // Half-close after what is queued: the peer sees the end of the stream and
    // may still talk. A pipe is closed.
    void write_eof() { connection_->write_eof(); }

    // Ends the connection well: stops reading, sends what is queued, half-
    // closes, and discards what the peer still says until it closes too, a
    // second at most. A plain close(2) with one unread byte in the socket
    // would reset the connection and destroy our last words on their way.
    void close() { connection_->close(); }
    // Ends it now; what is queued is lost.
    void abort() { connection_->abort(); }
    // Until the socket is closed, by whichever of them.
    detail::WaitClosed wait_closed() {
        return detail::WaitClosed(*connection_);
    }

    // From now on all that is read and written goes through `filter`, also
    // what has been received and not been read. Nothing may be written until
    // the reader's ready() has come back, else write throws std::logic_error.
    // Once for a connection. StreamWriter.start_tls
    void set_filter(std::unique_ptr<StreamFilter> filter) {
        connection_->set_filter(std::move(filter));
    }

    // For what is built on streams.
    const Ref<detail::Connection>& connection() const { return connection_; }
    // "127.0.0.1:53412". get_extra_info("peername")
    const std::string& peer() const { return connection_->peer(); }
    // For setsockopt and the like; not to be closed.
    int fd() const { return connection_->socket().fd(); }

private:
    detail::StreamOutput& output() { return connection_->output(); }

    Ref<detail::Connection> connection_;
};
// #endregion writer

using Streams = std::pair<StreamReader, StreamWriter>;

// Makes streams of a socket that is connected.
Streams make_streams(Socket socket, std::string peer,
                     std::size_t limit = kStreamLimit);

// One line after another, each with its LF (the last perhaps without),
// borrowed until the next: `async for line in reader`
AsyncGenerator<std::string_view> lines(StreamReader reader);

// Connects to the first address of `endpoint` that answers. Throws
// std::system_error ("connect localhost:8000: ..."), or std::runtime_error if
// the name is unknown. A name is looked up in a thread: getaddrinfo(3) blocks.
Coro<Streams> open_connection(Endpoint endpoint,
                              std::size_t limit = kStreamLimit);

}  // namespace tincan
