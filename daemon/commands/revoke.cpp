// SPDX-License-Identifier: Apache-2.0
// `mdcertd revoke NAME`: obtains another certificate, has it installed, and revokes the former one.
// `mdcertd revoke --cert FILE [--key FILE]`: revokes what stands in a file.
#include "acme/revoke.hpp"

#include "admin/status.hpp"
#include "base/clock.hpp"
#include "base/printable.hpp"
#include "base/run_task.hpp"
#include "commands/commands.hpp"
#include "config/disk_source.hpp"
#include "config/values.hpp"
#include "configuration.hpp"
#include "drive/ca_sessions.hpp"
#include "drive/observe.hpp"
#include "driver_service.hpp"
#include "store/file_store.hpp"
#include "store/layout.hpp"

#include <algorithm>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

namespace md::commands {
namespace {

namespace asio = base::asio;
using acme::RevocationReason;

// A certificate that is to be revoked.
struct Revocable {
    std::string what;  // "example.org", or a file
    crypto::Certificate certificate;
    std::optional<crypto::PrivateKey> key;  // of the certificate
    model::Issuer issuer;
    bool by_own_key = false;  // whatever the reason
};

RevocationReason reason_of(const CommandLine& line) {
    if (line.reason.empty())
        return RevocationReason::unspecified;
    auto reason = acme::revocation_reason_named(line.reason);
    if (!reason)
        throw base::Error("there is no reason '" + line.reason + "': there are " +
                          acme::revocation_reasons());
    return *reason;
}

std::string required_file(const std::string& path) {
    config::ReadOutcome file = config::DiskSource().read(path);
    if (!file.found)
        throw base::Error(path + ": " + file.reason);
    return std::move(file.text);
}

// The CA that gave it, as the MD reaches it.
model::Issuer issuer_of(const model::ManagedDomain& domain, const model::ObservedDomain& held) {
    const std::string& given_by = *held.state.ca_url;
    if (const model::Issuer* known = domain.settings->issuer_at(given_by))
        return *known;
    model::Issuer issuer = domain.settings->common();
    if (!given_by.empty())
        issuer.directory_url = given_by;
    return issuer;
}

class Revocation {
public:
    Revocation(const model::DesiredState& desired, RevocationReason reason)
        : desired_(desired), reason_(reason) {}

    std::vector<Revocable> live_set(const model::ManagedDomain& domain) {
        return base::run_task(context_, read_live_set(domain));
    }
    bool is_live(const Revocable& one, const model::ManagedDomain& domain) {
        for (const Revocable& live : live_set(domain))
            if (live.certificate.is_same_as(one.certificate))
                return true;
        return false;
    }
    // "archive/one.org.3" of the newest set that is no longer live; "" when there is none.
    std::string newest_archived(const model::ManagedDomain& domain) {
        return base::run_task(context_, find_archived(domain.name()));
    }
    void revoke(const Revocable& one) {
        const bool is_new = base::run_task(context_, ask(one));
        std::printf("%s: %s\n", one.what.c_str(),
                    is_new ? "its certificate is revoked" : "its certificate was revoked already");
    }

private:
    base::Task<std::unique_ptr<store::FileStore>> store() {
        auto store = co_await store::FileStore::open_read_only(desired_.server.store_dir, io_pool_);
        if (!store)
            throw base::Error("there is no store in " + desired_.server.store_dir);
        co_return store;
    }

    base::Task<std::vector<Revocable>> read_live_set(const model::ManagedDomain& domain) {
        auto held_in = co_await store();
        model::ObservedDomain held = co_await drive::observe_domain(*held_in, domain);
        std::vector<Revocable> set;
        for (const model::CertificateFacts& facts : held.certificates) {
            const std::string name = domain.name();
            auto chain =
                co_await held_in->read(store::domain_key(name, store::certificate_file(facts.key)));
            auto key =
                co_await held_in->read(store::domain_key(name, store::private_key_file(facts.key)));
            if (!chain || !key)
                continue;  // exchanged this moment
            const base::Secret pem{*key};
            base::wipe(key->data(), key->size());
            set.push_back({name, crypto::parse_chain(*chain).front(),
                           crypto::PrivateKey::from_pem(pem.reveal()), issuer_of(domain, held)});
        }
        co_return set;
    }

    base::Task<std::string> find_archived(std::string name) {
        auto held_in = co_await store();
        auto folders = co_await held_in->list("archive");
        unsigned newest = 0;
        for (const std::string& folder : folders)
            newest = std::max(newest, store::archive_number(folder, name).value_or(0));
        co_return newest == 0 ? "" : store::archive_key(name, newest);
    }

    // keyCompromise is shown by the key itself (RFC 8555 §7.6); what else has no account here as
    // well.
    base::Task<acme::Signer> signer_for(const Revocable& one) {
        const bool by_own_key =
            one.key && (one.by_own_key || reason_ == RevocationReason::key_compromise);
        if (!by_own_key) {
            auto held_in = co_await store();
            const auto route = drive::IssuerRoute::of(one.issuer);
            drive::StoredAccount vault(*held_in, http::Url::parse(route.directory_url).value(),
                                       route.kid);
            auto account = co_await vault.load();
            if (account && !account->url.empty())
                co_return acme::Signer{account->key, account->url};
        }
        if (!one.key)
            throw base::Error("the store has no account of " + one.issuer.directory_url +
                              ": give the certificate's own key as --key FILE");
        co_return acme::Signer{*one.key, {}};
    }

    base::Task<bool> ask(const Revocable& one) {
        acme::Signer signer = co_await signer_for(one);
        auto executor = co_await asio::this_coro::executor;
        const auto route = drive::IssuerRoute::of(one.issuer);
        auto transport = transports(executor)(route);
        acme::Client client(executor, *transport, clock_,
                            http::Url::parse(route.directory_url).value());
        bool is_new = co_await acme::revoke(client, std::move(signer), one.certificate, reason_);
        co_return is_new;
    }

    const model::DesiredState& desired_;
    RevocationReason reason_;
    base::SystemClock clock_;
    asio::thread_pool io_pool_{1};
    asio::io_context context_{1};
};

// By a process of its own, since it may end with its work on the key pool undone.
bool renew_first(const CommandLine& line) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0)
        base::raise_errno("starting the renewal");
    if (child == 0) {
        int status = 1;
        try {
            status = renew(line);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "mdcertd revoke: %s\n", error.what());
        }
        std::fflush(nullptr);
        ::_exit(status);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// How what was replaced is revoked without replacing what replaced it.
std::string where_former_is(Revocation& revocation, const model::ManagedDomain& domain,
                            const CommandLine& line) {
    const std::string folder = revocation.newest_archived(domain);
    if (line.no_replacement || folder.empty())
        return {};
    return "; the former set is in " + folder + " of the store: when servers show the new one, " +
           "'mdcertd revoke --cert FILE --key FILE" +
           (line.reason.empty() ? "" : " --reason " + line.reason) +
           "' revokes each certificate of it";
}

int revoke_domain(const CommandLine& line, const model::DesiredState& desired) {
    const model::ManagedDomain& domain = *admin::select_known(desired, line.names).front();
    if (domain.is_static())
        throw base::Error(domain.name() + " is static: revoke its files with --cert and --key");
    const RevocationReason reason = reason_of(line);
    const std::vector<Revocable> former = Revocation(desired, reason).live_set(domain);
    if (former.empty())
        throw base::Error(domain.name() + " has no certificate");
    // No thread of ours is running at that moment.
    const bool is_well = line.no_replacement || renew_first(line);
    Revocation revocation(desired, reason);
    if (!line.no_replacement && revocation.is_live(former.front(), domain))
        throw base::Error(domain.name() +
                          " has no other certificate yet, nothing was revoked: "
                          "mend that, or revoke it all the same with --no-replacement");
    if (!is_well)
        throw base::Error(
            "another certificate is in the store, but not all went well, and nothing "
            "was revoked" +
            where_former_is(revocation, domain, line));
    try {
        for (const Revocable& one : former)
            revocation.revoke(one);
    } catch (const base::Error& error) {
        throw base::Error(error.what() + where_former_is(revocation, domain, line));
    }
    if (line.no_replacement)
        std::printf(
            "%s: servers go on showing what is revoked now: 'mdcertd renew %s' replaces it\n",
            domain.name().c_str(), domain.name().c_str());
    return 0;
}

// As an MD reaches the CA at that URL, or as one that none names.
model::Issuer issuer_at(const model::DesiredState& desired, const std::string& url) {
    for (const model::ManagedDomain& domain : desired.domains)
        if (const model::Issuer* known = domain.settings->issuer_at(url))
            return *known;
    model::Issuer issuer;
    issuer.directory_url = url;
    if (!desired.domains.empty())
        issuer.http_proxy = desired.domains.front().settings->common().http_proxy;
    return issuer;
}

int revoke_file(const CommandLine& line, const model::DesiredState& desired) {
    model::Issuer issuer;
    if (!desired.domains.empty())
        issuer = desired.domains.front().settings->common();
    if (!line.authorities.empty()) {
        auto authority = config::parse_authority(line.authorities.front());
        if (!authority)
            throw base::Error("--ca: " + authority.error().what);
        issuer = issuer_at(desired, authority->url);
    }
    std::optional<crypto::PrivateKey> key;
    if (!line.key_file.empty())
        key = crypto::PrivateKey::from_pem(required_file(line.key_file));
    const std::string pem = required_file(line.certificate_file);
    const Revocable one{line.certificate_file, crypto::parse_chain(pem).front(), std::move(key),
                        std::move(issuer), true};
    if (one.key && !one.certificate.has_key(*one.key))
        throw base::Error(line.key_file + " is not the key of " + line.certificate_file);
    Revocation(desired, reason_of(line)).revoke(one);
    return 0;
}

}  // namespace

int revoke(const CommandLine& line) {
    config::Loaded loaded = require_configuration(line);
    if (line.certificate_file.empty() == line.names.empty())
        throw base::Error("write the name of one managed domain, or --cert FILE");
    if (line.names.size() > 1)
        throw base::Error("one managed domain at a time");
    return line.names.empty() ? revoke_file(line, loaded.desired)
                              : revoke_domain(line, loaded.desired);
}

}  // namespace md::commands
