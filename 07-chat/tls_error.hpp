// What goes wrong in TLS, as std::system_error like all that goes wrong with a
// connection.
#pragma once

#include <string>
#include <system_error>

namespace tincan::chat {

enum class TlsError {
    not_tls = 1,
    closed_in_handshake,
    truncated,
};

// What OpenSSL has noted down about the call that just failed: the first
// thing, which led to the others. Before each call the list must be emptied
// (ERR_clear_error), or it tells of somebody else's failure.
std::error_code last_tls_error();

[[noreturn]] void throw_tls_error(const std::string& what);
[[noreturn]] void throw_tls_error(TlsError error);
// Why a certificate was not believed, a number X509_V_ERR_...
[[noreturn]] void throw_disbelief(long verdict);

}  // namespace tincan::chat
