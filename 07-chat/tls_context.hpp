// Who we are and whom we believe, in TLS: made once, used by many connections.
#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace tincan::chat {

// Whether this program was built with OpenSSL. If not, what makes a context
// throws.
extern const bool kHasTls;

// A handle: copies are the same context. One made by default is none: no TLS.
class TlsContext {
public:
    TlsContext() = default;
    explicit TlsContext(std::shared_ptr<ssl_ctx_st> context)
        : context_(std::move(context)) {}

    explicit operator bool() const { return context_ != nullptr; }
    // A client's, that believes everything.
    bool insecure() const { return insecure_; }
    void be_insecure() { insecure_ = true; }
    ssl_ctx_st* get() const { return context_.get(); }

private:
    std::shared_ptr<ssl_ctx_st> context_;
    bool insecure_ = false;
};

// All of these speak TLS 1.2 and 1.3, nothing older; without renegotiation,
// compression and resumption. They throw std::runtime_error ("cert.pem: No such
// file or directory").

// For a server that shows what is in these files, PEM: its certificate with
// the ones between it and a CA, and its key, without a pass phrase.
TlsContext make_server_tls(const std::string& certificate,
                           const std::string& key);
// For a client that believes what a CA in `ca_file` has signed for the name of
// the server; an empty name stands for those that the system trusts.
TlsContext make_client_tls(const std::string& ca_file);
// For a client that believes everything.
TlsContext make_insecure_client_tls();

}  // namespace tincan::chat
