// SPDX-License-Identifier: Apache-2.0
// The examples are run: each file of config/examples obtains what it asks for, from the real Pebble
// and with its names. Only what a test cannot have is replaced: the authority, its trusted root,
// ports, folders and the program that is told.
#include "site.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <sstream>

using namespace md::test;

namespace {

// Files of which nothing can be obtained here, and why.
const std::map<std::string, std::string> not_run = {
    {"must-staple.conf",
     "Pebble before 2.6 leaves the feature out: must_staple_test.cpp has a CA that does not"},
    {"proxy.conf", "its authority is behind a proxy: directives_test.cpp runs one"},
};

fs::path examples() {
    return fs::path(MD_SOURCE_DIR) / "config/examples";
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::string first_word(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    return word;
}

// An example in its place on a server of the test.
class Example {
public:
    Example(const Pebble& ca, Site& site, const std::string& name) : ca_(ca), site_(site) {
        write_site();
        for (const std::string& line : lines_of(read_file(examples() / name)))
            add(line);
        for (const std::string& line : lines_of(site.server_part))
            if (!given_.contains(first_word(line)))
                header_ += line + "\n";
        site.server_part = header_;
        site.configure(text_);
    }

private:
    // For the example that reads the sites of a web server.
    void write_site() const {
        fs::create_directory(sites());
        write_file(sites() / "site.conf",
                   "<VirtualHost *:443>\n    ServerName example.org\n    SSLEngine on\n"
                   "</VirtualHost>\n");
    }
    fs::path sites() const { return site_.directory() / "sites-enabled"; }

    void add(const std::string& line) {
        const std::string word = first_word(line);
        if (word.starts_with("</"))
            --depth_;
        else if (word.starts_with("<"))
            ++depth_;
        else if (depth_ == 0 && !word.empty())
            given_.insert(word);
        text_ += in_place(word, line) + "\n";
    }

    std::string in_place(const std::string& word, std::string line) const {
        if (word == "MDCertificateAuthority")
            return word + " " + ca_.directory_url();
        if (word == "MDStoreDir")
            return word + " md";
        if (word == "MDCertificateAgreement")
            return word + " accepted";
        const std::string http = std::to_string(ca_.http_port());
        replace(line, ":unix:/run/mdcertd/http.sock", ":" + http);
        replace(line, ":880", ":" + http);
        replace(line, ":844", ":" + std::to_string(ca_.tls_port()));
        replace(line, "/usr/bin/logger", (site_.directory() / "notify").string());
        replace(line, "/etc/apache2/sites-enabled", sites().string());
        return line;
    }

    static void replace(std::string& line, const std::string& from, const std::string& to) {
        if (const auto at = line.find(from); at != std::string::npos)
            line.replace(at, from.size(), to);
    }

    const Pebble& ca_;
    Site& site_;
    std::string header_, text_;
    std::set<std::string> given_;  // what the example sets for all: not to be set twice
    int depth_ = 0;
};

// The dNSNames of a certificate.
std::set<std::string> names_in(const fs::path& certificate) {
    std::istringstream words(run_command({{"openssl", "x509", "-noout", "-ext", "subjectAltName",
                                           "-in", certificate.string()}})
                                 .output);
    std::set<std::string> names;
    for (std::string word; words >> word;)
        if (word.starts_with("DNS:"))
            names.insert(word.substr(4, word.find(',') - 4));
    return names;
}

using Names = std::set<std::string>;

// Every certificate in the MD's folder has exactly the names.
void check_certificates(const Site& site, const std::string& md, const Names& names) {
    unsigned certificates = 0;
    for (const auto& entry : fs::directory_iterator(site.store() / "domains" / md))
        if (entry.path().filename().string().starts_with("pubcert")) {
            CHECK(names_in(entry.path()) == names);
            ++certificates;
        }
    CHECK(certificates > 0);
}

void run_example(Pebble& ca, const std::string& name) {
    Site site(ca);
    const Example example(ca, site, name);
    INFO(name << ":\n" << read_file(site.config_file()));
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.output << outcome.errors);
    REQUIRE(outcome.status == 0);
    const auto shown = nlohmann::json::parse(site.mdcertd({"show-config", "--json"}).output);
    unsigned driven = 0;
    for (const auto& domain : shown.at("domains")) {
        const std::string md = domain.at("name");
        Names names;
        for (const auto& member : domain.at("names"))
            names.insert(member.at("name"));
        CHECK(fs::exists(site.store() / "domains" / md) == domain.at("driven").get<bool>());
        if (!domain.at("driven").get<bool>())
            continue;
        ++driven;
        check_certificates(site, md, names);
        CHECK(site.notified(md) == 1);
    }
    CHECK(driven > 0);
}

}  // namespace

TEST_CASE("every example obtains its certificates", "[slow]") {
    Pebble ca(PebbleOptions::calm());
    unsigned run = 0;
    for (const auto& entry : fs::directory_iterator(examples())) {
        const std::string name = entry.path().filename();
        if (not_run.contains(name))
            continue;
        run_example(ca, name);
        ++run;
    }
    CHECK(run >= 15);
    for (const auto& [name, reason] : not_run)
        CHECK(fs::exists(examples() / name));
}

TEST_CASE("one managed domain is the certificate of two virtual hosts") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const Example example(ca, site, "two-virtual-hosts.conf");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    check_certificates(site, "example.org", {"example.org", "www.example.org", "mail.example.org"});
    CHECK(ca.orders() == 1);
}

TEST_CASE("the alias of a virtual host is in the certificate without being named for it") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const Example example(ca, site, "alias-joins.conf");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    check_certificates(site, "example.org", {"example.org", "www.example.org"});
    CHECK(ca.orders() == 1);
}
