// SPDX-License-Identifier: Apache-2.0
// Any octets as another client's tree, which is read as root: the first says whose, lines of "=="
// part the files. What is taken over loads as a configuration, and nothing said of it moves the
// cursor.
#include "base/error.hpp"
#include "config/config.hpp"
#include "import/clients.hpp"
#include "import/decide.hpp"
#include "import/report.hpp"
#include "input.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace md;
using fuzz::promise;
using import::ImportSource;

struct Layout {
    ImportSource client;
    std::vector<const char*> files;
};

const std::array<Layout, 5> layouts = {{
    {ImportSource::certbot,
     {"renewal/a.test.conf", "live/a.test/privkey.pem", "live/a.test/fullchain.pem",
      "accounts/ca.test/directory/1/private_key.json", "accounts/ca.test/directory/1/regr.json"}},
    {ImportSource::mod_md,
     {"md_store.json", "domains/a.test/md.json", "domains/a.test/pubcert.pem",
      "domains/a.test/privkey.pem", "accounts/ACME-ca.test-0000/account.json",
      "accounts/ACME-ca.test-0000/account.pem"}},
    {ImportSource::lego,
     {"certificates/a.test.crt", "certificates/a.test.issuer.crt", "certificates/a.test.key",
      "certificates/a.test.json", "accounts/ca.test/a@a.test/account.json",
      "accounts/ca.test/a@a.test/keys/a@a.test.key"}},
    {ImportSource::acme_sh,
     {"a.test/a.test.conf", "a.test/a.test.key", "a.test/fullchain.cer",
      "ca/ca.test/directory/account.key", "ca/ca.test/directory/account.json",
      "ca/ca.test/directory/ca.conf"}},
    {ImportSource::uacme, {"private/key.pem", "private/a.test/key.pem", "a.test/cert.pem"}},
}};

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "import_fuzzer.XXXXXX").string();
        promise(::mkdtemp(name.data()) != nullptr, "there is a folder to work in");
        path_ = name;
        for (const Layout& layout : layouts)
            for (const char* file : layout.files)
                fs::create_directories((path(layout.client) / file).parent_path());
    }
    ~Folder() { fs::remove_all(path_); }
    fs::path path(ImportSource client) const { return path_ / import::word(client); }

private:
    fs::path path_;
};

void write(const fs::path& folder, const Layout& layout, std::string_view text) {
    constexpr std::string_view parting = "\n==\n";
    for (const char* file : layout.files) {
        const auto end = std::min(text.find(parting), text.size());
        if (end == 0 && text.empty())
            fs::remove(folder / file);
        else
            std::ofstream(folder / file, std::ios::binary) << text.substr(0, end);
        text.remove_prefix(std::min(end + parting.size(), text.size()));
    }
}

// A configuration that is one text.
class OneText final : public config::SourceReader {
public:
    explicit OneText(const std::string& text) : text_(text) {}
    config::ReadOutcome read(const std::string&) const override { return {true, text_, {}}; }
    bool exists(const std::string&) const override { return false; }
    std::vector<std::string> glob(const std::string&, const std::string&) const override {
        return {};
    }

private:
    const std::string& text_;
};

void check_configuration(const std::string& text) {
    const config::Loaded loaded = config::load("import.conf", OneText(text), {});
    promise(loaded.ok(), "what is taken over can be written as a configuration");
    promise(loaded.desired.server == model::ServerSettings(), "a tree sets nothing of the daemon");
}

void check_shown(const std::string& text) {
    for (const char c : text)
        promise(c == '\n' || (c >= ' ' && c != 0x7f) || static_cast<unsigned char>(c) >= 0x80,
                "nothing moves the cursor");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    static const Folder folder;
    std::string_view text = fuzz::text_of(octets, size);
    const Layout& layout = layouts[fuzz::choose(text, layouts.size())];
    const fs::path place = folder.path(layout.client);
    write(place, layout, text);
    const import::Found found =
        import::read(layout.client, import::Tree(place), import::CaDirectories());
    const model::DesiredState desired;
    const std::chrono::sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};
    const import::Decision decision = import::decide(found, {desired, {}, {}}, now);
    const import::SourceTree origin{layout.client, place};
    const std::string configuration = import::configuration_text(decision, found, origin, now);
    if (!configuration.empty())
        check_configuration(configuration);
    check_shown(configuration + import::report_text(decision, origin, ""));
    return 0;
}
