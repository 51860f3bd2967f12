// SPDX-License-Identifier: Apache-2.0
// The client's side of the tests in this folder: an io_context that ends by itself, requests by
// URL, and failures as texts.
#pragma once

#include "http/beast_transport.hpp"
#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace md::test {

inline http::HttpRequest request_for(const std::string& url, const std::string& method = "GET",
                                     const std::string& body = "") {
    auto parsed = http::Url::parse(url);
    REQUIRE(parsed);
    return {method, *parsed, {}, body};
}

class Client {
public:
    boost::asio::io_context context;
    http::TransportOptions options;

    // Made at first use, so that a test sets the options before.
    http::BeastTransport& transport() {
        if (!transport_)
            transport_ = std::make_unique<http::BeastTransport>(context.get_executor(), options);
        return *transport_;
    }

    // Runs until the task has ended; what it throws comes out here.
    template <typename T>
    T run(base::Task<T> task) {
        std::optional<T> result;
        std::exception_ptr failed;
        boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
            failed = error;
            if (!error)
                result.emplace(std::move(value));
            ended_ = true;
        });
        run_until_ended();
        if (failed)
            std::rethrow_exception(failed);
        return std::move(*result);
    }

    http::HttpResponse send(const http::HttpRequest& request) {
        return run(transport().send(request));
    }
    http::HttpResponse get(const std::string& url) { return send(request_for(url)); }

    // What TransportError says, or "" when there was an answer.
    std::string failure(const http::HttpRequest& request) {
        try {
            send(request);
            return "";
        } catch (const http::TransportError& error) {
            return error.what();
        }
    }
    std::string failure(const std::string& url) { return failure(request_for(url)); }

    // Lets what is pending go on as far as it comes.
    void settle() {
        context.restart();
        context.run_for(std::chrono::milliseconds(5));
    }

private:
    void run_until_ended() {
        ended_ = false;
        context.restart();
        auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!ended_ && std::chrono::steady_clock::now() < end)
            context.run_one_for(std::chrono::seconds(1));
        REQUIRE(ended_);
    }

    std::unique_ptr<http::BeastTransport> transport_;
    bool ended_ = false;
};

}  // namespace md::test
