// SPDX-License-Identifier: Apache-2.0
// MDExternalAccountBinding: all forms of keys that people paste, and the file.
#include "config/account_binding.hpp"

#include "config/loading.hpp"
#include "support/catch.hpp"

using namespace md::config;
using md::model::ExternalAccountBinding;
using md::model::MacAlgorithm;

namespace {

// 32 octets 0xfb, in which the alphabets of base64 differ.
const std::string url_key = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s";
const std::string plain_key = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";

std::optional<ExternalAccountBinding> bound_by(const std::string& line) {
    return settings_of("MDExternalAccountBinding " + line).common().binding;
}

Loaded with_file(const std::string& text) {
    return load_from({{"conf",
                       "ServerRoot /srv/m\nMDExternalAccountBinding eab.json\n"
                       "ManagedDomain a.org\n<ManagedDomain b.org>\n"
                       "MDExternalAccountBinding none\n</ManagedDomain>\n"},
                      {"/srv/m/eab.json", text}},
                     "conf");
}

}  // namespace

TEST_CASE("a key of an external account is read in either base64, padded or not") {
    const std::string continued = plain_key.substr(0, 40) + "\\\n  " + plain_key.substr(40);
    for (const std::string& written : {url_key, url_key + "=", plain_key, continued}) {
        INFO(written);
        const auto binding = bound_by("\"kid 1\" \"" + written + "\"");
        REQUIRE(binding);
        CHECK(*binding == ExternalAccountBinding{"kid 1", url_key, MacAlgorithm::hs256});
    }
}

TEST_CASE("the algorithm of an external account is written behind its key") {
    CHECK(bound_by("k " + std::string(64, 'A') + " hs384")->algorithm == MacAlgorithm::hs384);
    CHECK(bound_by("k " + std::string(86, 'A') + " HS512")->algorithm == MacAlgorithm::hs512);
    CHECK(fault_of("MDExternalAccountBinding k " + url_key + " RS256\n") ==
          "there is no such algorithm for an external account");
    CHECK(fault_of("MDExternalAccountBinding k " + url_key + " HS512\n") ==
          "the key of the external account has 32 octets, too few for HS512");
}

TEST_CASE("what is no key of an external account is refused, and not shown") {
    for (const char* key : {"S3cret!", "\"\"", "S3cre", "S3cr\xc3\xa9t"}) {
        const Loaded loaded = load_text("MDExternalAccountBinding kid " + std::string(key) + "\n");
        REQUIRE(told(loaded) == Told{"1:30: error: the key of the external account is not base64"});
        CHECK(render(loaded.diagnostics[0]).find("S3cr") == std::string::npos);
    }
    CHECK(fault_of("MDExternalAccountBinding \"\" " + url_key + "\n") ==
          "the key ID of the external account is empty");
}

TEST_CASE("a key that was encoded twice is told of") {
    // base64 of plain_key.
    CHECK(fault_of("MDExternalAccountBinding k "
                   "Ky92NysvdjcrL3Y3Ky92NysvdjcrL3Y3Ky92NysvdjcrL3Y3Ky92Nysvcz0=\n") ==
          "the key of the external account is encoded twice");
}

TEST_CASE("the external account may stand in a file, and a section may take it back") {
    const Loaded loaded = with_file(R"({"kid": "k/1", "hmac": ")" + plain_key + R"(", "x": 1})");
    CHECK(told(loaded) == Told{});
    const auto& issuer = loaded.desired.domains[0].settings->common();
    CHECK(issuer.binding == ExternalAccountBinding{"k/1", url_key, MacAlgorithm::hs256});
    CHECK(issuer.binding_file == "/srv/m/eab.json");
    CHECK_FALSE(loaded.desired.domains[1].settings->common().binding);
    CHECK_THAT(show_config_text(loaded),
               Catch::Contains("MDExternalAccountBinding /srv/m/eab.json\n"));
}

TEST_CASE("a file without an external account stops those who need it, and no one else") {
    struct Row {
        const char *text, *why;
    };
    const auto row = GENERATE(Row{"kid hmac", "it is not JSON"}, Row{"[]", "it has no \"kid\""},
                              Row{R"({"kid":"a"})", "it has no \"kid\" and \"hmac\""},
                              Row{R"({"kid":"a","hmac":"%"})", "is not base64"});
    const Loaded loaded = with_file(row.text);
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK_THAT(loaded.diagnostics[0].message,
               Catch::Contains("MDExternalAccountBinding: /srv/m/eab.json: ") &&
                   Catch::Contains(row.why) && Catch::Contains("'a.org' is not driven"));
    CHECK_FALSE(loaded.desired.domains[0].driven());
    CHECK(loaded.desired.domains[1].driven());
}

TEST_CASE("a file of an external account that is not there is named") {
    const Loaded loaded =
        load_text("MDExternalAccountBinding /etc/eab.json\nManagedDomain a.org\n");
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK_THAT(loaded.diagnostics[0].message,
               Catch::Contains("/etc/eab.json: No such file or directory"));
}
