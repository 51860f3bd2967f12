// SPDX-License-Identifier: Apache-2.0
// What was answered in place of a resource, told from what was asked for: a directory from a web
// page, a CA from what redirects to another place.
#pragma once

#include "acme/error.hpp"
#include "acme/messages.hpp"
#include "http/message.hpp"

#include <optional>
#include <string>

namespace md::acme {

// The directory in the answer to GET `url`. Throws AcmeError with its cause.
Directory read_directory(const http::Url& url, const http::HttpResponse& response, sys_seconds now);

bool is_redirect(const http::HttpResponse& response);
// Names the target. Signed requests do not follow: their URL is part of what is signed (RFC 8555
// §6.4).
AcmeError redirected(const std::string& doing, const http::HttpResponse& response,
                     const http::Url& asked, model::FailureClass failure_class);

std::optional<sys_seconds> retry_after_of(const http::HttpResponse& response, sys_seconds now);

}  // namespace md::acme
