// SPDX-License-Identifier: Apache-2.0
#include "admin/advice.hpp"

#include "model/stage.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace md::admin {
namespace {

using model::FailureCause;

struct Advice {
    std::string_view problem;  // the last part of urn:ietf:params:acme:error:...
    std::string_view text;
    bool look_online = false;  // `mdcertd check --online` may show it
};

struct CauseAdvice {
    FailureCause cause;
    std::string_view text;
};
constexpr std::array<CauseAdvice, 16> cause_advices = {{
    {FailureCause::answer_not_understood,
     "The CA's answer is not what RFC 8555 describes. What was ordered is kept and asked for "
     "again, "
     "more and more slowly. Check that MDCertificateAuthority is the CA that is meant and that "
     "nothing on the way changes its answers; if so, report the message above to the CA."},
    {FailureCause::ca_file,
     "Correct MDCACertificateFile: the file has to exist, to be readable by the user of mdcertd, "
     "and to hold the root certificates of the CA in PEM form."},
    {FailureCause::ca_untrusted,
     "This machine does not trust the CA's TLS certificate. For a private CA name the file of its "
     "root with MDCACertificateFile; for a public one bring the package ca-certificates up to "
     "date. Else something on the way, such as a firewall, breaks TLS open."},
    {FailureCause::ca_other_host,
     "Another server answers in the CA's place. Check the host in MDCertificateAuthority, and "
     "where DNS and MDHttpProxy lead."},
    {FailureCause::ca_outdated,
     "By the clock of this machine the CA's own TLS certificate is not valid. Check the clock "
     "(timedatectl); if it is right, the CA has to mend it."},
    {FailureCause::ca_no_address,
     "The name of the CA has no address here. Check MDCertificateAuthority for a slip, and the "
     "name servers of this machine (/etc/resolv.conf)."},
    {FailureCause::ca_unreachable,
     "The CA cannot be reached. Check host and port in MDCertificateAuthority, the network, and "
     "that the firewall lets this machine out; MDHttpProxy names a proxy where one is needed."},
    {FailureCause::proxy,
     "The proxy stands in the way. Check MDHttpProxy: its host, its port, its user name and "
     "password, and whether it lets this machine through to the CA."},
    {FailureCause::no_directory,
     "Correct MDCertificateAuthority: it has to be the URL of the CA's ACME directory, such as "
     "https://acme-v02.api.letsencrypt.org/directory."},
    {FailureCause::redirected,
     "The address leads elsewhere, and signed requests do not follow. If the target named above is "
     "the CA's own, write the new directory URL as MDCertificateAuthority; if it is a log-in page, "
     "the network of this machine asks for a log-in."},
    {FailureCause::disk_full,
     "The disk of the store is full. Make room on it (df -h and df -i show it); the next attempt "
     "goes on with what was ordered."},
    {FailureCause::disk_read_only,
     "The store lies on a file system that is read-only. Mount it for writing; under systemd the "
     "store has to lie below a ReadWritePaths= or StateDirectory= of the unit."},
    {FailureCause::store_rights,
     "The user of mdcertd may not write to the store. Give the file or folder named above, and "
     "what "
     "lies below it, back to that user (chown -R)."},
    {FailureCause::no_port,
     "No port that a proof needs is open here. If it is busy, see which program holds it (ss "
     "-ltnp) "
     "and stop that, or let it pass /.well-known/acme-challenge/ on and name another port with "
     "MDPortMap; if it is not permitted, start mdcertd by its unit, or as root."},
    {FailureCause::certificate_expired,
     "By the clock of this machine the new certificate has expired already. Check the clock "
     "(timedatectl); if it is right, the CA's is wrong. What was ordered is kept."},
    {FailureCause::certificate_ahead,
     "By the clock of this machine the new certificate is not valid yet. Check the clock "
     "(timedatectl); if it is right, the CA's is wrong. What was ordered is kept, and installed "
     "once it is valid."},
}};

constexpr std::string_view account_advice =
    "The account at the CA is in question; the next attempt registers it anew where that helps.";

constexpr std::array<Advice, 18> advices = {{
    {"dns",
     "The CA could not look the name up. Check its A and AAAA records as the Internet sees them: "
     "one has to lead to this machine.",
     true},
    {"connection",
     "The CA could not connect. Check that the name's addresses, IPv6 included, lead to this "
     "machine and that no firewall closes ports 80 and 443.",
     true},
    {"unauthorized",
     "The CA did not find the proof. Check that the name's addresses lead to this machine, and "
     "that ports 80 and 443 reach mdcertd and not another server.",
     true},
    {"incorrectResponse",
     "The CA did not find the proof. Check that the name's addresses lead to this machine, and "
     "that ports 80 and 443 reach mdcertd and not another server.",
     true},
    {"tls",
     "The CA could not make a TLS connection. Check that port 443 reaches mdcertd and not another "
     "server, or leave tls-alpn-01 out of MDCAChallenges.",
     true},
    {"caa",
     "A CAA record of the name, or of a name above it, forbids this CA. Change the record or "
     "MDCertificateAuthority.",
     true},
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
     "The CA wants an account that you have there: get a key ID and an HMAC key from it and write "
     "them as MDExternalAccountBinding."},
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

// The sentence that leads further.
std::string look_online(const std::string& domain) {
    return " `mdcertd check --online" + (domain.empty() ? "" : " " + domain) +
           "` shows what can be seen of it from here.";
}

std::optional<std::string> advice_for_problem(std::string_view problem, const std::string& domain) {
    constexpr std::string_view prefix = "urn:ietf:params:acme:error:";
    if (!problem.starts_with(prefix))
        return std::nullopt;
    for (const Advice& advice : advices)
        if (problem.substr(prefix.size()) == advice.problem)
            return std::string(advice.text) + (advice.look_online ? look_online(domain) : "");
    return std::nullopt;
}

std::optional<std::string> advice_for_message(const model::Failure& failure) {
    constexpr std::string_view lets_it_fail =
        "\"challenge-setup\" with an exit status that is not 0, which lets the attempt fail";
    constexpr std::string_view puts_it_off =
        "\"renewing\" with an exit status that is not 0, which puts the attempt off";
    std::string_view what;
    if (failure.detail.starts_with("MDMessageCmd refused challenge-setup"))
        what = lets_it_fail;
    else if (failure.stage == model::stage::message)
        what = puts_it_off;
    else
        return std::nullopt;
    return "MDMessageCmd answered " + std::string(what) +
           ". See what it printed in the log, or run it by hand.";
}

}  // namespace

std::string advice_for(const model::Failure& failure, const std::string& domain) {
    if (auto advice = advice_for_problem(failure.problem, domain))
        return *advice;
    if (std::string advice = advice_for_cause(failure.cause); !advice.empty())
        return advice + look_online(domain);
    if (failure.stage == model::stage::activate)
        return "The store could not be written. Check that its disk has space and that it belongs "
               "to the user of mdcertd." +
               look_online(domain);
    if (auto advice = advice_for_message(failure))
        return *advice;
    return std::string(advice_for_class(failure.failure_class)) + look_online(domain);
}

std::string advice_for_cause(FailureCause cause) {
    for (const CauseAdvice& advice : cause_advices)
        if (advice.cause == cause)
            return std::string(advice.text);
    return {};
}

std::string advice_for_expired(const std::string& domain) {
    return "The certificate in use has expired: clients refuse it until this is mended. Then "
           "`mdcertd "
           "renew " +
           domain + "` tries at once.";
}

}  // namespace md::admin
