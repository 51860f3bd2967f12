// SPDX-License-Identifier: Apache-2.0
// Every configuration this project ships loads without a diagnostic, and the tests that its
// documents name are there.
#include "config/loading.hpp"
#include "support/documents.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace md;
using namespace md::config;
using md::test::code_blocks;
using md::test::documents;

namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

struct NamedTest {
    std::string file, name;
};

// A document names tests as `room/file_test` "what it proves".
std::vector<NamedTest> tests_named_in(const std::string& text) {
    const std::string end_of_file = "_test` \"";
    std::vector<NamedTest> all;
    for (auto at = text.find(end_of_file); at != std::string::npos;
         at = text.find(end_of_file, at + 1)) {
        const auto file = text.rfind('`', at) + 1;
        const auto name = at + end_of_file.size();
        all.push_back({text.substr(file, at - file) + "_test.cpp",
                       text.substr(name, text.find('"', name) - name)});
    }
    return all;
}

Loaded load_example(const std::string& name) {
    return load_good(text_of(std::string(MD_SOURCE_DIR "/config/examples/") + name));
}

const model::Settings& settings(const Loaded& loaded, std::size_t domain) {
    return *loaded.desired.domains.at(domain).settings;
}

}  // namespace

TEST_CASE("every file in config/ loads without a diagnostic") {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(MD_SOURCE_DIR "/config")) {
        if (entry.path().extension() != ".conf")
            continue;
        INFO(entry.path());
        std::string text = text_of(entry.path());
        CHECK(text.starts_with("# SPDX-License-Identifier: Apache-2.0\n"));
        load_good(text);
        ++count;
    }
    CHECK(count >= 20);
}

TEST_CASE("every conf block of the documents loads without a diagnostic") {
    std::size_t count = 0;
    for (const auto& document : documents())
        for (const std::string& block : code_blocks(document, "conf")) {
            INFO(document << ":\n" << block);
            load_good(block);
            ++count;
        }
    CHECK(count >= 1);
}

TEST_CASE("every test that a document names as a proof is there") {
    std::size_t count = 0;
    for (const auto& document : documents())
        for (const NamedTest& test : tests_named_in(text_of(document))) {
            INFO(document << ": " << test.file << ": " << test.name);
            const std::string source = text_of(MD_SOURCE_DIR "/tests/" + test.file);
            CHECK(source.find("\"" + test.name + "\"") != std::string::npos);
            ++count;
        }
    CHECK(count > 30);
}

TEST_CASE("the installed default asks for nothing, and each of its suggestions is good") {
    std::string text = text_of(MD_SOURCE_DIR "/config/mdcertd.conf");
    CHECK(load_good(text).desired.domains.empty());
    for (auto at = text.find("\n#MD"); at != std::string::npos; at = text.find("\n#MD", at))
        text.erase(at + 1, 1);
    auto at = text.find("\n#ManagedDomain");
    REQUIRE(at != std::string::npos);
    text.erase(at + 1, 1);
    Loaded loaded = load_good(text);
    CHECK(names_of(loaded.desired.domains.at(0)) == Names{"example.org", "www.example.org"});
}

TEST_CASE("two virtual hosts share the certificate of one managed domain") {
    Loaded loaded = load_example("two-virtual-hosts.conf");
    REQUIRE(loaded.desired.domains.size() == 1);
    CHECK(names_of(loaded.desired.domains[0]) ==
          Names{"example.org", "www.example.org", "mail.example.org"});
    CHECK(loaded.desired.domains[0].driven());
}

TEST_CASE("an alias joins by itself, and does not in mode manual") {
    CHECK(names_of(load_example("alias-joins.conf").desired.domains.at(0)) ==
          Names{"example.org", "www.example.org"});
    Loaded manual = load_example("manual-members.conf");
    CHECK(names_of(manual.desired.domains.at(1)) == Names{"example.com", "shop.example.com"});
    CHECK(settings(manual, 0).members == model::MemberMode::manual);
}

TEST_CASE("the sandbox has a CA of its own") {
    Loaded loaded = load_example("sandbox.conf");
    CHECK(settings(loaded, 0).directory_urls() ==
          Names{"https://acme-v02.api.letsencrypt.org/directory"});
    CHECK(settings(loaded, 1).directory_urls() ==
          Names{"https://acme-staging-v02.api.letsencrypt.org/directory"});
}

TEST_CASE("settings in sections and their counterparts outside are as the example says") {
    Loaded loaded = load_example("section.conf");
    REQUIRE(loaded.desired.domains.size() == 3);
    CHECK(loaded.desired.domains[0].members.size() == 4);
    CHECK(settings(loaded, 0).renew_window.text() == "10d");
    CHECK(settings(loaded, 1).renew_window.text() == "30d");
    CHECK(settings(loaded, 1).drive_mode == model::DriveMode::always);
}

TEST_CASE("the example of drive modes drives what it says") {
    Loaded loaded = load_example("drive-mode.conf");
    CHECK_FALSE(loaded.desired.domains.at(0).used);
    CHECK(loaded.desired.domains.at(0).driven());
    CHECK_FALSE(loaded.desired.domains.at(1).driven());
}
