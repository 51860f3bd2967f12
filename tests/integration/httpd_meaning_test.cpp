// SPDX-License-Identifier: Apache-2.0
// A configuration means to mdcertd what it means to httpd. Each file of httpd_meaning/ is one idea,
// read by the real httpd (with mod_md, mod_ssl and mod_macro) and by mdcertd; names, aliases and
// settings are compared: of httpd, what mod_md writes into its store at the start, of mdcertd, what
// show-config says. In the files:
//   #define NAME      both are started with -D NAME
//   #file NAME        the lines that follow are that file, below ServerRoot
//   #mdcertd LINE     what it means to mdcertd, where DESIGN differs from httpd on purpose
//   #why TEXT         why it does
// httpd ends by itself: the folder of its PidFile does not exist, which it finds out when mod_md is
// done and before it serves anybody or asks a CA.
#include "support/catch.hpp"
#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/scratch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

using namespace md::test;
using Json = nlohmann::json;

namespace {

// "NAME: all its names; SETTING VALUE; ...", sorted, for each MD; or "refused".
using Meaning = std::vector<std::string>;

struct Idea {
    std::string text;
    std::vector<std::string> defines;
    Meaning of_mdcertd;  // where it differs
    std::string why;
};

// The files of an idea below `root`; what remains is the main file.
Idea read_idea(const fs::path& file, const fs::path& root) {
    Idea idea;
    std::istringstream lines(read_file(file));
    fs::path part;
    for (std::string line; std::getline(lines, line);) {
        auto word = [&](const std::string& name) {
            return line.starts_with(name + " ") ? line.substr(name.size() + 1) : std::string();
        };
        if (!word("#define").empty()) {
            idea.defines.push_back(word("#define"));
        } else if (!word("#mdcertd").empty()) {
            idea.of_mdcertd.push_back(word("#mdcertd"));
        } else if (!word("#why").empty()) {
            idea.why += word("#why");
        } else if (!word("#file").empty()) {
            part = root / word("#file");
            fs::create_directories(part.parent_path());
            write_file(part, "");
        } else if (part.empty()) {
            idea.text += line + "\n";
        } else {
            write_file(part, read_file(part) + line + "\n");
        }
    }
    return idea;
}

void make_certificate(const fs::path& folder) {
    const auto outcome =
        run_command({{"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                      "/CN=main.example.org", "-addext", "basicConstraints=CA:FALSE", "-keyout",
                      (folder / "key.pem").string(), "-out", (folder / "cert.pem").string()}});
    REQUIRE(outcome.status == 0);
}

// What every httpd needs, in front of the idea.
std::string frame(const fs::path& root, const fs::path& certificate, std::uint16_t port) {
    std::string text = "ServerRoot " + root.string() + "\n";
    for (const char* name : {"mpm_event", "authz_core", "ssl", "md", "macro"}) {
        const std::string file = "/usr/lib/apache2/modules/mod_" + std::string(name) + ".so";
        if (fs::exists(file))
            text += "LoadModule " + std::string(name) + "_module " + file + "\n";
    }
    return text + "PidFile " + (root / "missing/pid").string() + "\nErrorLog " +
           (root / "log").string() + "\nLogLevel warn\nMutex file:" + root.string() +
           "\nDefaultRuntimeDir " + root.string() +
           "\nServerName main.example.org\nListen 127.0.0.1:" + std::to_string(port) +
           "\nSSLCertificateFile " + (certificate / "cert.pem").string() +
           "\nSSLCertificateKeyFile " + (certificate / "key.pem").string() +
           "\nMDCertificateAgreement accepted\n";
}

// In which order names join is no matter; the first is the MD's name.
Json sorted_names(Json names) {
    if (names.size() > 1)
        std::sort(names.begin() + 1, names.end());
    return names;
}

std::string joined(const Json& array, const std::string& prefix = {}) {
    std::string text;
    for (const Json& item : array) {
        std::string word = item.get<std::string>();
        if (!prefix.empty() && word.starts_with(prefix))
            word.erase(0, prefix.size());
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

// mod_md takes SEC's names of the curves as well as NIST's.
std::string with_nist_names(std::string keys) {
    static const std::map<std::string, std::string> names = {
        {"secp256r1", "P-256"}, {"secp384r1", "P-384"}, {"secp521r1", "P-521"}};
    for (const auto& [sec, nist] : names)
        if (const auto at = keys.find(sec); at != std::string::npos)
            keys.replace(at, sec.size(), nist);
    return keys;
}

std::string key_text(const Json& keys) {
    std::string text;
    for (const Json& key : keys.is_array() ? keys : Json::array({keys})) {
        text += text.empty() ? "" : " ";
        if (key["type"] == "RSA")
            text += "RSA " + std::to_string(key.value("bits", 2048));
        else if (key["type"] == "EC")
            text += key["curve"].get<std::string>();
        else
            text += "Default";
    }
    return text;
}

// The settings that are not as they are without being set.
std::string settings_text(const std::map<std::string, std::string>& settings) {
    static const std::map<std::string, std::string> defaults = {
        {"MDMembers", "auto"},        {"MDDriveMode", "auto"},
        {"MDRenewWindow", "33%"},     {"MDRequireHttps", "off"},
        {"MDMustStaple", "off"},      {"MDCertificateAgreement", "accepted"},
        {"MDPrivateKeys", "Default"}, {"MDWarnWindow", "10%"}};
    std::string text;
    for (const auto& [name, value] : settings) {
        auto found = defaults.find(name);
        if (!value.empty() && (found == defaults.end() || found->second != value))
            text += "; " + name + " " + value;
    }
    return text;
}

std::string meaning_to_httpd(const Json& md) {
    static const std::map<int, std::string> modes = {{0, "manual"}, {1, "auto"}, {2, "always"}};
    const Json authority = md.value("ca", Json::object());
    std::map<std::string, std::string> settings = {
        {"MDMembers", md.value("transitive", 1) == 0 ? "manual" : "auto"},
        {"MDDriveMode", modes.at(md.value("renew-mode", 1))},
        {"MDRenewWindow", md.value("renew-window", "33%")},
        {"MDWarnWindow", md.value("warn-window", "10%")},
        {"MDRequireHttps", md.value("require-https", "off")},
        {"MDMustStaple", md.value("must-staple", false) ? "on" : "off"},
        {"MDCertificateAgreement", authority.value("agreement", "")},
        {"MDCertificateAuthority", joined(authority.value("urls", Json::array()))},
        {"MDCAChallenges", joined(authority.value("challenges", Json::array()))},
        {"MDContactEmail", joined(md.value("contacts", Json::array()), "mailto:")}};
    if (md.contains("privkey"))
        settings["MDPrivateKeys"] = with_nist_names(key_text(md["privkey"]));
    if (settings["MDCertificateAuthority"] == "https://acme-v02.api.letsencrypt.org/directory")
        settings["MDCertificateAuthority"].clear();
    return md["name"].get<std::string>() + ": " + joined(sorted_names(md["domains"])) +
           settings_text(settings);
}

std::string meaning_to_mdcertd(const Json& md) {
    std::map<std::string, std::string> settings;
    for (const char* name :
         {"MDMembers", "MDDriveMode", "MDRenewWindow", "MDWarnWindow", "MDRequireHttps",
          "MDMustStaple", "MDCertificateAgreement", "MDCertificateAuthority", "MDCAChallenges",
          "MDContactEmail", "MDPrivateKeys"}) {
        const Json shown = md["settings"].value(name, Json());
        if (shown.is_object() && shown["origin"]["kind"] != "default" && shown["value"].is_string())
            settings[name] = shown["value"];
    }
    std::istringstream contacts(settings["MDContactEmail"]);
    settings["MDContactEmail"] = "";
    for (std::string contact; contacts >> contact;)
        settings["MDContactEmail"] += (settings["MDContactEmail"].empty() ? "" : " ") +
                                      contact.substr(contact.starts_with("mailto:") ? 7 : 0);
    const std::string keys = with_nist_names(settings["MDPrivateKeys"]);
    settings["MDPrivateKeys"] = keys == "RSA 2048" ? "Default" : keys;
    Json names = Json::array();
    for (const Json& name : md["names"])
        names.push_back(name["name"]);
    return md["name"].get<std::string>() + ": " + joined(sorted_names(names)) +
           settings_text(settings);
}

class Place {
public:
    Place() { make_certificate(certificate_.path()); }

    void compare(const fs::path& file);

private:
    Meaning asked_of_httpd(const fs::path& main, const Idea& idea, const fs::path& root);
    Meaning asked_of_mdcertd(const fs::path& main, const Idea& idea);

    Scratch certificate_;
    ReservedPort port_;
    std::string said_;  // of both, for a failure
};

Meaning Place::asked_of_httpd(const fs::path& main, const Idea& idea, const fs::path& root) {
    Command command{{"apache2", "-X", "-f", main.string()}};
    for (const std::string& name : idea.defines)
        command.argv.insert(command.argv.end(), {"-D", name});
    const Outcome outcome = run_command(command);
    const std::string log = read_file(root / "log");
    said_ += outcome.errors + log;
    if (log.find("AH00100") == std::string::npos)  // could not log pid: all before was well
        return {"refused"};
    Meaning meaning;
    if (fs::exists(root / "md/domains"))
        for (const auto& entry : fs::directory_iterator(root / "md/domains"))
            if (fs::exists(entry.path() / "md.json"))
                meaning.push_back(
                    meaning_to_httpd(Json::parse(read_file(entry.path() / "md.json"))));
    std::sort(meaning.begin(), meaning.end());
    return meaning;
}

Meaning Place::asked_of_mdcertd(const fs::path& main, const Idea& idea) {
    Command command{{MD_BINARY, "show-config", "--json", "-c", main.string()}};
    for (const std::string& name : idea.defines)
        command.argv.insert(command.argv.end(), {"-D", name});
    const Outcome outcome = run_command(command);
    said_ += outcome.errors;
    if (outcome.status != 0)
        return {"refused"};
    Meaning meaning;
    const Json shown = Json::parse(outcome.output);
    for (const Json& md : shown["domains"])
        meaning.push_back(meaning_to_mdcertd(md));
    std::sort(meaning.begin(), meaning.end());
    return meaning;
}

void Place::compare(const fs::path& file) {
    const Scratch scratch;
    const fs::path& root = scratch.path();
    const Idea idea = read_idea(file, root);
    const fs::path main = root / "httpd.conf";
    write_file(main, frame(root, certificate_.path(), port_.number()) + idea.text);
    said_.clear();
    const Meaning httpd = asked_of_httpd(main, idea, root);
    const Meaning mdcertd = asked_of_mdcertd(main, idea);
    INFO(file.filename().string() << "\n" << said_);
    if (idea.of_mdcertd.empty()) {
        CHECK(mdcertd == httpd);
    } else {
        CHECK(mdcertd == idea.of_mdcertd);
        CHECK(httpd != idea.of_mdcertd);
        CHECK_FALSE(idea.why.empty());
    }
}

}  // namespace

TEST_CASE("a configuration means what it means to httpd", "[slow]") {
    if (run_command({{"sh", "-c", "command -v apache2"}}).status != 0)
        FAIL("this test needs Debian's apache2");
    std::vector<fs::path> files;
    for (const auto& entry :
         fs::directory_iterator(MD_SOURCE_DIR "/tests/integration/httpd_meaning"))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    CHECK(files.size() >= 120);
    Place place;
    for (const fs::path& file : files)
        place.compare(file);
}
