// SPDX-License-Identifier: Apache-2.0
#include "acme/problem.hpp"

#include "acme/json_text.hpp"
#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace md::acme {
namespace {

using model::FailureClass;

constexpr std::string_view no_type = "about:blank";  // RFC 7807 §4.2
constexpr std::string_view acme_prefix = "urn:ietf:params:acme:error:";
constexpr std::size_t most_subproblems = 20;
constexpr std::size_t longest_excerpt = 200;  // of a body that is no problem document, in octets

struct TypeClass {
    std::string_view word;
    FailureClass failure_class;
};
// RFC 8555 §6.7 table; what is not listed is judged by its HTTP status.
constexpr std::array<TypeClass, 24> type_classes = {{
    {"badNonce", FailureClass::passing},
    {"serverInternal", FailureClass::passing},
    {"orderNotReady", FailureClass::passing},
    {"rateLimited", FailureClass::budget},
    {"unauthorized", FailureClass::budget},
    {"caa", FailureClass::budget},
    {"dns", FailureClass::budget},
    {"connection", FailureClass::budget},
    {"tls", FailureClass::budget},
    {"incorrectResponse", FailureClass::budget},
    {"accountDoesNotExist", FailureClass::budget},
    {"alreadyReplaced", FailureClass::budget},
    {"badCSR", FailureClass::permanent},
    {"badPublicKey", FailureClass::permanent},
    {"badSignatureAlgorithm", FailureClass::permanent},
    {"agreementRequired", FailureClass::permanent},
    {"externalAccountRequired", FailureClass::permanent},
    {"invalidContact", FailureClass::permanent},
    {"unsupportedContact", FailureClass::permanent},
    {"invalidProfile", FailureClass::permanent},
    {"malformed", FailureClass::permanent},
    {"rejectedIdentifier", FailureClass::permanent},
    {"unsupportedIdentifier", FailureClass::permanent},
    {"userActionRequired", FailureClass::permanent},
}};

// "" for the type that says nothing.
std::string word_of(std::string_view type) {
    if (type == no_type)
        return {};
    if (type.starts_with(acme_prefix))
        type.remove_prefix(acme_prefix.size());
    return masked(type, 80);
}

std::string joined(const std::string& one, const std::string& other) {
    return one + (one.empty() || other.empty() ? "" : ": ") + other;
}

// What a person gets to see of an answer that explains nothing.
std::string without_explanation(std::string_view body, unsigned http_status) {
    return joined("the CA answered with HTTP status " + std::to_string(http_status),
                  first_lines(body));
}

Problem::Sub sub_of(const md::json::Members& sub) {
    return {sub.text("type"), sub.text("detail"), sub.object("identifier").text("value")};
}

}  // namespace

std::string masked(std::string_view text, std::size_t most) {
    std::string result;
    while (!text.empty()) {
        std::size_t length = base::leading_printable(text);
        std::size_t used = std::max<std::size_t>(length, 1);
        if (result.size() + used > most)
            return result + "...";
        if (length > 0)
            result += text.substr(0, length);
        else
            result += '?';
        text.remove_prefix(used);
    }
    return result;
}

std::string first_lines(std::string_view body) {
    std::string line;
    for (char c : body.substr(0, 4 * longest_excerpt)) {
        bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!space)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    while (line.ends_with(' '))
        line.pop_back();
    return masked(line, longest_excerpt);
}

std::string_view Problem::acme_word() const {
    std::string_view word = type;
    if (!word.starts_with(acme_prefix))
        return {};
    return word.substr(acme_prefix.size());
}

std::string Problem::text() const {
    std::string text = joined(word_of(type), masked(detail));
    for (const Sub& sub : subproblems)
        text += "; " + joined(masked(sub.identifier, 253),
                              joined(word_of(sub.type), masked(sub.detail, 200)));
    return text;
}

Problem parse_problem(std::string_view body, unsigned http_status) {
    Problem problem;
    problem.type = no_type;
    problem.status = http_status;
    const auto document = parse_json(body);
    if (!document || !document->members().is_object()) {
        problem.detail = without_explanation(body, http_status);
        return problem;
    }
    const md::json::Members object = document->members();
    const bool says_nothing = object.text("type") == no_type;
    if (std::string type = object.text("type"); !type.empty())
        problem.type = std::move(type);
    problem.detail = object.text("detail");
    if (problem.detail.empty())
        problem.detail = object.text("title");
    if (problem.detail.empty() && !problem.has_type())
        problem.detail = without_explanation(says_nothing ? "" : body, http_status);
    else if (problem.detail.empty())
        problem.detail = "HTTP status " + std::to_string(http_status);
    for (const md::json::Members& sub : object.list("subproblems"))
        if (sub.is_object() && problem.subproblems.size() < most_subproblems)
            problem.subproblems.push_back(sub_of(sub));
    return problem;
}

FailureClass failure_class(const Problem& problem) {
    // CAs call it malformed to ask for what they have no more: the next attempt asks for new.
    if (problem.status == 404)
        return FailureClass::budget;
    for (const TypeClass& entry : type_classes)
        if (entry.word == problem.acme_word())
            return entry.failure_class;
    bool passing = problem.status == 0 || problem.status >= 500 || problem.status == 408 ||
                   problem.status == 429;
    return passing ? FailureClass::passing : FailureClass::budget;
}

}  // namespace md::acme
