// SPDX-License-Identifier: Apache-2.0
// A reverse proxy between mdcertd and the real Pebble, for what Pebble cannot do: by script its
// answers are delayed, cut, doubled, flooded, changed or replaced. Pebble makes its URLs from the
// Host header, which is handed on: all that it answers leads back here. Runs in a thread of its
// own, shows the certificate of Pebble's listener, and passes on what no script is about.
#pragma once

#include "support/pebble.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::test {

// What Pebble is asked for, told by its paths.
enum class Resource {
    directory,
    nonce,
    new_account,
    new_order,
    order,
    authorization,
    challenge,
    finalize,
    certificate,
    other
};
inline constexpr Resource all_resources[] = {
    Resource::directory, Resource::nonce,    Resource::new_account,
    Resource::new_order, Resource::order,    Resource::authorization,
    Resource::challenge, Resource::finalize, Resource::certificate};
std::string_view word(Resource resource);

struct Reply {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;  // the length is not among them
    std::string body;

    void set(const std::string& name, const std::string& value);
    void erase(const std::string& name);
};
Reply reply(unsigned status, const std::string& content_type, std::string body);
// problem+json, "urn:ietf:params:acme:error:" + type.
Reply problem_reply(unsigned status, const std::string& type);

// How an answer travels.
enum class Delivery {
    whole,
    unanswered,      // the connection ends without close_notify, nothing sent
    cut_in_header,   // ... in the middle of the header
    cut_in_body,     // ... in the middle of the body
    truncated,       // the length that was announced is never reached, but the end is a clean one
    twice,           // and once more
    octet_by_octet,  // each in a TLS record of its own
    body_of_100_mb,  // announced
    body_unbounded,  // in chunks, until the client has had enough
    header_unbounded,
    no_http,  // TLS ends and something else begins
};

// One hostile answer.
struct Play {
    // Called with the request's body in the shim's thread, before Pebble is asked.
    std::function<void(const std::string&)> before{};
    // The answer instead of Pebble's, which is not asked.
    std::optional<Reply> instead{};
    // Changes the answer.
    std::function<void(Reply&)> change{};
    Delivery delivery = Delivery::whole;
    // Pebble is asked after release() or honest() only.
    bool held = false;

    // False for one that only looks on.
    bool spoils() const { return instead || change || held || delivery != Delivery::whole; }
};

class AcmeShim {
public:
    explicit AcmeShim(const Pebble& ca);
    ~AcmeShim();

    std::string directory_url() const;

    static constexpr unsigned always = ~0U;
    // The answers of that resource after the next `skip` ones, `times` of them. Several plays may
    // wait; the first one whose turn it is plays.
    void play(Resource resource, Play play, unsigned times = always, unsigned skip = 0);
    // What is still to be played is not, and what is held goes on.
    void honest();
    // What is held goes on, and whatever else a play asked to hold.
    void release();

    unsigned hostile_answers() const;  // so far
    unsigned requests(Resource resource) const;
    // True once it was asked for that so often; false when the limit is over.
    bool wait_for_requests(Resource resource, unsigned times, milliseconds limit) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace md::test
