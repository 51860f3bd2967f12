// SPDX-License-Identifier: Apache-2.0
// sample_page COUNT: the status page of so many made-up domains, in all states there are, on
// standard output. For eyes; tests/page.sh takes pictures of it.
#include "admin/status_page.hpp"
#include "admin/status_samples.hpp"

#include <cstdlib>
#include <iostream>
#include <string>

using namespace md;
using namespace md::admin::samples;

namespace {

constexpr auto lifetime = 90 * 24h;

model::Failure timed_out() {
    return {"order", "", "https://acme.example.org/new-order: the connection timed out after 30 s",
            model::FailureClass::passing, now - 12min};
}

void add_served(Server& server, const std::string& name) {
    server.add({name, "smtp." + name, "imap." + name}).settings.edit().served_at = {{name, 993}};
    server.hold(name, now - 3 * 24h, lifetime);
    auto& told = server.installed(name);
    told.notification.owed = false;
    told.served.edit().told_again = true;
    told.served.edit().failures = 5;
    told.served.edit().last = now - 40min;
    told.served.edit().next = now + 20min;
    told.served.edit().instead = name +
                                 ":993 shows the certificate with serial number 03:aa:71, until "
                                 "2026-06-20";
}

// The first ones are the troubled ones.
void add_trouble(Server& server) {
    server.add({"shop.example.org", "www.shop.example.org"});
    server.hold("shop.example.org", now - lifetime - 5h, lifetime);
    server.fail("shop.example.org", 14, timed_out(), now + 48min);
    server.add({"new.example.com"});
    server.fail("new.example.com", 2, dns_failure(), now + 5min);
    server.add({"waiting.example.com", "www.waiting.example.com"});
    server.add({"wiki.example.org", "docs.example.org"});
    server.hold("wiki.example.org", now - 9 * 24h, lifetime).names.pop_back();
    add_served(server, "mail.example.org");
    server.add({"untold.example.org"});
    server.hold("untold.example.org", now - 2h, lifetime);
    model::Delivery& told = server.installed("untold.example.org");
    told.notification.errors = 3;
    told.notification.next = now + 8min;
    told.notification.reason = "exit status 1: nginx: [emerg] cannot load certificate";
    server.add({"soon.example.org"});
    server.hold("soon.example.org", now - 61 * 24h, lifetime);
    server.add({"by-hand.example.org"}).settings.edit().drive_mode = model::DriveMode::manual;
    server.hold("by-hand.example.org", now - 30 * 24h, 365 * 24h);
}

}  // namespace

int main(int count, char** arguments) {
    int wanted = count > 1 ? std::atoi(arguments[1]) : 20;
    Server server;
    server.desired.server.notify_command = {"/usr/lib/mdcertd/reload", "nginx"};
    add_trouble(server);
    for (int i = 0; static_cast<int>(server.desired.domains.size()) < wanted; ++i) {
        std::string name = "customer" + std::to_string(i) + ".example.net";
        auto key = i % 3 == 0 ? model::KeySpec::ec("P-256") : model::KeySpec::rsa();
        server.add({name, "www." + name}).settings.edit().keys = {key};
        server.hold(name, now - (1 + i * 7 % 58) * 24h, lifetime, key);
        server.installed(name).notification.owed = false;
    }
    admin::StatusPage page(now, 500);
    for (const admin::DomainStatus& status : server.statuses())
        page.add(status);
    std::cout << page.finished({MDCERTD_VERSION, "", ""});
}
