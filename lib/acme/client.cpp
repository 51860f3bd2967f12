// SPDX-License-Identifier: Apache-2.0
#include "acme/client.hpp"

#include "acme/directory_answer.hpp"
#include "base/base64url.hpp"
#include "base/log.hpp"
#include "crypto/jws.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace md::acme {
namespace {

using model::FailureClass;

// With the 5 % of Pebble one retry still fails 1 request in 400; ten leave 10^-13, and at 90 % a
// third.
constexpr int most_nonce_retries = 10;
constexpr std::size_t most_nonces = 32;
constexpr std::chrono::seconds directory_age = std::chrono::hours{1};

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

// It refused the method, or is too old a server to say so properly; not: out of order, or a rate.
bool knows_no_head(const http::HttpResponse& response) {
    return response.status == 501 || (response.status >= 400 && response.status < 500 &&
                                      response.status != 408 && response.status != 429);
}

bool is_bad_nonce(const http::HttpResponse& response) {
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
    http::HttpResponse response = co_await get(directory_url_, "GET");
    directory_ = read_directory(directory_url_, response, now);
    directory_fetched_ = now;
    co_return *directory_;
}

base::Task<http::HttpResponse> Client::get(http::Url url, std::string method) {
    http::HttpRequest request;
    request.method = std::move(method);
    request.url = std::move(url);
    http::HttpResponse response = co_await transport_.send(std::move(request));
    keep_nonce(response);
    co_return response;
}

void Client::keep_nonce(const http::HttpResponse& response) {
    if (auto nonce = nonce_of(response))
        nonces_.push_back(std::move(*nonce));
}

std::optional<std::string> Client::nonce_of(const http::HttpResponse& response) const {
    auto nonce = response.headers.find("Replay-Nonce");
    if (!nonce || nonce->size() > 512 || !base::is_base64url(*nonce) ||
        nonces_.size() >= most_nonces)
        return std::nullopt;
    return std::string(*nonce);
}

base::Task<std::string> Client::take_nonce() {
    if (nonces_.empty())
        co_await fetch_nonce();
    // The newest first: old ones are the likeliest to have been forgotten by the CA.
    std::string nonce = std::move(nonces_.back());
    nonces_.pop_back();
    co_return nonce;
}

base::Task<void> Client::fetch_nonce() {
    Directory known = co_await directory();
    http::HttpResponse response = co_await get(known.new_nonce, nonce_method_);
    // RFC 8555 §7.2 wants both methods; some servers know but GET.
    if (nonces_.empty() && nonce_method_ == "HEAD" && knows_no_head(response)) {
        log::debug("newNonce is asked by GET", log::kv("head_answered", response.status));
        nonce_method_ = "GET";
        response = co_await get(known.new_nonce, nonce_method_);
    }
    // A CA that is out of order is left alone, whatever else it has given.
    if (!nonces_.empty() && response.status < 500)
        co_return;
    if (is_redirect(response))
        throw redirected("fetching a nonce", response, known.new_nonce, FailureClass::passing);
    if (response.status >= 400)
        throw Refused("fetching a nonce", parse_problem(response.body, response.status),
                      retry_after_of(response, clock_.now()));
    throw ProtocolError("the CA's newNonce answer has no Replay-Nonce header");
}

base::Task<http::HttpResponse> Client::post_once(const Signer& signer, const http::Url& url,
                                                 const std::string& payload, std::string nonce,
                                                 const std::string& domain) {
    http::HttpRequest request;
    request.method = "POST";
    request.url = url;
    request.headers.add("Content-Type", "application/jose+json");
    request.body = crypto::sign_jws(signer.key, protected_header(signer, url, nonce), payload);
    http::HttpResponse response = co_await transport_.send(std::move(request));
    log::debug("request answered", log::kv("domain", domain.empty() ? "-" : domain),
               log::kv("url", url.text()), log::kv("status", response.status));
    co_return response;
}

base::Task<http::HttpResponse> Client::post_until_answered(const Signer& signer,
                                                           const http::Url& url,
                                                           const std::string& payload,
                                                           const std::string& domain) {
    bool may_repeat = payload.empty() || signer.account_url.empty();
    std::string nonce = co_await take_nonce();
    base::Task<http::HttpResponse> first =
        post_once(signer, url, payload, std::move(nonce), domain);
    try {
        co_return co_await std::move(first);
    } catch (const http::TransportError& error) {
        if (!may_repeat || error.fault() != http::TransportFault::unanswered)
            throw;
        log::debug("no answer on a kept connection, asking once more",
                   log::kv("domain", domain.empty() ? "-" : domain), log::kv("url", url.text()));
    }
    // The nonce may have been used.
    nonce = co_await take_nonce();
    base::Task<http::HttpResponse> second =
        post_once(signer, url, payload, std::move(nonce), domain);
    http::HttpResponse response = co_await std::move(second);
    response.repeated = true;
    co_return response;
}

base::Task<Answer> Client::post(Signer signer, http::Url url, std::string payload,
                                Purpose purpose) {
    const auto& [doing, domain] = purpose;
    http::HttpResponse response = co_await post_until_answered(signer, url, payload, domain);
    bool repeated = response.repeated;
    for (int retry = 0; retry < most_nonce_retries && is_bad_nonce(response); ++retry) {
        // RFC 8555 §6.5: the nonce of the error response is the one to retry with.
        auto fresh = nonce_of(response);
        std::string nonce = fresh ? std::move(*fresh) : std::string();
        if (nonce.empty())
            nonce = co_await take_nonce();
        response = co_await post_once(signer, url, payload, std::move(nonce), domain);
    }
    keep_nonce(response);
    auto retry_after = retry_after_of(response, clock_.now());
    if (response.status >= 400)
        throw Refused(doing, parse_problem(response.body, response.status), retry_after);
    if (is_redirect(response))
        throw redirected(doing, response, url, FailureClass::passing);
    if (response.status < 200 || response.status >= 300)
        throw ProtocolError(doing + ": the CA answered with HTTP status " +
                            std::to_string(response.status));
    Answer answer{std::move(response.body), {}, {}, retry_after, {}, repeated};
    for (std::string_view link : response.headers.all("Link"))
        answer.links.emplace_back(link);
    if (auto type = response.headers.find("Content-Type"))
        answer.content_type = *type;
    if (auto location = response.headers.find("Location"))
        answer.location = std::string(*location);
    co_return answer;
}

}  // namespace md::acme
