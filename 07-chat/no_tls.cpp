// Stands in for tls_context.cpp and tls_stream.cpp where there is no OpenSSL:
// --tls then says so, and everything else works.
#include "07-chat/tls_stream.hpp"

#include <stdexcept>

namespace tincan::chat {

const bool kHasTls = false;

namespace {

[[noreturn]] void refuse() {
    throw std::runtime_error(
        "built without TLS: install libssl-dev and build again");
}

}  // namespace

TlsContext make_server_tls(const std::string&, const std::string&) {
    refuse();
}

TlsContext make_client_tls(const std::string&) {
    refuse();
}

TlsContext make_insecure_client_tls() {
    refuse();
}

std::unique_ptr<StreamFilter> make_server_filter(const TlsContext&) {
    refuse();
}

std::unique_ptr<StreamFilter> make_client_filter(const TlsContext&,
                                                 const std::string&) {
    refuse();
}

Coro<void> accept_tls(Streams, TlsContext) {
    refuse();
}

Coro<void> connect_tls(Streams, TlsContext, std::string) {
    refuse();
}

}  // namespace tincan::chat
