// What a connection's bytes go through on their way, TLS for example.
#pragma once

#include <string>
#include <string_view>

namespace tincan {

// #region filter
// Turns what is read and written into what is on the wire and back. It does no
// I/O: bytes go in and bytes come out, so it neither waits nor can be waited
// for, and is tested without a connection.
class StreamFilter {
public:
    StreamFilter() = default;
    StreamFilter(const StreamFilter&) = delete;
    StreamFilter& operator=(const StreamFilter&) = delete;
    virtual ~StreamFilter() = default;

    // Appends what is to be sent before anything has come.
    virtual void start(std::string& wire) = 0;
    // Whether what is written can be encoded. If it is not, decode will change
    // that, when the peer has said what it must.
    virtual bool ready() const = 0;

    // The peer has sent `wire`, or ended its stream: then it is empty. Appends
    // what can be read to `plain`, and to `reply` what the peer must be told
    // because of it; then returns false if nothing more will come. Throws what
    // is wrong; what was appended by then counts.
    virtual bool decode(std::string_view wire, std::string& plain,
                        std::string& reply) = 0;
    virtual void encode(std::string_view plain, std::string& wire) = 0;
    // Appends what says that no more will be written.
    virtual void finish(std::string& wire) = 0;
};
// #endregion filter

}  // namespace tincan
