// SPDX-License-Identifier: Apache-2.0
// A small certification authority for tests: a root and an intermediate made anew for each object.
// Signs whatever key and names a CSR carries, and makes certificates for test servers.
#pragma once

#include "base/bytes.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace md::test {

using std::chrono::sys_seconds;

class TestIssuer {
public:
    TestIssuer();
    ~TestIssuer();

    // PEM: leaf, then intermediate. Key and subjectAltName are the CSR's (DER); other names instead
    // as openssl.cnf writes them ("DNS:a.org").
    std::string issue(base::BytesView csr, sys_seconds not_before, sys_seconds not_after,
                      const std::string& other_names = {}) const;

    struct Server {
        std::string certificate;  // PEM chain
        std::string key;          // PEM
    };
    // For a TLS server on this machine: DNS:localhost, IP:127.0.0.1 and IP:::1.
    Server loopback_server() const;

    std::string root_pem() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace md::test
