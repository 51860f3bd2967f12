// SPDX-License-Identifier: Apache-2.0
#include "config/secret_mask.hpp"

#include "config/loading.hpp"

using namespace md::config;

namespace {

// Everything that is told of a text, as it goes to a terminal and to the journal.
std::string all_told(const Loaded& loaded) {
    std::string text;
    for (const Diagnostic& diagnostic : loaded.diagnostics)
        text += render(diagnostic) + diagnostic.message + diagnostic.source_line;
    for (const SkippedDirective& skipped : loaded.skipped)
        text += skipped.name;
    return text;
}

}  // namespace

TEST_CASE("the login of a URL is masked octet by octet") {
    CHECK(mask_secret("MDHttpProxy http://joe:S3cret@proxy:3128") ==
          "MDHttpProxy http://**********@proxy:3128");
    CHECK(mask_secret("'joe:S3/c re@t@proxy' and more") == "'*************@proxy' and more");
    CHECK(mask_secret("https://ca.example.org/directory") == "https://ca.example.org/directory");
    CHECK(mask_secret("mailto:joe@example.org bob@example.org:") ==
          "mailto:joe@example.org bob@example.org:");
    CHECK(mask_secret("MDExternalAccountBinding a b") == "MDExternalAccountBinding ***");
    CHECK(mask_secret("MDExternalAccountBinding") == "MDExternalAccountBinding");
    CHECK(mask_secret("@:://").size() == 5);
    CHECK(mask_secret("://@") == "://@");
}

TEST_CASE("no diagnostic shows the password of a proxy or the key of an account") {
    for (const char* text :
         {"MDHttpProxy http://joe:S3cret@proxy:99999\n", "MDHttpProxy http://joe:S3cret@proxy/x\n",
          "MDHttpProxy joe:S3cret@proxy:3128\n", "MDHttpProxy \"http://joe:S3cret@proxy\n",
          "MDHttpProxy \"http://joe:a S3cret@proxy\"\n", "MDHttpProxy http://joe:a/S3cret@proxy\n",
          "MDHttpProxy none http://joe:S3cret@proxy:3128\n",
          "MDHttpProxxy http://joe:S3cret@proxy:3128\n",
          "MDHttpProxy http://joe:S3cret@proxy:1\nMDHttpProxy http://joe:S3cret@proxy:2\n",
          "MDHttpProxy http://joe:S3cret\\\n@proxy:99999\n",
          "MDHttpProxy \\\r\n http://joe:\\\r\nS3cret@\\\r\nproxy:99999 x\r\n",
          "MDCertificateAuthority https://joe:S3cret@ca:99999/\n",
          "Define P http://joe:S3cret@proxy:99999\nMDCertificateAuthority ${P}\n",
          "MDHttpProxy\nhttp://joe:S3cret@proxy:3128\n", "MDExternalAccountBinding kid S3cret\n",
          "  mdexternalaccountbindings kid \\\n S3cret\n"}) {
        INFO(text);
        Loaded loaded = load_text(text);
        REQUIRE_FALSE(loaded.diagnostics.empty());
        CHECK(all_told(loaded).find("S3cret") == std::string::npos);
    }
}

TEST_CASE("an address that logs in nowhere is told as it is written") {
    const Loaded loaded = load_text("ManagedDomain joe@example.org\n");
    REQUIRE_FALSE(loaded.diagnostics.empty());
    CHECK(loaded.diagnostics.front().message.find("'joe@example.org'") == 0);
    CHECK(loaded.diagnostics.front().message.find('*') == std::string::npos);
}

TEST_CASE("the caret stays where it was, and a long line is masked before it is cut") {
    Loaded loaded = load_text("MDHttpProxy http://joe:S3cret@proxy:1 x\n");
    CHECK(loaded.diagnostics.at(0).source_line == "MDHttpProxy http://**********@proxy:1 x");
    CHECK(loaded.diagnostics.at(0).caret == 39);
    std::string filling(200, 'a');
    loaded = load_text("MDHttpProxy http://" + filling + "S3cret" + filling + "@proxy:1 x\n");
    CHECK(all_told(loaded).find("S3cret") == std::string::npos);
    loaded = load_text("MDHttpProxy http://joe:" + std::string(90, 'a') + "S3cret@proxy " +
                       std::string(100, 'b') + "\n");
    CHECK(all_told(loaded).find("S3cret") == std::string::npos);
}

TEST_CASE("a line in doubt that others show is masked, too") {
    Diagnostic diagnostic{Severity::error, "conf", 1, 1, "no such program", "", 1, ""};
    diagnostic.source_line = "MDNotifyCmd tell https://joe:S3cret@example.org";
    CHECK(render(diagnostic).find("S3cret") == std::string::npos);
}
