// SPDX-License-Identifier: Apache-2.0
#include "acme/client.hpp"

#include "acme/retry_after.hpp"
#include "base/base64url.hpp"
#include "base/log.hpp"
#include "crypto/jws.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace md::acme {
namespace {

// With the 5 % of Pebble one retry still fails 1 request in 400; ten leave 10^-13, and at 90 % a
// third.
constexpr int most_nonce_retries = 10;
constexpr std::size_t most_nonces = 32;
constexpr std::chrono::seconds directory_age = std::chrono::hours{1};

std::optional<sys_seconds> retry_after_of(const http::Response& response, sys_seconds now) {
    auto value = response.headers.find("Retry-After");
    return value ? parse_retry_after(*value, now) : std::nullopt;
}

std::string protected_header(const Signer& signer, const http::Url& url, const std::string& nonce) {
    nlohmann::ordered_json header;
    header["alg"] = signer.key.jws_algorithm();
    header["nonce"] = nonce;
    header["url"] = url.text();
    if (signer.account_url.empty())
        header["jwk"] = nlohmann::ordered_json::parse(signer.key.public_jwk());
    else
        header["kid"] = signer.account_url;
    return header.dump();
}

bool is_bad_nonce(const http::Response& response) {
    return response.status == 400 && parse_problem(response.body, 400).is("badNonce");
}

}  // namespace

Client::Client(base::asio::any_io_executor executor, http::Transport& transport,
               const base::Clock& clock, http::Url directory_url)
    : transport_(transport),
      clock_(clock),
      directory_url_(std::move(directory_url)),
      directory_turn_(std::move(executor), 1) {}

base::Task<Directory> Client::directory() {
    auto turn = co_await directory_turn_.take();
    sys_seconds now = clock_.now();
    bool fresh = now >= directory_fetched_ && now < directory_fetched_ + directory_age;
    if (directory_ && fresh)
        co_return *directory_;
    http::Response response = co_await get(directory_url_, "GET");
    if (response.status != 200)
        throw Refused("fetching the directory " + directory_url_.text(),
                      parse_problem(response.body, response.status), retry_after_of(response, now));
    directory_ = parse_directory(response.body, url_rule());
    directory_fetched_ = now;
    co_return *directory_;
}

base::Task<http::Response> Client::get(http::Url url, std::string method) {
    http::Request request;
    request.method = std::move(method);
    request.url = std::move(url);
    http::Response response = co_await transport_.send(std::move(request));
    if (auto nonce = nonce_of(response))
        nonces_.push_back(std::move(*nonce));
    co_return response;
}

std::optional<std::string> Client::nonce_of(const http::Response& response) const {
    auto nonce = response.headers.find("Replay-Nonce");
    if (!nonce || nonce->size() > 512 || !base::is_base64url(*nonce) ||
        nonces_.size() >= most_nonces)
        return std::nullopt;
    return std::string(*nonce);
}

base::Task<std::string> Client::take_nonce() {
    if (nonces_.empty()) {
        Directory known = co_await directory();
        http::Response response = co_await get(known.new_nonce, "HEAD");
        if (response.status >= 400)
            throw Refused("fetching a nonce", parse_problem(response.body, response.status),
                          retry_after_of(response, clock_.now()));
        if (nonces_.empty())
            throw ProtocolError("the CA's newNonce answer has no Replay-Nonce header");
    }
    // The newest first: old ones are the likeliest to have been forgotten by the CA.
    std::string nonce = std::move(nonces_.back());
    nonces_.pop_back();
    co_return nonce;
}

base::Task<http::Response> Client::post_once(const Signer& signer, const http::Url& url,
                                             const std::string& payload, std::string nonce) {
    http::Request request;
    request.method = "POST";
    request.url = url;
    request.headers.add("Content-Type", "application/jose+json");
    request.body = crypto::sign_jws(signer.key, protected_header(signer, url, nonce), payload);
    http::Response response = co_await transport_.send(std::move(request));
    log::debug("request answered", log::kv("url", url.text()), log::kv("status", response.status));
    co_return response;
}

base::Task<Answer> Client::post(Signer signer, http::Url url, std::string payload,
                                std::string doing) {
    std::string nonce = co_await take_nonce();
    http::Response response = co_await post_once(signer, url, payload, std::move(nonce));
    for (int retry = 0; retry < most_nonce_retries && is_bad_nonce(response); ++retry) {
        // RFC 8555 §6.5: the nonce of the error response is the one to retry with.
        auto fresh = nonce_of(response);
        nonce = fresh ? std::move(*fresh) : std::string();
        if (nonce.empty())
            nonce = co_await take_nonce();
        response = co_await post_once(signer, url, payload, std::move(nonce));
    }
    if (auto spare = nonce_of(response))
        nonces_.push_back(std::move(*spare));
    auto retry_after = retry_after_of(response, clock_.now());
    if (response.status >= 400)
        throw Refused(doing, parse_problem(response.body, response.status), retry_after);
    if (response.status < 200 || response.status >= 300)
        throw ProtocolError(doing + ": the CA answered with HTTP status " +
                            std::to_string(response.status));
    Answer answer{std::move(response.body), {}, {}, retry_after};
    if (auto type = response.headers.find("Content-Type"))
        answer.content_type = *type;
    if (auto location = response.headers.find("Location"))
        answer.location = std::string(*location);
    co_return answer;
}

}  // namespace md::acme
