// SPDX-License-Identifier: Apache-2.0
// A listener at work on loopback ports that the kernel picked, in a thread of its own, and plain
// blocking sockets that do to it what clients do.
#pragma once

#include "server/listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace md::test {

// How long a test waits for what should come at once, before it fails.
constexpr std::chrono::seconds patience{20};

class Served {
public:
    // Opens one port of each kind on all addresses.
    explicit Served(server::Limits limits = {});
    // Opens nothing.
    struct Closed {};
    explicit Served(Closed, server::Limits limits = {});
    ~Served();

    // What is responded and offered; without the first one everything is 404.
    server::Respond respond;
    server::OfferCertificate offer;

    // Runs the function on the listener's thread and waits for its end.
    void on_loop(const std::function<void()>& function);

    std::uint16_t http() const { return http_; }
    std::uint16_t https() const { return https_; }

    // The listener is closed, and what the functions above refer to may go.
    void close();

    boost::asio::io_context loop;
    server::Listener listener;

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
    bool closed_ = false;
    std::uint16_t http_ = 0, https_ = 0;
};

// One TCP connection to a loopback address. What does not come within the patience throws.
class Visitor {
public:
    explicit Visitor(std::uint16_t port, const char* address = "127.0.0.1");
    // To a Unix socket.
    explicit Visitor(const std::string& path);
    ~Visitor();
    Visitor(Visitor&& other) noexcept;
    Visitor(const Visitor&) = delete;
    Visitor& operator=(const Visitor&) = delete;

    // What the other side no longer wants is dropped without a word.
    void send(std::string_view octets);
    // No more comes from this side.
    void finish_sending();
    // One answer: its head and as many octets as it announces.
    std::string answer(bool with_body = true);
    // All until the other side ends the connection, one way or the other.
    std::string rest();
    bool closed_by_peer() { return rest().empty(); }
    int descriptor() const { return descriptor_; }

private:
    void open(int family);
    bool receive();

    int descriptor_ = -1;
    std::string received_;
};

// The whole conversation of a visitor that says this, all at once, and then listens.
std::string say(std::uint16_t port, std::string_view octets);

std::string get(std::string_view target, std::string_view host = "a.example",
                std::string_view more = "");

// The ClientHello a client of this name and protocol would send.
std::string client_hello(const std::string& name, const std::string& protocol);

// "200", of an answer; "" when there is none.
std::string status_of(std::string_view answer);
std::string body_of(std::string_view answer);

}  // namespace md::test
