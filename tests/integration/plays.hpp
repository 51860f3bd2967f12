// SPDX-License-Identifier: Apache-2.0
// The usual ways to spoil an answer of Pebble's.
#pragma once

#include "base/base64url.hpp"
#include "support/acme_shim.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <utility>

namespace md::test {

using nlohmann::json;

inline Play instead(Reply answer) {
    return {.instead = std::move(answer)};
}

inline Play travels(Delivery delivery) {
    return {.delivery = delivery};
}

// A refusal of that type, perhaps with a Retry-After.
inline Play refused(unsigned status, const std::string& type, const std::string& retry_after = {}) {
    Reply answer = problem_reply(status, type);
    if (!retry_after.empty())
        answer.set("Retry-After", retry_after);
    return instead(std::move(answer));
}

// No problem document, as what stands before a CA answers.
inline Play out_of_order(unsigned status, const std::string& retry_after = {}) {
    Reply answer = reply(status, "text/html", "<html><h1>Out of order</h1></html>");
    if (!retry_after.empty())
        answer.set("Retry-After", retry_after);
    return instead(std::move(answer));
}

// Pebble does what it is asked for, and says something else.
inline Play says(const std::string& body) {
    return {.change = [body](Reply& answer) { answer.body = body; }};
}

inline Play edits(std::function<void(json&)> edit) {
    return {.change = [edit](Reply& answer) {
        json body = json::parse(answer.body);
        edit(body);
        answer.body = body.dump();
    }};
}

inline Play sets(const std::string& member, const json& value) {
    return edits([=](json& body) { body[member] = value; });
}

inline Play header(const std::string& name, const std::string& value) {
    return {.change = [=](Reply& answer) { answer.set(name, value); }};
}

inline Play without_header(const std::string& name) {
    return {.change = [=](Reply& answer) { answer.erase(name); }};
}

inline std::string nested(std::size_t depth) {
    return R"({"status":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

// The CSR (DER) in a request to finalize an order.
inline base::Bytes csr_in(const std::string& jws) {
    const auto payload =
        base::base64url_decode(json::parse(jws)["payload"].get<std::string>()).value();
    const json finalize = json::parse(payload.begin(), payload.end());
    return base::base64url_decode(finalize["csr"].get<std::string>()).value();
}

}  // namespace md::test
