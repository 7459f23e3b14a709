#include "07-chat/tls_error.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

namespace tincan::chat {

namespace {

class OurErrors final : public std::error_category {
    const char* name() const noexcept override { return "TLS"; }
    std::string message(int error) const override {
        switch (static_cast<TlsError>(error)) {
            case TlsError::not_tls:
                return "this is not TLS";
            case TlsError::closed_in_handshake:
                return "closed in the middle of the handshake";
            case TlsError::truncated:
                return "closed without saying so (close_notify)";
        }
        return "unknown error";
    }
};

class OpenSslErrors final : public std::error_category {
    const char* name() const noexcept override { return "OpenSSL"; }
    std::string message(int error) const override {
        const char* reason =
            ERR_reason_error_string(static_cast<unsigned long>(error));
        return reason != nullptr ? reason : "unknown error";
    }
};

class Disbelief final : public std::error_category {
    const char* name() const noexcept override { return "X.509"; }
    std::string message(int verdict) const override {
        return X509_verify_cert_error_string(verdict);
    }
};

const OurErrors our_errors;
const OpenSslErrors openssl_errors;
const Disbelief disbelief;

}  // namespace

std::error_code last_tls_error() {
    unsigned long error = ERR_get_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(error)) {
        return {ERR_GET_REASON(error), std::generic_category()};
    }
    return {static_cast<int>(error), openssl_errors};
}

void throw_tls_error(const std::string& what) {
    throw std::system_error(last_tls_error(), what);
}

void throw_tls_error(TlsError error) {
    throw std::system_error(static_cast<int>(error), our_errors, "TLS");
}

void throw_disbelief(long verdict) {
    throw std::system_error(static_cast<int>(verdict), disbelief,
                            "the server's certificate");
}

}  // namespace tincan::chat
