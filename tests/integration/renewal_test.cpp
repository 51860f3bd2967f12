// SPDX-License-Identifier: Apache-2.0
// A daemon left alone renews, with certificates that live for 30 seconds.
#include "site.hpp"
#include "support/catch.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <atomic>
#include <fcntl.h>
#include <memory>
#include <semaphore>
#include <thread>
#include <unistd.h>

using namespace md::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Cert = std::unique_ptr<X509, decltype(&X509_free)>;

std::string read_at(int directory, const char* name) {
    const int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
    std::string text(64 * 1024, '\0');
    const ssize_t size = file < 0 ? -1 : read(file, text.data(), text.size());
    if (file >= 0)
        close(file);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
}

bool belong_together(const std::string& key_pem, const std::string& certificate_pem) {
    const Bio key_text(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())), BIO_free);
    const Bio certificate_text(
        BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())),
        BIO_free);
    const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr),
                  EVP_PKEY_free);
    const Cert certificate(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr),
                           X509_free);
    return key && certificate && X509_check_private_key(certificate.get(), key.get()) == 1;
}

// Looks at a live set all the time, as a web server does that happens to reload: opens the
// directory, then reads key and certificate in it.
class Reader {
public:
    explicit Reader(fs::path set)
        : set_(std::move(set)), thread_([this] { look_all_the_time(); }) {}
    ~Reader() { end(); }

    void end() {
        if (thread_.joinable()) {
            over_.release();
            thread_.join();
        }
    }
    unsigned looks() const { return looks_; }
    unsigned mismatches() const { return mismatches_; }
    unsigned absences() const { return absences_; }

private:
    void look_all_the_time() {
        // The pause leaves the machine's other core to the daemon.
        while (!over_.try_acquire_for(milliseconds{1}))
            look();
    }
    void look() {
        const int directory = open(set_.c_str(), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
        ++looks_;
        if (directory < 0) {
            ++absences_;
            return;
        }
        const std::string key = read_at(directory, "privkey.p-256.pem");
        if (!belong_together(key, read_at(directory, "pubcert.p-256.pem")))
            ++mismatches_;
        close(directory);
    }

    fs::path set_;
    std::atomic<unsigned> looks_ = 0, mismatches_ = 0, absences_ = 0;
    std::binary_semaphore over_{0};
    std::thread thread_;
};

// Seconds since 1970 of a certificate's notBefore.
std::time_t not_before(const fs::path& certificate) {
    const std::string pem = read_file(certificate);
    const Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    const Cert parsed(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free);
    REQUIRE(parsed);
    std::tm time{};
    ASN1_TIME_to_tm(X509_get0_notBefore(parsed.get()), &time);
    return timegm(&time);
}

std::size_t archived(const Site& site) {
    const fs::path archive = site.store() / "archive";
    std::size_t count = 0;
    if (fs::exists(archive))
        for (const auto& entry : fs::directory_iterator(archive))
            count += entry.path().filename().string().starts_with("short.test.");
    return count;
}

}  // namespace

TEST_CASE("three renewals in a row come at a third of the life left, each told once", "[slow]") {
    Pebble ca({.sleep_at_most = 0, .validity_seconds = 30});
    Site site(ca);
    site.configure("MDPrivateKeys P-256\nManagedDomain short.test\n");
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "short.test", seconds{30}));

    const fs::path certificate = site.live("short.test", "pubcert.p-256.pem");
    Reader reader(site.store() / "domains/short.test");
    std::time_t before = not_before(certificate);
    for (unsigned renewal = 1; renewal <= 3; ++renewal) {
        INFO("renewal " << renewal << "\n" << daemon->output());
        REQUIRE(site.wait_for_notified(*daemon, "short.test", seconds{40}, renewal + 1));
        CHECK(archived(site) == renewal);
        const std::time_t now = not_before(certificate);
        // Due after 67 % of 30 s; a second for rounding, the rest for a refused nonce.
        CHECK(now - before >= 19);
        CHECK(now - before <= 24);
        before = now;
    }
    reader.end();
    CHECK(reader.looks() > 1000);
    CHECK(reader.mismatches() == 0);
    CHECK(reader.absences() == 0);
    CHECK(site.notified("short.test") == 4);
    CHECK(ca.orders() == 4);
    CHECK(ca.accounts() == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
}
