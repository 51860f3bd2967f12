// SPDX-License-Identifier: Apache-2.0
#include "drive/failure_cause.hpp"

#include "acme/error.hpp"
#include "base/log.hpp"
#include "http/tls.hpp"
#include "http/transport.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>

namespace md::drive {
namespace {

using http::TransportFault;
using model::FailureCause;

FailureCause cause_of_fault(TransportFault fault) {
    switch (fault) {
        case TransportFault::no_address:
            return FailureCause::ca_no_address;
        case TransportFault::unreachable:
            return FailureCause::ca_unreachable;
        case TransportFault::untrusted:
            return FailureCause::ca_untrusted;
        case TransportFault::other_host:
            return FailureCause::ca_other_host;
        case TransportFault::outdated:
            return FailureCause::ca_outdated;
        case TransportFault::proxy:
            return FailureCause::proxy;
        case TransportFault::unanswered:
        case TransportFault::other:
            return FailureCause::none;
    }
    return FailureCause::none;
}

// Of a system call: in an attempt the store alone makes those that fail so.
FailureCause cause_of_number(int number) {
    switch (number) {
        case ENOSPC:
        case EDQUOT:
            return FailureCause::disk_full;
        case EROFS:
            return FailureCause::disk_read_only;
        case EACCES:
        case EPERM:
            return FailureCause::store_rights;
        default:
            return FailureCause::none;
    }
}

}  // namespace

FailureCause cause_of(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const acme::AcmeError& error) {
        return error.cause();
    } catch (const http::TransportError& error) {
        return cause_of_fault(error.fault());
    } catch (const http::CaFileError&) {
        return FailureCause::ca_file;
    } catch (const base::SystemError& error) {
        return cause_of_number(error.number());
    } catch (...) {
        return FailureCause::none;
    }
}

void log_unexpected(const std::string& domain, std::exception_ptr thrown) {
    if (!thrown)
        return;
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        if (error.code() != boost::asio::error::operation_aborted)
            log::error("unexpected error", log::kv("domain", domain),
                       log::kv("reason", error.what()));
    } catch (const std::exception& error) {
        log::error("unexpected error", log::kv("domain", domain), log::kv("reason", error.what()));
    }
}

}  // namespace md::drive
