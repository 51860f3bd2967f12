// SPDX-License-Identifier: Apache-2.0
// fill_store N DIRECTORY: a store as N issuances leave it (MDs md00001.test ... with a P-256 key
// and a certificate of 90 days made now) in DIRECTORY/state/md, and DIRECTORY/mdcertd.conf for it.
// Nothing is due. The files lie where the store has them but are written in one go, without fsync.
#include "crypto/csr.hpp"
#include "crypto/private_key.hpp"
#include "model/identifier.hpp"
#include "store/file_store.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"
#include "support/ports.hpp"
#include "support/run_task.hpp"
#include "support/scratch.hpp"
#include "support/test_issuer.hpp"

#include <charconv>
#include <chrono>
#include <iostream>
#include <sys/stat.h>

using namespace md;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_seconds;
using test::fs::path;

namespace {

const std::string ca_url = "https://localhost:14000/dir";

std::string name_of(unsigned number) {
    std::string digits = std::to_string(number);
    return "md" + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits + ".test";
}

std::string md_text(const std::string& name) {
    store::MdRecord record;
    record.name = name;
    record.domains = {name};
    record.contacts = {"mailto:admin@example.test"};
    record.ca_url = ca_url;
    record.ca_agreement = "accepted";
    record.keys = {model::KeySpec::ec("p-256")};
    record.state = store::MdRecord::State::complete;
    return store::to_text(record);
}

std::string job_text(const std::string& name, sys_seconds now) {
    store::LiveJob job;
    job.state.recorded = true;
    job.state.last_run = job.state.valid_from = now;
    job.state.started = {now};
    return store::job_text(name, job, {{now, "starting", "", ""}, {now, "finished", "", ""}});
}

void write_value(const path& root, const std::string& key, const std::string& value) {
    test::write_file(root / key, value);
    test::fs::permissions(root / key, static_cast<test::fs::perms>(store::file_mode(key)));
}

void write_set(const path& root, const test::TestIssuer& issuer, const std::string& name,
               sys_seconds now) {
    const model::KeySpec spec = model::KeySpec::ec("p-256");
    auto key = crypto::PrivateKey::generate(spec);
    auto csr = crypto::make_csr(key, {model::Identifier::parse(name).value()}, false);
    test::fs::create_directories(root / store::domain_key(name));
    auto write = [&](std::string_view file, const std::string& value) {
        write_value(root, store::domain_key(name, file), value);
    };
    write(store::md_file, md_text(name));
    write(store::job_file, job_text(name, now));
    write(store::private_key_file(spec), std::string(key.to_pem().reveal()));
    write(store::certificate_file(spec), issuer.issue(csr, now - 1h, now - 1h + days{90}));
}

std::string configuration(const path& directory, unsigned count) {
    test::ReservedPort http, tls;
    auto http_port = std::to_string(http.number()), tls_port = std::to_string(tls.number());
    std::string text = "ServerRoot " + (directory / "state").string() +
                       "\nServerAdmin admin@example.test\nMDCertificateAgreement accepted"
                       "\nMDCertificateAuthority " +
                       ca_url + "\nMDPrivateKeys P-256\nMDPortMap 80:" + http_port +
                       " 443:" + tls_port + "\nListen 127.0.0.1:" + http_port +
                       "\nListen 127.0.0.1:" + tls_port + "\nUser root\n";
    for (unsigned number = 1; number <= count; ++number)
        text += "ManagedDomain " + name_of(number) + "\n";
    return text;
}

void fill(const path& directory, unsigned count) {
    const path root = directory / "state/md";
    base::asio::io_context context;
    base::asio::thread_pool io_pool(1);
    test::run_task(context, store::FileStore::open(root.string(), io_pool));
    const test::TestIssuer issuer;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (unsigned number = 1; number <= count; ++number)
        write_set(root, issuer, name_of(number), now);
    test::write_file(directory / "mdcertd.conf", configuration(directory, count));
}

}  // namespace

int main(int argc, char** argv) {
    unsigned count = 0;
    std::string_view number = argc == 3 ? argv[1] : "";
    auto [end, error] = std::from_chars(number.begin(), number.end(), count);
    if (error != std::errc{} || end != number.end()) {
        std::cerr << "usage: fill_store N DIRECTORY\n";
        return 2;
    }
    try {
        ::umask(0077);
        fill(test::fs::absolute(argv[2]), count);
    } catch (const std::exception& problem) {
        std::cerr << "fill_store: " << problem.what() << "\n";
        return 1;
    }
    return 0;
}
