// SPDX-License-Identifier: Apache-2.0
// One HTTP/1 request out of the octets of a connection (RFC 9112): Beast's parser, with the shapes
// refused that two servers in a row could understand differently. Keeps views, allocates nothing.
#pragma once

#include "server/limits.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <string_view>

namespace md::server {

class RequestParser final : private boost::beast::http::basic_parser<true> {
public:
    enum class ParseProgress { more, head, whole, refused };

    explicit RequestParser(const Limits& limits);

    // Looks at what has come and not been consumed. `more`: needs more octets behind the present
    // ones. `head`: the request can be answered, its views are of these octets; what is left of its
    // body, if anything, is then skipped by further calls until `whole`.
    ParseProgress advance(std::string_view octets);
    // How many octets the last advance() used up; they are not shown to it again.
    std::size_t consumed() const { return consumed_; }

    // After `head`:
    std::string_view method() const { return method_; }
    std::string_view target() const { return target_; }
    std::string_view host() const { return host_; }
    bool http_1_0() const { return version() == 10; }
    bool keeps_alive() const { return keep_alive(); }
    // The client waits for a word before it sends the body (RFC 9110 §10.1.1).
    bool expects_continue() const { return expects_continue_; }
    bool is_whole() const { return is_done(); }

    // After `refused`: the status to say, before closing.
    unsigned refused_with() const { return refused_with_; }

private:
    using Base = boost::beast::http::basic_parser<true>;
    using View = boost::beast::string_view;
    using ErrorCode = boost::beast::error_code;

    ParseProgress find_head(std::string_view octets);
    ParseProgress parse_head(std::string_view head);
    ParseProgress skip_body(std::string_view octets);
    ParseProgress refuse(unsigned status);
    unsigned version() const { return version_; }
    void note_field(boost::beast::http::field field, std::string_view value);
    bool is_ambiguous() const;

    void on_request_impl(boost::beast::http::verb, View method, View target, int version,
                         ErrorCode&) override;
    void on_response_impl(int, View, int, ErrorCode&) override {}
    void on_field_impl(boost::beast::http::field field, View, View value, ErrorCode&) override;
    // Trailers mean nothing. The Beast of Boost 1.83 does not know this one, and on_field_impl()
    // gets them.
    void on_trailer_field_impl(boost::beast::http::field, View, View, ErrorCode&) {}
    void on_header_impl(ErrorCode&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, ErrorCode&) override {}
    std::size_t on_body_impl(View body, ErrorCode&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, View, ErrorCode&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, View body, ErrorCode&) override {
        return body.size();
    }
    void on_finish_impl(ErrorCode&) override {}

    std::size_t header_limit_;
    std::size_t scanned_ = 0;     // of the head: looked at already
    std::size_t line_start_ = 0;  // of the head's line that is not complete
    std::size_t consumed_ = 0;
    std::string_view method_, target_, host_;
    unsigned version_ = 11;
    unsigned refused_with_ = 0;
    unsigned hosts_ = 0, lengths_ = 0, encodings_ = 0;
    bool odd_encoding_ = false, odd_length_ = false;
    bool expects_continue_ = false, odd_expectation_ = false;
    bool head_done_ = false;
};

}  // namespace md::server
