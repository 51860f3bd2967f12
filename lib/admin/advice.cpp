// SPDX-License-Identifier: Apache-2.0
#include "admin/advice.hpp"

#include "model/stage.hpp"

#include <array>
#include <string_view>

namespace md::admin {
namespace {

struct Advice {
    std::string_view problem;  // the last part of urn:ietf:params:acme:error:...
    std::string_view text;
};

constexpr std::string_view account_advice =
    "The account at the CA is in question; the next attempt registers it anew where that helps.";

constexpr std::array<Advice, 18> advices = {{
    {"dns",
     "The CA could not look the name up. Check its A and AAAA records as the Internet sees them."},
    {"connection",
     "The CA could not connect. Check that the name's addresses, IPv6 included, lead to this "
     "machine and that no firewall closes ports 80 and 443."},
    {"unauthorized",
     "The CA did not find the proof. Check that the name's addresses lead to this machine, and "
     "that ports 80 and 443 reach mdcertd and not another server."},
    {"incorrectResponse",
     "The CA did not find the proof. Check that the name's addresses lead to this machine, and "
     "that ports 80 and 443 reach mdcertd and not another server."},
    {"tls",
     "The CA could not make a TLS connection. Check that port 443 reaches mdcertd and not another "
     "server, or leave tls-alpn-01 out of MDCAChallenges."},
    {"caa",
     "A CAA record of the name, or of a name above it, forbids this CA. Change the record or "
     "MDCertificateAuthority."},
    {"rateLimited", "A limit of the CA is reached. There is nothing to do but wait."},
    {"rejectedIdentifier",
     "The CA does not issue for a name of this managed domain. Take the name out of the "
     "configuration."},
    {"unsupportedIdentifier",
     "The CA does not issue for this kind of name. Take the name out of the configuration."},
    {"invalidContact",
     "The CA refuses the contact address. Correct MDContactEmail or ServerAdmin."},
    {"unsupportedContact",
     "The CA refuses this kind of contact. Write an e-mail address as MDContactEmail or "
     "ServerAdmin."},
    {"externalAccountRequired",
     "The CA wants an external account (EAB), and mdcertd cannot bind one yet: choose another CA "
     "with MDCertificateAuthority."},
    {"userActionRequired",
     "The CA wants you to read and accept something. Follow its message, and check "
     "MDCertificateAgreement."},
    {"agreementRequired",
     "The CA's terms of service are not accepted. Read them and set MDCertificateAgreement."},
    {"accountDoesNotExist", account_advice},
    {"badPublicKey", "The CA refuses the key. Choose another kind with MDPrivateKeys."},
    {"badCSR", "The CA refuses the request. Check MDPrivateKeys, MDMustStaple and the names."},
    {"serverInternal", "The CA has trouble of its own. Nothing is to be done here."},
}};

std::string_view advice_for_class(model::FailureClass failure_class) {
    switch (failure_class) {
        case model::FailureClass::passing:
            return "This mostly passes by itself. If it stays, check that this machine reaches the "
                   "CA: network, DNS, proxy, clock.";
        case model::FailureClass::budget:
            return "Check that all names lead to this machine and that ports 80 and 443 reach "
                   "mdcertd.";
        case model::FailureClass::permanent:
            return "Time does not mend this: correct the configuration and reload.";
    }
    return {};
}

}  // namespace

std::string advice_for(const model::Failure& failure) {
    std::string_view problem = failure.problem;
    constexpr std::string_view prefix = "urn:ietf:params:acme:error:";
    if (problem.starts_with(prefix))
        for (const Advice& advice : advices)
            if (problem.substr(prefix.size()) == advice.problem)
                return std::string(advice.text);
    if (failure.stage == model::stage::activate)
        return "The store could not be written. Check that its disk has space and that it belongs "
               "to the user of mdcertd.";
    if (failure.detail.starts_with("MDMessageCmd refused challenge-setup"))
        return "MDMessageCmd answered \"challenge-setup\" with an exit status that is not 0, which "
               "lets "
               "the attempt fail. See what it printed in the log, or run it by hand.";
    if (failure.stage == model::stage::message)
        return "MDMessageCmd answered \"renewing\" with an exit status that is not 0, which puts "
               "the "
               "attempt off. See what it printed in the log, or run it by hand.";
    return std::string(advice_for_class(failure.failure_class));
}

}  // namespace md::admin
