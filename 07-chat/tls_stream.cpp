#include "07-chat/tls_stream.hpp"

#include "07-chat/tls_error.hpp"

#include <openssl/bio.h>
#include <openssl/buffer.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace tincan::chat {

namespace {

// What OpenSSL is given at once, and what an idle connection's BIO may keep.
constexpr std::size_t kPiece = 16384;
constexpr std::size_t kIdleBuffer = 512;

// What the first byte of who speaks TLS can be: of a handshake, or of an alert
// that says why there will be none (RFC 8446, 5.1). OpenSSL would tell by the
// next ones, and take CONNECT for a question to a web proxy.
constexpr char kAlert = 21;
constexpr char kHandshake = 22;

// #region filter
class TlsFilter final : public StreamFilter {
public:
    explicit TlsFilter(const TlsContext& context);

    void accept() { SSL_set_accept_state(ssl_.get()); }
    void connect(const std::string& host);

    void start(std::string& wire) override;
    bool ready() const override { return ready_; }
    bool decode(std::string_view wire, std::string& plain,
                std::string& reply) override;
    void encode(std::string_view plain, std::string& wire) override;
    void finish(std::string& wire) override;

private:
    void check_first(char byte);
    bool take_in(std::string_view piece, std::string& plain);
    void shake_hands();
    bool read_records(std::string& plain);
    void take_out(std::string& wire);

    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    BIO* in_;   // from the peer, for OpenSSL to read
    BIO* out_;  // from OpenSSL, for the peer
    bool begun_ = false;
    bool ready_ = false;
};
// #endregion filter

// Gives back what a burst has made of a buffer that is empty now.
void empty(BIO* bio) {
    BUF_MEM* memory = nullptr;
    BIO_get_mem_ptr(bio, &memory);
    if (memory->max > kIdleBuffer) {
        BIO_set_mem_buf(bio, BUF_MEM_new(), BIO_CLOSE);
    } else {
        BIO_reset(bio);
    }
}

// #region make
TlsFilter::TlsFilter(const TlsContext& context)
    : ssl_(SSL_new(context.get()), SSL_free),
      in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())) {
    if (!ssl_ || in_ == nullptr || out_ == nullptr) {
        BIO_free(in_);
        BIO_free(out_);
        throw std::bad_alloc();
    }
    SSL_set_bio(ssl_.get(), in_, out_);  // they are its own now
}

bool is_address(const std::string& host) {
    std::array<char, sizeof(in6_addr)> address;
    return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

void TlsFilter::connect(const std::string& host) {
    SSL* ssl = ssl_.get();
    SSL_set_connect_state(ssl);
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ERR_clear_error();
    if (is_address(host)) {
        X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
        if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1) {
            throw_tls_error(host);
        }
    } else if (SSL_set1_host(ssl, host.c_str()) != 1 ||
               SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) {
        throw_tls_error(host);
    }
}
// #endregion make

// A client speaks first.
void TlsFilter::start(std::string& wire) {
    if (SSL_is_server(ssl_.get()) == 1) return;
    shake_hands();
    take_out(wire);
}

// #region decode
bool TlsFilter::decode(std::string_view wire, std::string& plain,
                       std::string& reply) {
    if (wire.empty()) {
        throw_tls_error(ready_ ? TlsError::truncated
                               : TlsError::closed_in_handshake);
    }
    check_first(wire.front());
    bool more = true;
    try {
        while (more && !wire.empty()) {
            std::string_view piece = wire.substr(0, kPiece);
            more = take_in(piece, plain);
            wire.remove_prefix(piece.size());
        }
    } catch (const std::system_error&) {
        take_out(reply);  // why we are not content
        throw;
    }
    take_out(reply);
    return more;
}

bool TlsFilter::take_in(std::string_view piece, std::string& plain) {
    BIO_write(in_, piece.data(), static_cast<int>(piece.size()));
    if (!ready_) shake_hands();
    bool more = !ready_ || read_records(plain);
    empty(in_);
    return more;
}

void TlsFilter::shake_hands() {
    ERR_clear_error();
    int result = SSL_do_handshake(ssl_.get());
    ready_ = result == 1;
    if (ready_ || SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ) {
        return;
    }
    long verdict = SSL_get_verify_result(ssl_.get());
    if (SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE &&
        verdict != X509_V_OK) {
        throw_disbelief(verdict);
    }
    throw_tls_error("TLS");
}

// All that is there; false at the peer's close_notify.
bool TlsFilter::read_records(std::string& plain) {
    std::array<char, SSL3_RT_MAX_PLAIN_LENGTH> record;
    std::size_t count = 0;
    int result = 1;
    while (result == 1) {
        plain.append(record.data(), count);
        ERR_clear_error();
        result = SSL_read_ex(ssl_.get(), record.data(), record.size(), &count);
    }
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return true;
        case SSL_ERROR_ZERO_RETURN:
            return false;
        default:
            throw_tls_error("TLS");
    }
}
// #endregion decode

void TlsFilter::check_first(char byte) {
    if (std::exchange(begun_, true)) return;
    if (byte != kHandshake && byte != kAlert)
        throw_tls_error(TlsError::not_tls);
}

// #region encode
void TlsFilter::encode(std::string_view plain, std::string& wire) {
    if (plain.empty()) return;
    std::size_t written = 0;
    ERR_clear_error();
    if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written) != 1) {
        throw_tls_error("TLS");
    }
    take_out(wire);
}

// Ends our half only: the peer may go on.
void TlsFilter::finish(std::string& wire) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    take_out(wire);
}

void TlsFilter::take_out(std::string& wire) {
    char* bytes = nullptr;
    long count = BIO_get_mem_data(out_, &bytes);
    if (count <= 0) return;
    wire.append(bytes, static_cast<std::size_t>(count));
    empty(out_);
}
// #endregion encode

}  // namespace

std::unique_ptr<StreamFilter> make_server_filter(const TlsContext& context) {
    auto filter = std::make_unique<TlsFilter>(context);
    filter->accept();
    return filter;
}

std::unique_ptr<StreamFilter> make_client_filter(const TlsContext& context,
                                                 const std::string& host) {
    auto filter = std::make_unique<TlsFilter>(context);
    filter->connect(host);
    return filter;
}

// #region handshake
Coro<void> accept_tls(Streams streams, TlsContext context) {
    streams.second.set_filter(make_server_filter(context));
    co_await streams.first.ready();
}

Coro<void> connect_tls(Streams streams, TlsContext context, std::string host) {
    streams.second.set_filter(make_client_filter(context, host));
    co_await streams.first.ready();
}
// #endregion handshake

}  // namespace tincan::chat
