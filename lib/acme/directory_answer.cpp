// SPDX-License-Identifier: Apache-2.0
#include "acme/directory_answer.hpp"

#include "acme/retry.hpp"

namespace md::acme {

using model::FailureCause;
using model::FailureClass;

Directory read_directory(const http::Url& url, const http::HttpResponse& response,
                         sys_seconds now) {
    const std::string doing = "fetching the directory " + url.text();
    if (is_redirect(response))
        throw redirected(doing, response, url, FailureClass::budget);
    bool nothing_there = response.status == 400 || response.status == 404 ||
                         response.status == 405 || response.status == 410;
    if (response.status != 200)
        throw Refused(doing, parse_problem(response.body, response.status),
                      retry_after_of(response, now),
                      nothing_there ? FailureCause::no_directory : FailureCause::none);
    try {
        return parse_directory(response.body, UrlRule{!url.is_https(), url});
    } catch (const ProtocolError& error) {
        throw AcmeError(url.text() + " is no directory of an ACME CA: " + error.what(),
                        error.failure_class(), FailureCause::no_directory);
    }
}

bool is_redirect(const http::HttpResponse& response) {
    return response.status >= 300 && response.status < 400;
}

AcmeError redirected(const std::string& doing, const http::HttpResponse& response,
                     const http::Url& asked, FailureClass failure_class) {
    std::string text = doing + ": " + asked.text() + " redirects";
    auto location = response.headers.find("Location");
    auto target = location ? asked.resolve(*location) : std::nullopt;
    if (target)
        text += " to " + masked(target->text(), 300);
    return AcmeError(text + " (HTTP status " + std::to_string(response.status) + ")", failure_class,
                     FailureCause::redirected);
}

std::optional<sys_seconds> retry_after_of(const http::HttpResponse& response, sys_seconds now) {
    auto value = response.headers.find("Retry-After");
    return value ? parse_retry_after(*value, now) : std::nullopt;
}

}  // namespace md::acme
