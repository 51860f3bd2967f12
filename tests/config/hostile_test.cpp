// SPDX-License-Identifier: Apache-2.0
// Files nobody should write: each is a clear diagnostic or plain success, in bounded time and room.
#include "config/loading.hpp"

#include <ctime>
#include <random>

using namespace md;
using namespace md::config;

namespace {

std::string repeated(const std::string& text, std::size_t count) {
    std::string result;
    result.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        result += text;
    return result;
}

// Sanitized and unoptimized builds take several times as long; a time that grows with the square
// would take thousands of times as long.
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
constexpr double patience = 20;  // seconds
constexpr std::size_t repeated_text = 400'000;
#else
constexpr double patience = 1;
constexpr std::size_t repeated_text = 2'500'000;
#endif
constexpr std::size_t ten_megabytes = 10'000'000;

Loaded load_in_time(const std::string& text, double limit = patience * 10) {
    // The processor's time: others may run beside this test.
    std::clock_t start = std::clock();
    Loaded loaded = load_text(text);
    CHECK(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < limit);
    for (const Diagnostic& diagnostic : loaded.diagnostics)
        CHECK(render(diagnostic).size() < 2000);
    CHECK(loaded.diagnostics.size() <= 2000);
    return loaded;
}

}  // namespace

TEST_CASE("a hundred thousand managed domains are read in under a second", "[heavy]") {
    std::string text = "MDCertificateAgreement accepted\n";
    for (int i = 0; i < 100'000; ++i)
        text += "ManagedDomain d" + std::to_string(i) + ".example.org www.d" + std::to_string(i) +
                ".example.org\n";
    Loaded loaded = load_in_time(text, patience);
    CHECK(loaded.ok());
    CHECK(loaded.desired.domains.size() == 100'000);
}

TEST_CASE("a hundred thousand overlapping managed domains take no longer", "[heavy]") {
    Loaded loaded = load_in_time(repeated("ManagedDomain a.example.org b.example.org\n", 100'000));
    CHECK_FALSE(loaded.ok());
    CHECK(loaded.diagnostics.size() == 1000);
}

TEST_CASE("ten thousand hosts with patterns beside ten thousand domains take no longer",
          "[heavy]") {
    std::string text;
    for (int i = 0; i < 10'000; ++i)
        text += "ManagedDomain d" + std::to_string(i) + ".org\n<VirtualHost *:443>\nServerName d" +
                std::to_string(i) + ".org\nServerAlias *.d" + std::to_string(i) +
                ".org\n</VirtualHost>\n";
    CHECK(load_in_time(text).ok());
}

TEST_CASE("a line of ten megabytes is told of", "[heavy]") {
    for (std::string start : {"ManagedDomain ", "", "# ", "<", "</", "\"", "x \"", "${"}) {
        Loaded loaded = load_in_time(start + std::string(ten_megabytes, 'a') + "\n");
        CHECK(loaded.diagnostics.size() <= 1);
    }
    CHECK(fault_of("ManagedDomain " + std::string(ten_megabytes, 'a')) ==
          "a line of more than 1 MiB");
}

TEST_CASE("ten megabytes of one character are told of or passed over", "[heavy]") {
    for (char c : {'\0', '\n', '\r', '\\', '"', '<', '>', '#', ' ', '{', '$', '\xff', '\x1b', 'M'})
        load_in_time(std::string(ten_megabytes, c));
}

TEST_CASE("megabytes of one line are told of or passed over", "[heavy]") {
    for (const char* line : {"MDNothing\n",
                             "MDRenewWindow x\n",
                             "a\n",
                             "Lissten\n",
                             "<a>\n",
                             "</a>\n",
                             "<IfModule x>\n",
                             "<IfModule md_module>\n",
                             "</IfModule>\n",
                             "<ManagedDomain a.org>\n",
                             "<VirtualHost *>\n",
                             "${a}\n",
                             "${${${",
                             "\\\n",
                             "#\\\n",
                             "x \"\n",
                             "Include x\n",
                             "Define a b\n",
                             "Define a ${a}${a}\n",
                             "User x\n",
                             "MDomain auto\n",
                             "ServerAlias *\n",
                             "\xef\xbb\xbf\n"}) {
        INFO(line);
        std::string text(line);
        load_in_time(repeated(text, repeated_text / text.size()));
    }
}

TEST_CASE("a host with a hundred thousand aliases is read", "[heavy]") {
    std::string text =
        "MDContactEmail x@a.org\nManagedDomain a.org\n<VirtualHost *:443>\n"
        "ServerName a.org\n";
    for (int i = 0; i < 100'000; ++i)
        text += "ServerAlias d" + std::to_string(i) + ".org\n";
    Loaded loaded = load_in_time(text + "</VirtualHost>\n");
    CHECK(loaded.desired.domains[0].members.size() == 100'001);
}

TEST_CASE("skipped directives are all counted, the first of them named", "[heavy]") {
    Loaded loaded = load_in_time(repeated("Timeout 300\n", 100'000));
    CHECK(loaded.skipped_count == 100'000);
    CHECK(loaded.skipped.size() == 10'000);
}

TEST_CASE("files of chance are told of or passed over", "[heavy]") {
    // A fixed seed: the same files at each run.
    std::mt19937 random(20171123);
    const std::string pieces[] = {"MD",          "ManagedDomain",
                                  "<",           ">",
                                  "</",          "\"",
                                  "'",           "\\",
                                  "\n",          "\r\n",
                                  " ",           "${",
                                  "}",           "#",
                                  "a.org",       "*.a.org",
                                  "Include",     "Define",
                                  "VirtualHost", "IfModule",
                                  "md_module",   "!",
                                  ":443",        "80:-",
                                  "RSA",         "4096",
                                  "%",           "33",
                                  "auto",        "\t",
                                  "\x80",        "\x01",
                                  "ServerName",  "ServerAlias"};
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int i = 0; i < 60; ++i)
            text += pieces[random() % std::size(pieces)];
        Loaded loaded = load_text(text);
        show_config_text(loaded);
        for (const Diagnostic& diagnostic : loaded.diagnostics) {
            CHECK_FALSE(diagnostic.message.empty());
            CHECK(render(diagnostic).size() < 2000);
        }
    }
}
