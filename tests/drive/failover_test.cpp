// SPDX-License-Identifier: Apache-2.0
// Several CAs in MDCertificateAuthority, and MDRetryFailover.
#include "drive/loop_bench.hpp"
#include "drive/reconcile.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using test::LoopBench;
using test::managed;
using test::ScenarioCa;

// A CA that cannot be reached for a while.
class UnsteadyCa final : public http::Transport {
public:
    explicit UnsteadyCa(ScenarioCa& ca) : ca_(ca) {}
    base::Task<http::HttpResponse> send(http::HttpRequest request) override {
        ++asked;
        if (is_down)
            throw http::TransportError("no answer", http::TransportFault::unreachable);
        return ca_.send(std::move(request));
    }

    bool is_down = true;
    unsigned asked = 0;

private:
    ScenarioCa& ca_;
};

const std::string second_url = ScenarioCa::directory_url;
const std::string first_url = second_url + "/first";

model::ManagedDomain with_two_cas(unsigned failures) {
    model::ManagedDomain domain = managed({"a.org"});
    domain.settings.edit().set_directory_urls({first_url, second_url});
    domain.settings.edit().retry_failover = failures;
    return domain;
}

std::size_t accounts_in(const test::MemoryStore& store) {
    return static_cast<std::size_t>(
        std::count_if(store.values.begin(), store.values.end(), [](const auto& value) {
            return value.first.starts_with("accounts/") && value.first.ends_with("/account.json");
        }));
}

}  // namespace

TEST_CASE("where a CA fails the next one is asked, and after a success the first again") {
    test::Scenario scenario;
    scenario.lifetime = 24h;
    LoopBench bench({with_two_cas(3)}, scenario);
    ScenarioCa first_ca(bench.clock, scenario);
    UnsteadyCa first(first_ca);
    bench.other_cas[first_url] = &first;
    bench.start();
    bench.pass(1h);
    CHECK(first.asked == 3);
    CHECK(bench.ca.certificates() == 1);
    CHECK(*bench.loop->observed().of("a.org").state.ca_url == second_url);
    bench.pass(2h);
    CHECK(bench.ca.certificates() == 1);  // it is of one of those that are configured
    first.is_down = false;
    bench.pass(24h);
    CHECK(first_ca.certificates() >= 1);
    CHECK(bench.ca.certificates() == 1);
    CHECK(*bench.loop->observed().of("a.org").state.ca_url == first_url);
    CHECK(accounts_in(bench.store) == 2);
    bench.stop();
}

TEST_CASE("how often each CA failed is remembered over a restart") {
    LoopBench bench({with_two_cas(2)});
    UnsteadyCa first(bench.ca);
    bench.other_cas[first_url] = &first;
    bench.start();
    CHECK(first.asked == 1);
    bench.stop();
    bench.start();
    bench.pass(1h);
    CHECK(first.asked == 2);
    CHECK(bench.ca.certificates() == 1);
    bench.stop();
}

TEST_CASE("where all CAs fail each has its turn") {
    LoopBench bench({with_two_cas(2)});
    UnsteadyCa first(bench.ca), second(bench.ca);
    bench.other_cas[first_url] = &first;
    bench.other_cas[second_url] = &second;
    bench.start();
    bench.pass(12h);
    CHECK(first.asked > 3);
    CHECK(second.asked > 3);
    CHECK(bench.held("a.org") == 0);
    bench.stop();
}

}  // namespace md::drive
