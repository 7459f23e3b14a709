// Says how long a certificate is still good.
//
//   $ ./days server.pem

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

using namespace tincan;

namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate read_certificate(const std::string& name) {
    std::unique_ptr<BIO, decltype(&BIO_free)> file(
        BIO_new_file(name.c_str(), "r"), BIO_free);
    if (!file) throw std::runtime_error(name + ": can't be read");
    Certificate read(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr),
                     X509_free);
    if (!read) throw std::runtime_error(name + ": not a certificate");
    return read;
}

std::string name_of(X509* certificate) {
    char* line =
        X509_NAME_oneline(X509_get_subject_name(certificate), nullptr, 0);
    std::string name = line == nullptr ? "nobody" : line;
    OPENSSL_free(line);
    return name;
}

// #region starter
int days_left(X509*) {
    return 14;
}
// #endregion starter
// #region solution
// Negative, or 0, if it has expired.
int days_left(X509* certificate) {
    int days = 0;
    int seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, nullptr,
                       X509_get0_notAfter(certificate)) != 1) {
        throw std::runtime_error("no date that one could understand");
    }
    return days;
}
// #endregion solution

}  // namespace

int main(int argc, char** argv) {
    bool alarm = false;
    int status = run_program(argc, argv, [&](Arguments arguments) {
        if (arguments.size() != 1) throw UsageError("FILE");
        Certificate certificate = read_certificate(arguments.front());
        int days = days_left(certificate.get());
        print_line("{}: {} days", printable(name_of(certificate.get())), days);
        alarm = days < 14;
    });
    return alarm ? 1 : status;
}
