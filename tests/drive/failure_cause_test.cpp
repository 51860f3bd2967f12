// SPDX-License-Identifier: Apache-2.0
#include "drive/failure_cause.hpp"

#include "acme/error.hpp"
#include "http/tls.hpp"
#include "http/transport.hpp"
#include "support/catch.hpp"

#include <cerrno>

namespace md::drive {
namespace {

using http::TransportFault;
using model::FailureCause;

template <typename Error>
FailureCause cause_of_one(const Error& error) {
    return cause_of(std::make_exception_ptr(error));
}

}  // namespace

TEST_CASE("what each room throws has its cause") {
    CHECK(cause_of_one(acme::ProtocolError("no order")) == FailureCause::answer_not_understood);
    CHECK(cause_of_one(acme::Refused("ordering", acme::parse_problem("", 403))) ==
          FailureCause::none);
    CHECK(cause_of_one(http::CaFileError("no file")) == FailureCause::ca_file);
    CHECK(cause_of_one(std::runtime_error("else")) == FailureCause::none);
    struct Fault {
        TransportFault fault;
        FailureCause cause;
    };
    for (const Fault& row : {Fault{TransportFault::untrusted, FailureCause::ca_untrusted},
                             Fault{TransportFault::other_host, FailureCause::ca_other_host},
                             Fault{TransportFault::outdated, FailureCause::ca_outdated},
                             Fault{TransportFault::no_address, FailureCause::ca_no_address},
                             Fault{TransportFault::unreachable, FailureCause::ca_unreachable},
                             Fault{TransportFault::proxy, FailureCause::proxy},
                             Fault{TransportFault::unanswered, FailureCause::none},
                             Fault{TransportFault::other, FailureCause::none}})
        CHECK(cause_of_one(http::TransportError("no", row.fault)) == row.cause);
}

TEST_CASE("a full disk, one that is read-only and a store of somebody else are told apart") {
    for (int number : {ENOSPC, EDQUOT})
        CHECK(cause_of_one(base::SystemError("writing", number)) == FailureCause::disk_full);
    CHECK(cause_of_one(base::SystemError("writing", EROFS)) == FailureCause::disk_read_only);
    for (int number : {EACCES, EPERM})
        CHECK(cause_of_one(base::SystemError("writing", number)) == FailureCause::store_rights);
    CHECK(cause_of_one(base::SystemError("writing", EIO)) == FailureCause::none);
}

}  // namespace md::drive
