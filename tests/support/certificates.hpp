// Certificates for a test, made by openssl(1) in a folder that goes with it.
#pragma once

#include <filesystem>
#include <string>

namespace tincan::test {

class Certificates {
public:
    // Makes a CA. Throws std::runtime_error with what openssl said if it fails.
    Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;
    ~Certificates() { std::filesystem::remove_all(folder_); }

    std::string ca() const { return path("ca.pem"); }
    std::string path(const std::string& name) const { return folder_ / name; }

    // Writes NAME.pem and NAME.key: what `ca` signed for `names`
    // ("DNS:localhost,IP:127.0.0.1"), good for `days` from now, perhaps -1.
    void make(const std::string& name, const std::string& names,
              int days = 2) const;

private:
    std::filesystem::path folder_;
};

}  // namespace tincan::test
