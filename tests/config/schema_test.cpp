// SPDX-License-Identifier: Apache-2.0
// The table against itself, against the model, and against the files made from it.
#include "config/schema.hpp"

#include "config/lexer.hpp"
#include "config/loading.hpp"
#include "config/spelling.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

using namespace md;
using namespace md::config;

namespace {

std::string file_text(const std::string& path) {
    std::ifstream in(std::string(MD_SOURCE_DIR) + "/" + path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// Comment lines of at most 100 columns.
std::string comment(std::string_view text) {
    std::istringstream words{std::string(text)};
    std::string result, line = "#  ";
    for (std::string word; words >> word;) {
        if (line.size() + 1 + word.size() > 100) {
            result += line + "\n";
            line = "#  ";
        }
        line += " " + word;
    }
    return result + line + "\n";
}

std::string tag(const DirectiveSpec& spec, std::string_view name) {
    std::string words = std::string(name) + " " + std::string(spec.arguments);
    return spec.is_line ? words : "<" + words + ">";
}

std::string reference_entry(const DirectiveSpec& spec) {
    std::string text = "# " + tag(spec, spec.name) + "\n";
    if (spec.is_line && spec.is_section)
        text += "# <" + tag(spec, spec.name) + ">\n";
    for (std::string_view alias : spec.aliases)
        if (!alias.empty())
            text += comment("Also written " + std::string(alias) + ".");
    text += comment(spec.sentence);
    text += comment("Example: " + std::string(spec.example));
    if (spec.default_value.empty())
        return text + "#   There is no default.\n";
    return text + std::string(spec.name) + " " + std::string(spec.default_value) + "\n";
}

std::string reference() {
    std::string text =
        "# SPDX-License-Identifier: Apache-2.0\n"
        "# Every directive of mdcertd: how it is written, what it does, an example, and, as a line "
        "of its\n# own, its default. This file changes nothing: it is configuration that sets all "
        "to "
        "what it is.\n# It is made from the table in lib/config/schema.cpp.\n";
    for (const DirectiveSpec& spec : schema())
        text += "\n" + reference_entry(spec);
    return text;
}

// An example in the surroundings it needs.
std::string example_text(const DirectiveSpec& spec) {
    std::string line(spec.example);
    if (spec.name == "Use" || spec.name == "UndefMacro")
        return "<Macro site $host>\nManagedDomain $host\n</Macro>\n" + line + "\n";
    if (!spec.is_line)
        return line + "\n</" + std::string(spec.name) + ">\n";
    bool needs_host = (spec.places & (at_top | in_domain)) == 0;
    if (spec.places == in_domain) {
        const std::string other =
            spec.name == "MDCertificateFile" ? "MDCertificateKeyFile" : "MDCertificateFile";
        return "<ManagedDomain example.org>\n" + line + "\n" + other +
               " /etc/ssl/other.pem\n</ManagedDomain>\n";
    }
    if (needs_host)
        return "<VirtualHost *:443>\n" + line + "\n</VirtualHost>\n";
    if (spec.name == "MDMember")
        return "<ManagedDomain example.org>\n" + line + "\n</ManagedDomain>\n";
    return line + "\n";
}

}  // namespace

TEST_CASE("each row has all that is said of a directive") {
    for (const DirectiveSpec& spec : schema()) {
        INFO(spec.name);
        CHECK_FALSE(spec.sentence.empty());
        CHECK(spec.sentence.ends_with('.'));
        CHECK_FALSE(spec.arguments.empty());
        CHECK(spec.example.find(spec.name) != std::string_view::npos);
        CHECK((spec.is_line || spec.is_section));
        CHECK(spec.least <= spec.most);
        CHECK(spec.places != 0);
        bool is_server = spec.scope == Scope::server;
        CHECK((spec.server.set != nullptr) == is_server);
        CHECK((spec.server.show != nullptr) == is_server);
        if (spec.scope == Scope::domain)
            CHECK(spec.domain.set != nullptr);
    }
}

TEST_CASE("names and aliases are unique and found in any case") {
    std::set<std::string> seen;
    for (const DirectiveSpec& spec : schema()) {
        CHECK(seen.insert(lower(spec.name)).second);
        CHECK(find_directive(lower(spec.name)) == &spec);
        for (std::string_view alias : spec.aliases) {
            if (alias.empty())
                continue;
            CHECK(seen.insert(lower(alias)).second);
            CHECK(find_directive(alias) == &spec);
        }
    }
    CHECK(find_directive("DocumentRoot") == nullptr);
    CHECK(find_directive("") == nullptr);
    CHECK(find_directive(std::string(100'000, 'M')) == nullptr);
}

TEST_CASE("every directive of the manual is in the table") {
    for (const char* name : {"ServerRoot",
                             "ServerAdmin",
                             "Listen",
                             "ManagedDomain",
                             "MDomain",
                             "MDomainSet",
                             "MDMember",
                             "MDMembers",
                             "MDCertificateAgreement",
                             "MDCertificateAuthority",
                             "MDCertificateProtocol",
                             "MDCACertificateFile",
                             "MDCAChallenges",
                             "MDStatusListen",
                             "MDPortMap",
                             "MDHealthPath",
                             "MDProxyProtocol",
                             "MDPrivateKeys",
                             "MDRenewWindow",
                             "MDDriveMode",
                             "MDRenewMode",
                             "MDStoreDir",
                             "MDNotifyCmd",
                             "MDContactEmail",
                             "MDHttpProxy",
                             "MDCertificateFile",
                             "MDCertificateKeyFile",
                             "MDMustStaple",
                             "MDRequireHttps",
                             "MDRetryDelay",
                             "MDRetryFailover",
                             "MDCheckInterval",
                             "MDMaxParallel",
                             "MDOrderRate",
                             "LogLevel",
                             "User",
                             "Group",
                             "VirtualHost",
                             "ServerName",
                             "ServerAlias",
                             "SSLEngine",
                             "Include",
                             "IncludeOptional",
                             "Define",
                             "UnDefine",
                             "IfDefine",
                             "IfModule",
                             "IfVersion",
                             "IfFile",
                             "IfDirective",
                             "IfSection",
                             "Macro",
                             "Use",
                             "UndefMacro"}) {
        INFO(name);
        CHECK(find_directive(name) != nullptr);
    }
}

TEST_CASE("the defaults of the table are those of the model") {
    model::ServerSettings server = load_good("").desired.server;
    for (const DirectiveSpec& spec : schema()) {
        INFO(spec.name);
        if (spec.name == "MDStoreDir") {
            CHECK(server.store_dir == server.server_root + "/" + std::string(spec.default_value));
        } else if (spec.server.show != nullptr) {
            CHECK(spec.server.show(server) == spec.default_value);
        } else if (spec.domain.show != nullptr) {
            CHECK(spec.domain.show(model::Settings{}) == spec.default_value);
        }
    }
}

TEST_CASE("each example is good configuration, and sets something else than the default") {
    for (const DirectiveSpec& spec : schema()) {
        INFO(spec.name);
        test::VirtualDisk disk{
            {"conf", example_text(spec)}, {"sites/a.conf", ""}, {"conf.d/a.conf", ""}};
        CHECK(told(load_from(disk, "conf")) == Told{});
        std::string words = std::string(spec.name) + " " + std::string(spec.default_value);
        if (spec.name != "User" && spec.name != "Group" && spec.name != "MDCertificateProtocol")
            CHECK(spec.example != words);
    }
}

TEST_CASE("the reference is made from the table") {
    std::string path = std::string(MD_SOURCE_DIR) + "/config/reference.conf";
    // MD_WRITE_REFERENCE=1 test_config "the reference is made from the table" writes it anew.
    if (std::getenv("MD_WRITE_REFERENCE") != nullptr)
        std::ofstream(path, std::ios::binary) << reference();
    CHECK(file_text("config/reference.conf") == reference());
}

TEST_CASE("the reference sets everything to its default") {
    Loaded loaded = load_good(file_text("config/reference.conf"));
    CHECK(loaded.desired.server == model::ServerSettings{});
    loaded = load_good(file_text("config/reference.conf") + "ManagedDomain example.org\n");
    CHECK(loaded.desired.domains.at(0).settings == model::Settings{});
}

TEST_CASE("the man page has a paragraph for each directive, with its default") {
    std::string page = file_text("packaging/man/mdcertd.conf.5");
    for (const DirectiveSpec& spec : schema()) {
        INFO(spec.name);
        std::string open = spec.is_line ? "" : "<";
        auto heading = page.find("\n.BI " + open + std::string(spec.name));
        REQUIRE(heading != std::string::npos);
        std::string paragraph = page.substr(heading, page.find("\n.TP", heading + 1) - heading);
        for (std::string_view alias : spec.aliases)
            CHECK(paragraph.find(alias) != std::string::npos);
        std::string shown(spec.default_value);
        for (std::size_t at = 0; (at = shown.find('-', at)) != std::string::npos; at += 2)
            shown.insert(at, "\\");
        if (!shown.empty())
            CHECK(paragraph.find("Default: " + shown + ".") != std::string::npos);
    }
}

TEST_CASE("words that look like ours are mistakes, with what was meant") {
    for (const char* name : {"MDNothing", "ManagedDomians", "mdx", "MDStaplings"})
        CHECK(judge_unknown(name).is_mistake);
    CHECK(judge_unknown("MDStaplings").meant == "MDStapling");
    CHECK_FALSE(judge_unknown("Timeout").is_mistake);
}
