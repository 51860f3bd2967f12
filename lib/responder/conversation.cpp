// SPDX-License-Identifier: Apache-2.0
// Reading into one small buffer that grows up to the limit, answering all that is complete in it,
// writing the answers in one go. A request is answered when its head is there; a body is skipped.
#include "responder/conversation.hpp"

#include "base/log.hpp"
#include "responder/reply.hpp"
#include "responder/request_parser.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace md::responder {
namespace {

using Address = std::optional<base::asio::ip::address>;

constexpr std::size_t first_buffer = 1024;
const char* const not_listed = "MDProxyProtocol does not list that address";

class Conversation {
public:
    Conversation(Reception& reception, Stream& stream, Crowd::Place& place, bool over_tls,
                 Address peer)
        : reception_(reception),
          stream_(stream),
          place_(place),
          over_tls_(over_tls),
          peer_(std::move(peer)) {}

    base::Task<void> run();

private:
    bool make_space();
    bool take_in();
    bool advance();
    void reply();
    void refuse(std::string_view arrived);
    void next_request();
    base::Task<bool> send_answers();

    Reception& reception_;
    Stream& stream_;
    Crowd::Place& place_;
    bool over_tls_;
    Address peer_;      // what connected
    bool open_ = true;  // more requests are welcome

    std::vector<char> buffer_ = std::vector<char>(first_buffer);
    std::size_t begin_ = 0, end_ = 0;  // of what has come and was not consumed
    std::optional<RequestParser> parser_;
    bool answered_ = false;  // the present request; its body may still be coming
    unsigned served_ = 0;
    std::string out_;
    std::shared_ptr<const std::string> page_;  // the body of the last answer in out_
    std::vector<std::function<void()>> seen_;  // to call when the answers are out
};

base::Task<void> Conversation::run() {
    while (open_ && make_space()) {
        std::size_t count =
            co_await stream_.read_some(buffer_.data() + end_, buffer_.size() - end_);
        if (count == 0 || place_.dismissed())
            co_return;
        end_ += count;
        bool more = true;
        while (more) {
            more = take_in();
            bool sent = co_await send_answers();
            if (!sent || place_.dismissed())
                co_return;
        }
    }
    co_await stream_.finish();
}

// What is left moves to the front; false when it fills the largest buffer and still is not enough.
bool Conversation::make_space() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    std::size_t largest = std::max(reception_.limits().header_octets + 2, first_buffer);
    if (end_ == buffer_.size())
        buffer_.resize(std::min(largest, 2 * end_));
    return end_ < buffer_.size();
}

// Answers what has come. True when a page has to be sent before the rest is looked at: whoever asks
// for many at once gets one at a time.
bool Conversation::take_in() {
    while (open_ && begin_ < end_ && advance())
        if (page_)
            return true;
    return false;
}

// One step of the parser; false when it needs more octets.
bool Conversation::advance() {
    if (!parser_)
        parser_.emplace(reception_.limits());
    using Progress = RequestParser::Progress;
    const std::string_view arrived{buffer_.data() + begin_, end_ - begin_};
    Progress progress = parser_->advance(arrived);
    begin_ += parser_->consumed();
    if (progress == Progress::refused)
        refuse(arrived);
    else if (progress == Progress::head)
        reply();
    if (progress == Progress::whole || (progress == Progress::head && parser_->is_whole()))
        next_request();
    return progress != Progress::more;
}

void Conversation::reply() {
    Question question{over_tls_, parser_->method(), parser_->target(), parser_->host()};
    Answer answer = reception_.answer(question);
    // RFC 9110 §10.1.1: a final answer instead of "100 Continue"; the body then never comes.
    bool body_withheld = parser_->expects_continue() && !parser_->is_whole();
    answered_ = true;
    open_ = parser_->keeps_alive() && !body_withheld &&
            ++served_ < reception_.limits().requests_per_connection;
    bool without_body = question.method == "HEAD";
    append_reply(out_, answer,
                 {reception_.date(), without_body || answer.page, !open_, parser_->http_1_0()});
    if (!without_body)
        page_ = answer.page;
    if (answer.posting != nullptr && answer.posting->on_seen)
        seen_.push_back(answer.posting->on_seen);
    if (log::enabled(log::Level::debug))
        log::debug("request answered", log::kv("method", question.method),
                   log::kv("host", question.host), log::kv("status", answer.status),
                   log::kv("challenge", answer.posting != nullptr ? "yes" : "no"));
}

// `arrived` is what the refused request begins with.
void Conversation::refuse(std::string_view arrived) {
    open_ = false;
    const bool is_proxy_header = served_ == 0 && begins_like_proxy_header(arrived);
    if (is_proxy_header)
        reception_.report_proxy_header(peer_, not_listed, arrived);
    if (!answered_)
        append_reply(out_, refusal(is_proxy_header ? 400 : parser_->refused_with()),
                     {reception_.date(), false, true});
}

void Conversation::next_request() {
    parser_.reset();
    answered_ = false;
    place_.renew(std::chrono::steady_clock::now());
}

base::Task<bool> Conversation::send_answers() {
    if (out_.empty())
        co_return true;
    bool sent = co_await stream_.write_all(out_);
    out_.clear();
    if (auto page = std::exchange(page_, nullptr); page && sent)
        sent = co_await stream_.write_all(*page);
    for (const auto& on_seen : std::exchange(seen_, {}))
        if (sent)
            on_seen();
    co_return sent;
}

// Whom the load balancer passes on counts from then on; nobody is trusted for it. False: refused.
base::Task<bool> hear_proxy(Reception& reception, Stream& stream, Crowd::Place& place,
                            const Address& peer) {
    std::string arrived;
    ProxyHeader header = co_await stream.read_proxy_header(arrived);
    if (place.dismissed())
        co_return false;
    if (header.state == ProxyHeader::State::whole) {
        if (header.source)
            place.belongs_to(Reception::peer_of(*header.source));
        co_return true;
    }
    if (!arrived.empty())  // a look whether the port is open
        reception.report_proxy_header(peer, header.reason, arrived);
    co_await stream.finish();
    co_return false;
}

}  // namespace

base::Task<void> converse(std::shared_ptr<Reception> reception, Stream::Socket socket,
                          std::optional<base::asio::ip::address> peer, bool over_tls) {
    Stream stream(std::move(socket));
    Crowd::Place place = reception->enter(over_tls, peer, [&stream] { stream.close(); });
    if (reception->is_proxy(peer)) {
        bool understood = co_await hear_proxy(*reception, stream, place, peer);
        if (!understood)
            co_return;
    }
    if (over_tls) {
        bool established = co_await stream.start_tls(reception->tls());
        if (place.dismissed())
            co_return;
        if (!stream.unexpected().empty())
            reception->report_proxy_header(peer, not_listed, stream.unexpected());
        bool validation = established && stream.greeting().validation;
        if (validation) {
            log::debug("validator answered", log::kv("domain", stream.greeting().name));
            reception->note_validation(stream.greeting().name);
        }
        // RFC 8737 §3: a validation connection carries nothing and ends after the handshake.
        if (!established || validation) {
            co_await stream.finish();
            co_return;
        }
        place.renew(std::chrono::steady_clock::now());
    }
    Conversation conversation(*reception, stream, place, over_tls, peer);
    co_await conversation.run();
}

}  // namespace md::responder
