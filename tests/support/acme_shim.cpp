// SPDX-License-Identifier: Apache-2.0
#include "support/acme_shim.hpp"

#include "support/accepting.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <strings.h>
#include <thread>

namespace md::test {
namespace {

using namespace accepting;
namespace beast = boost::beast;
using Question = beast::http::request<beast::http::string_body>;
using Stream = ssl::stream<tcp::socket>;

constexpr std::size_t flood_size = 100'000'000;
constexpr std::size_t pebbles_most = 16 * 1024 * 1024;  // of its own answers

struct ResourcePath {
    Resource resource;
    std::string_view word;
    std::string_view path;
};
constexpr std::array<ResourcePath, 9> paths = {
    {{Resource::directory, "directory", "/dir"},
     {Resource::nonce, "nonce", "/nonce-plz"},
     {Resource::new_account, "new account", "/sign-me-up"},
     {Resource::new_order, "new order", "/order-plz"},
     {Resource::order, "order", "/my-order/"},
     {Resource::authorization, "authorization", "/authZ/"},
     {Resource::challenge, "challenge", "/chalZ/"},
     {Resource::finalize, "finalize", "/finalize-order/"},
     {Resource::certificate, "certificate", "/certZ/"}}};

Resource resource_of(std::string_view target) {
    for (const ResourcePath& entry : paths)
        if (target.starts_with(entry.path))
            return entry.resource;
    return Resource::other;
}

bool same_name(const std::string& one, const std::string& other) {
    return strcasecmp(one.c_str(), other.c_str()) == 0;
}

std::string header_text(const Reply& reply) {
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " As Scripted\r\n";
    for (const auto& [name, value] : reply.headers)
        text += name + ": " + value + "\r\n";
    return text;
}

std::string octets_of(const Reply& reply, bool head) {
    return header_text(reply) + "Content-Length: " + std::to_string(reply.body.size()) +
           "\r\n\r\n" + (head ? "" : reply.body);
}

}  // namespace

std::string_view word(Resource resource) {
    for (const ResourcePath& entry : paths)
        if (entry.resource == resource)
            return entry.word;
    return "other";
}

void Reply::set(const std::string& name, const std::string& value) {
    erase(name);
    headers.emplace_back(name, value);
}

void Reply::erase(const std::string& name) {
    std::erase_if(headers, [&](const auto& header) { return same_name(header.first, name); });
}

Reply reply(unsigned status, const std::string& content_type, std::string body) {
    return {status, {{"Content-Type", content_type}}, std::move(body)};
}

Reply problem_reply(unsigned status, const std::string& type) {
    return reply(status, "application/problem+json",
                 R"({"type":"urn:ietf:params:acme:error:)" + type +
                     R"(","detail":"as the test wants it","status":)" + std::to_string(status) +
                     "}");
}

class AcmeShim::Impl {
public:
    explicit Impl(const Pebble& ca)
        : server_(ssl::context::tls_server),
          client_(ssl::context::tls_client),
          pebble_(asio::ip::address_v4::loopback(), ca.acme_port()),
          context_(1),
          acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          port_(acceptor_.local_endpoint().port()),
          let_go_(context_, asio::steady_timer::time_point::max()) {
        server_.use_certificate_chain_file(ca.listener_chain().string());
        server_.use_private_key_file(ca.listener_key().string(), ssl::context::pem);
        asio::co_spawn(context_,
                       accept_each(acceptor_,
                                   [this](tcp::socket socket) {
                                       asio::co_spawn(context_, serve(std::move(socket)),
                                                      asio::detached);
                                   }),
                       asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }
    ~Impl() {
        context_.stop();
        thread_.join();
    }

    std::uint16_t port() const { return port_; }

    void add(Resource resource, Play play, unsigned times, unsigned skip) {
        if (play.held)
            asio::post(context_, [this] { holding_ = true; });
        const std::lock_guard lock(mutex_);
        plays_.push_back({resource, std::move(play), times, skip});
    }
    void clear() {
        const std::lock_guard lock(mutex_);
        plays_.clear();
    }
    void release() {
        asio::post(context_, [this] {
            holding_ = false;
            let_go_.cancel();
        });
    }
    unsigned played() const {
        const std::lock_guard lock(mutex_);
        return played_;
    }
    unsigned requests(Resource resource) const {
        const std::lock_guard lock(mutex_);
        auto found = requests_.find(resource);
        return found == requests_.end() ? 0 : found->second;
    }
    bool wait_for(Resource resource, unsigned times, milliseconds limit) const {
        std::unique_lock lock(mutex_);
        return asked_.wait_for(lock, limit, [&] {
            auto found = requests_.find(resource);
            return found != requests_.end() && found->second >= times;
        });
    }

private:
    struct Waiting {
        Resource resource;
        Play play;
        unsigned times, skip;
    };

    // What is to be done with the request that has just come.
    std::optional<Play> turn_of(Resource resource) {
        const std::lock_guard lock(mutex_);
        ++requests_[resource];
        asked_.notify_all();
        std::optional<Play> chosen;
        for (Waiting& waiting : plays_) {
            if (waiting.resource != resource || waiting.times == 0)
                continue;
            if (waiting.skip > 0) {
                --waiting.skip;
            } else if (!chosen) {
                chosen = waiting.play;
                waiting.times -= waiting.times == always ? 0 : 1;
                played_ += waiting.play.spoils() ? 1 : 0;
            }
        }
        return chosen;
    }

    Task<void> serve(tcp::socket socket) {
        Stream stream(std::move(socket), server_);
        co_await stream.async_handshake(ssl::stream_base::server, use_awaitable);
        beast::flat_buffer buffer;
        bool open = true;
        while (open) {
            Question question;
            co_await beast::http::async_read(stream, buffer, question, use_awaitable);
            open = co_await answer(stream, question);
        }
    }

    // False when the connection is over.
    Task<bool> answer(Stream& stream, const Question& question) {
        const bool head = question.method() == beast::http::verb::head;
        std::string target(question.target());
        const auto play = turn_of(resource_of(target));
        if (!play) {
            Reply honest = co_await ask_pebble(question);
            std::string octets = octets_of(honest, head);
            co_await asio::async_write(stream, asio::buffer(octets), use_awaitable);
            co_return true;
        }
        co_await hold(play->held);
        if (play->before)
            play->before(question.body());
        Reply given;
        if (play->instead)
            given = *play->instead;
        else
            given = co_await ask_pebble(question);
        if (play->change)
            play->change(given);
        bool open = co_await deliver(stream, given, play->delivery, head);
        co_return open;
    }

    Task<void> hold(bool held) {
        ErrorCode cancelled;
        while (held && holding_)
            co_await let_go_.async_wait(redirect_error(use_awaitable, cancelled));
    }

    Task<Reply> ask_pebble(Question question) {
        Stream stream(context_, client_);
        co_await stream.next_layer().async_connect(pebble_, use_awaitable);
        co_await stream.async_handshake(ssl::stream_base::client, use_awaitable);
        const bool head = question.method() == beast::http::verb::head;
        question.keep_alive(false);
        co_await beast::http::async_write(stream, question, use_awaitable);
        beast::flat_buffer buffer;
        beast::http::response_parser<beast::http::string_body> parser;
        parser.body_limit(pebbles_most);
        parser.skip(head);
        co_await beast::http::async_read(stream, buffer, parser, use_awaitable);
        Reply said;
        said.status = parser.get().result_int();
        for (const auto& field : parser.get())
            said.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
        for (const char* name : {"Content-Length", "Transfer-Encoding", "Connection"})
            said.erase(name);
        said.body = std::move(parser.get().body());
        co_return said;
    }

    // False when the connection is over.
    Task<bool> deliver(Stream& stream, const Reply& given, Delivery delivery, bool head) {
        std::string octets = octets_of(given, head);
        const std::size_t body = octets.size() - (head ? 0 : given.body.size());
        bool open = delivery == Delivery::whole || delivery == Delivery::twice;
        switch (delivery) {
            case Delivery::whole:
                break;
            case Delivery::twice:
                octets += octets;
                break;
            case Delivery::unanswered:
                co_return false;
            case Delivery::cut_in_header:
                octets.resize(body / 2);
                break;
            case Delivery::cut_in_body:
            case Delivery::truncated:
                octets.resize(body + (octets.size() - body) / 2);
                break;
            case Delivery::no_http:
                octets = std::string("SSH-2.0-OpenSSH_9.2\r\n\0\x16\x03\x01\xff", 26);
                break;
            case Delivery::octet_by_octet:
                for (const char& octet : octets)
                    co_await asio::async_write(stream, asio::buffer(&octet, 1), use_awaitable);
                co_return true;
            default:
                co_await flood(stream, given, delivery);
                co_return false;
        }
        co_await asio::async_write(stream, asio::buffer(octets), use_awaitable);
        if (delivery == Delivery::truncated)
            co_await stream.async_shutdown(use_awaitable);
        co_return open;
    }

    // Throws when the client has had enough.
    Task<void> flood(Stream& stream, const Reply& given, Delivery delivery) {
        std::string start = header_text(given),
                    piece = "X-Flood: " + std::string(100, 'x') + "\r\n";
        if (delivery == Delivery::body_of_100_mb) {
            start += "Content-Length: " + std::to_string(flood_size) + "\r\n\r\n";
            piece = std::string(50'000, ' ');
        } else if (delivery == Delivery::body_unbounded) {
            start += "Transfer-Encoding: chunked\r\n\r\n";
            piece = "3e8\r\n" + std::string(1000, ' ') + "\r\n";
        }
        co_await asio::async_write(stream, asio::buffer(start), use_awaitable);
        for (std::size_t poured = 0; poured < flood_size; poured += piece.size())
            co_await asio::async_write(stream, asio::buffer(piece), use_awaitable);
    }

    ssl::context server_, client_;
    tcp::endpoint pebble_;
    mutable std::mutex mutex_;  // for all up to the blank line
    mutable std::condition_variable asked_;
    std::vector<Waiting> plays_;
    std::map<Resource, unsigned> requests_;
    unsigned played_ = 0;

    asio::io_context context_;
    tcp::acceptor acceptor_;
    const std::uint16_t port_;
    asio::steady_timer let_go_;
    bool holding_ = false;
    std::thread thread_;
};

AcmeShim::AcmeShim(const Pebble& ca) : impl_(std::make_unique<Impl>(ca)) {}
AcmeShim::~AcmeShim() = default;

std::string AcmeShim::directory_url() const {
    return "https://localhost:" + std::to_string(impl_->port()) + "/dir";
}

void AcmeShim::play(Resource resource, Play play, unsigned times, unsigned skip) {
    impl_->add(resource, std::move(play), times, skip);
}

void AcmeShim::honest() {
    impl_->clear();
    impl_->release();
}

void AcmeShim::release() {
    impl_->release();
}

unsigned AcmeShim::hostile_answers() const {
    return impl_->played();
}

unsigned AcmeShim::requests(Resource resource) const {
    return impl_->requests(resource);
}

bool AcmeShim::wait_for_requests(Resource resource, unsigned times, milliseconds limit) const {
    return impl_->wait_for(resource, times, limit);
}

}  // namespace md::test
