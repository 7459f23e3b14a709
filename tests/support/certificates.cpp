#include "tests/support/certificates.hpp"

#include "tests/support/process.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace tincan::test {

namespace {

void openssl(Command arguments) {
    arguments.insert(arguments.begin(), "openssl");
    Process process(arguments);
    std::optional<Exit> exit =
        process.wait_exit(Deadline(std::chrono::seconds(20)));
    process.end();
    if (!exit || exit->code != 0) {
        throw std::runtime_error(to_string(arguments) + '\n' + process.err());
    }
}

}  // namespace

Certificates::Certificates() {
    std::string name =
        std::filesystem::temp_directory_path() / "tincan_tls_XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), name);
    }
    folder_ = name;
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-keyout", path("ca.key"),
             "-out", ca(), "-subj", "/CN=Test CA", "-days", "2"});
}

void Certificates::make(const std::string& name, const std::string& names,
                        int days) const {
    openssl({"req", "-new", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-keyout",
             path(name + ".key"), "-out", path(name + ".csr"), "-subj",
             "/CN=" + name, "-addext", "subjectAltName=" + names});
    openssl({"x509", "-req", "-in", path(name + ".csr"), "-CA", ca(), "-CAkey",
             path("ca.key"), "-copy_extensions", "copyall", "-days",
             std::to_string(days), "-out", path(name + ".pem")});
}

}  // namespace tincan::test
