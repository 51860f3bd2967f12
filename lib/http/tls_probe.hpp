// SPDX-License-Identifier: Apache-2.0
// Connects, asks for TLS by STARTTLS where it is not there at once (RFC 3207, RFC 9051), and looks
// at the certificate. Nothing is sent that matters, so whom it talks to is not verified: the answer
// is compared, not trusted.
#pragma once

#include "http/served_probe.hpp"

#include <chrono>

namespace md::http {

class TlsProbe final : public ServedProbe {
public:
    explicit TlsProbe(std::chrono::milliseconds limit = std::chrono::seconds{10}) : limit_(limit) {}
    base::Task<model::CertificateFacts> look(model::ServedAt place, std::string name) override;

private:
    std::chrono::milliseconds limit_;
};

}  // namespace md::http
