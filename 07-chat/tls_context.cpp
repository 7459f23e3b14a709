#include "07-chat/tls_context.hpp"

#include "07-chat/tls_error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace tincan::chat {

const bool kHasTls = true;

namespace {

// Else OpenSSL would ask for a pass phrase on the terminal, and a server wait.
int no_pass_phrase(char*, int, int, void*) {
    return -1;
}

// #region context
TlsContext make_context(const SSL_METHOD* method) {
    ERR_clear_error();
    TlsContext context(
        std::shared_ptr<SSL_CTX>(SSL_CTX_new(method), SSL_CTX_free));
    if (!context) throw_tls_error("TLS");
    SSL_CTX* made = context.get();
    SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    // Of TLS 1.2 only those in which the server's key signs, and opens nothing;
    // of TLS 1.3 there are no others.
    if (SSL_CTX_set_cipher_list(made, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
        throw_tls_error("TLS");
    }
    SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_NO_TICKET);
    // A chat lasts for hours: nothing is gained by remembering its keys for
    // the next one, and they would have to be kept.
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(made, 0);
    // Two buffers of 16 KiB that a connection has no use for while it is idle.
    SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(made, no_pass_phrase);
    return context;
}
// #endregion context

void expect(int result, const std::string& what) {
    if (result != 1) throw_tls_error(what);
}

}  // namespace

// #region make
TlsContext make_server_tls(const std::string& certificate,
                           const std::string& key) {
    TlsContext context = make_context(TLS_server_method());
    SSL_CTX* made = context.get();
    expect(SSL_CTX_use_certificate_chain_file(made, certificate.c_str()),
           certificate);
    std::string not_its_key = key + ": not the key of " + certificate;
    expect(SSL_CTX_use_PrivateKey_file(made, key.c_str(), SSL_FILETYPE_PEM),
           not_its_key);
    expect(SSL_CTX_check_private_key(made), not_its_key);
    return context;
}

TlsContext make_client_tls(const std::string& ca_file) {
    TlsContext context = make_context(TLS_client_method());
    SSL_CTX* made = context.get();
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER, nullptr);
    if (ca_file.empty()) {
        expect(SSL_CTX_set_default_verify_paths(made), "the system's CAs");
    } else {
        expect(SSL_CTX_load_verify_file(made, ca_file.c_str()), ca_file);
    }
    return context;
}

TlsContext make_insecure_client_tls() {
    TlsContext context = make_context(TLS_client_method());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    context.be_insecure();
    return context;
}
// #endregion make

}  // namespace tincan::chat
