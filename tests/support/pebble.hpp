// SPDX-License-Identifier: Apache-2.0
// The real test CA (Debian's package pebble) with its DNS (pebble-challtestsrv, every name is
// 127.0.0.1), on ports the kernel picked. In its default it is as hostile as its authors like: 5 %
// of good nonces refused, sleeps before validating, half of the valid authorizations reused. It
// blocks for good from about 16 orders at once: tests stay at 8.
#pragma once

#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/scratch.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace md::test {

struct PebbleOptions {
    unsigned nonce_reject = 5;   // percent
    unsigned authz_reuse = 50;   // percent
    unsigned sleep_at_most = 5;  // seconds before a validation; 0 = none
    bool strict = false;
    unsigned validity_seconds = 0;                  // of its certificates; 0 = months or years
    std::map<std::string, std::string> bindings{};  // key identifier -> MAC key; asks for EAB
    unsigned alternate_roots = 0;                   // other chains that it gives
    std::uint16_t http_port = 0, tls_port = 0;  // where its validator asks; 0 = ports of its own

    // Nothing in its way.
    static PebbleOptions calm() {
        return {.nonce_reject = 0, .authz_reuse = 0, .sleep_at_most = 0};
    }
};

class Pebble {
public:
    explicit Pebble(PebbleOptions options = {});

    std::string directory_url() const;
    // Root of its own listener: for MDCACertificateFile.
    fs::path ca_file() const { return scratch_ / "listener-root.pem"; }
    // What its listener shows; a server before it may show the same.
    fs::path listener_chain() const { return scratch_ / "listener.pem"; }
    fs::path listener_key() const { return scratch_ / "listener.key"; }
    std::uint16_t acme_port() const { return acme_.number(); }
    // Root and intermediate that certificates are issued from, as fetched from it.
    fs::path issuing_root() const { return scratch_ / "issuing-root.pem"; }
    fs::path issuing_intermediate() const { return scratch_ / "issuing-intermediate.pem"; }

    // Where its validator asks; a responder may listen there (127.0.0.1).
    std::uint16_t http_port() const {
        return options_.http_port != 0 ? options_.http_port : http_.number();
    }
    std::uint16_t tls_port() const {
        return options_.tls_port != 0 ? options_.tls_port : tls_.number();
    }
    ReservedPort& http_reservation() { return http_; }
    ReservedPort& tls_reservation() { return tls_; }

    // The name's only addresses from now on: A and AAAA. Empty removes.
    void set_addresses(const std::string& name, const std::string& ipv4, const std::string& ipv6);

    // "GET /path" of its management interface.
    std::string management(const std::string& path) const;
    // What it made since its start.
    unsigned accounts() const { return occurrences(log(), "accounts in memory"); }
    unsigned orders() const { return occurrences(log(), "orders in the db"); }
    // How often a resource was asked for: "/order-plz", "/sign-me-up", "/finalize-order/".
    unsigned requests(const std::string& path) const;
    // True once it was asked for that; false when the limit is over.
    bool wait_for_request(const std::string& path, milliseconds limit);
    // How long the first of its three validators waits before it asks, once all have been set to
    // work on a challenge: drawn by chance, and by a newer Go otherwise at each start.
    std::chrono::seconds shortest_pause(milliseconds limit);
    std::string log() const { return pebble_->output(); }

    // Ends it. start() comes back on the same ports with an empty memory and new issuers.
    void stop();
    void start();

private:
    void start_dns();
    void ask_dns(const std::string& what, const std::string& body) const;

    PebbleOptions options_;
    Scratch scratch_;
    ReservedPort http_, tls_, acme_, management_, dns_, dns_management_;
    std::unique_ptr<Process> challtestsrv_, pebble_;
};

}  // namespace md::test
