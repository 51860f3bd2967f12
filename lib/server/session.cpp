// SPDX-License-Identifier: Apache-2.0
// Reading into one small buffer that grows up to the limit, responding to all that is complete in
// it, writing the responses in one go. A response is made when the head of a request is there; a
// body is skipped.
#include "server/session.hpp"

#include "base/log.hpp"
#include "base/receipt.hpp"
#include "server/reply.hpp"
#include "server/request_parser.hpp"
#include "server/streaming.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace md::server {
namespace {

constexpr std::size_t first_buffer = 1024;
const char* const not_listed = "MDProxyProtocol does not list that address";

class Session {
public:
    Session(Service& service, Stream& stream, ConnectionLimits::Slot& slot, bool over_tls,
            PeerAddress peer)
        : service_(service),
          stream_(stream),
          slot_(slot),
          over_tls_(over_tls),
          peer_(std::move(peer)) {}

    base::Task<void> run();

private:
    bool make_space();
    bool take_in();
    bool advance();
    void reply();
    void stream(Response response);
    void refuse(std::string_view arrived);
    void next_request();
    base::Task<bool> send_responses();

    Service& service_;
    Stream& stream_;
    ConnectionLimits::Slot& slot_;
    bool over_tls_;
    PeerAddress peer_;  // what connected
    bool open_ = true;  // more requests are welcome

    std::vector<char> buffer_ = std::vector<char>(first_buffer);
    std::size_t begin_ = 0, end_ = 0;  // of what has come and was not consumed
    std::optional<RequestParser> parser_;
    bool responded_ = false;  // to the present request; its body may still be coming
    unsigned served_ = 0;
    std::string out_;
    std::shared_ptr<const std::string> page_;               // the body of the last response in out_
    std::optional<StreamedResponse> streamed_;              // comes after those in out_
    std::vector<std::shared_ptr<base::Receipt>> receipts_;  // of the responses in out_
};

base::Task<void> Session::run() {
    while (open_ && make_space()) {
        std::size_t count =
            co_await stream_.read_some(buffer_.data() + end_, buffer_.size() - end_);
        if (count == 0 || slot_.evicted())
            co_return;
        end_ += count;
        bool more = true;
        while (more) {
            more = take_in();
            bool sent = co_await send_responses();
            if (!sent || slot_.evicted())
                co_return;
        }
    }
    co_await stream_.finish();
}

// What is left moves to the front; false when it fills the largest buffer and still is not enough.
bool Session::make_space() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    std::size_t largest = std::max(service_.limits().header_octets + 2, first_buffer);
    if (end_ == buffer_.size())
        buffer_.resize(std::min(largest, 2 * end_));
    return end_ < buffer_.size();
}

// Responds to what has come. True when a page or a stream has to be sent before the rest is looked
// at: a client that asks for many at once gets one at a time.
bool Session::take_in() {
    while (open_ && begin_ < end_ && advance())
        if (page_ || streamed_)
            return true;
    return false;
}

// One step of the parser; false when it needs more octets.
bool Session::advance() {
    if (!parser_)
        parser_.emplace(service_.limits());
    using ParseProgress = RequestParser::ParseProgress;
    const std::string_view arrived{buffer_.data() + begin_, end_ - begin_};
    ParseProgress progress = parser_->advance(arrived);
    begin_ += parser_->consumed();
    if (progress == ParseProgress::refused)
        refuse(arrived);
    else if (progress == ParseProgress::head)
        reply();
    if (progress == ParseProgress::whole ||
        (progress == ParseProgress::head && parser_->is_whole()))
        next_request();
    return progress != ParseProgress::more;
}

void Session::reply() {
    const Request request{over_tls_, parser_->method(), parser_->target(), parser_->host()};
    Response response = service_.respond(request);
    // RFC 9110 §10.1.1: a final response instead of "100 Continue"; the body then never comes.
    bool body_withheld = parser_->expects_continue() && !parser_->is_whole();
    responded_ = true;
    open_ = parser_->keeps_alive() && !body_withheld &&
            ++served_ < service_.limits().requests_per_connection;
    bool without_body = request.method == "HEAD";
    if (response.stream && !without_body)
        return stream(std::move(response));
    append_reply(out_, response,
                 {service_.date(), without_body || response.page, !open_, parser_->http_1_0()});
    if (!without_body)
        page_ = response.page;
    if (response.receipt)
        receipts_.push_back(std::move(response.receipt));
    if (log::enabled(log::Level::debug))
        log::debug("request answered", log::kv("method", request.method),
                   log::kv("host", request.host), log::kv("status", response.status));
}

// A body without a length ends with the connection where the client knows no chunks.
void Session::stream(Response response) {
    open_ = open_ && !parser_->http_1_0();
    streamed_ = {std::move(response), std::string(service_.date()), !open_, parser_->http_1_0()};
}

// `arrived` is what the refused request begins with.
void Session::refuse(std::string_view arrived) {
    open_ = false;
    const bool is_proxy_header = served_ == 0 && begins_like_proxy_header(arrived);
    if (is_proxy_header)
        service_.report_proxy_header(peer_, not_listed, arrived);
    if (!responded_)
        append_reply(out_, refusal(is_proxy_header ? 400 : parser_->refused_with()),
                     {service_.date(), false, true});
}

void Session::next_request() {
    parser_.reset();
    responded_ = false;
    slot_.renew(std::chrono::steady_clock::now());
}

base::Task<bool> Session::send_responses() {
    bool sent = true;
    if (!out_.empty())
        sent = co_await stream_.write_all(out_);
    out_.clear();
    if (auto page = std::exchange(page_, nullptr); page && sent)
        sent = co_await stream_.write_all(*page);
    if (auto streamed = std::exchange(streamed_, {}); streamed && sent)
        sent = co_await send_streamed(stream_, slot_, std::move(*streamed));
    for (const auto& receipt : std::exchange(receipts_, {}))
        if (sent)
            receipt->note();
    co_return sent;
}

// The client that the load balancer passes on counts from then on; none is trusted for it. False:
// refused.
base::Task<bool> hear_proxy(Service& service, Stream& stream, ConnectionLimits::Slot& slot,
                            const PeerAddress& peer) {
    std::string arrived;
    ProxyHeader header = co_await stream.read_proxy_header(arrived);
    if (slot.evicted())
        co_return false;
    if (header.state == ProxyHeader::HeaderState::whole) {
        if (header.source)
            slot.belongs_to(Service::peer_of(*header.source));
        co_return true;
    }
    if (!arrived.empty())  // a look whether the port is open
        service.report_proxy_header(peer, header.reason, arrived);
    co_await stream.finish();
    co_return false;
}

// False: the connection is over.
base::Task<bool> shake_hands(Service& service, Stream& stream, ConnectionLimits::Slot& slot,
                             const PeerAddress& peer) {
    bool established = co_await stream.start_tls(service.tls());
    if (slot.evicted())
        co_return false;
    if (!stream.unexpected().empty())
        service.report_proxy_header(peer, not_listed, stream.unexpected());
    const CertificateOffer& offer = stream.offer();
    if (established && offer.receipt)
        offer.receipt->note();
    if (!established || offer.handshake_only) {
        co_await stream.finish();
        co_return false;
    }
    slot.renew(std::chrono::steady_clock::now());
    co_return true;
}

}  // namespace

base::Task<void> serve_session(Service& service, ConnectedSocket socket, PeerAddress peer,
                               bool over_tls) {
    Stream stream(std::move(socket));
    ConnectionLimits::Slot slot = service.enter(over_tls, peer, stream);
    if (service.is_proxy(peer)) {
        bool understood = co_await hear_proxy(service, stream, slot, peer);
        if (!understood)
            co_return;
    }
    if (over_tls) {
        bool usable = co_await shake_hands(service, stream, slot, peer);
        if (!usable)
            co_return;
    }
    Session session(service, stream, slot, over_tls, peer);
    co_await session.run();
}

}  // namespace md::server
