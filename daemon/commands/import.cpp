// SPDX-License-Identifier: Apache-2.0
// `mdcertd import CLIENT DIR`: takes over what another client keeps. Everything is read and decided
// before anything is written; then the store, and at last the configuration file.
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/run_task.hpp"
#include "commands/commands.hpp"
#include "config/disk_source.hpp"
#include "configuration.hpp"
#include "import/install.hpp"
#include "import/report.hpp"
#include "privileges.hpp"
#include "store/file_store.hpp"
#include "store/lease.hpp"
#include "store/leased_store.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace md::commands {
namespace {

namespace fs = std::filesystem;

// "/etc/mdcertd/conf.d/imported-certbot.conf", or beside the configuration where it has no conf.d.
std::string output_for(const CommandLine& line) {
    if (!line.output.empty())
        return fs::absolute(line.output);
    fs::path folder = fs::absolute(line.config_file).parent_path();
    std::error_code ignored;
    if (fs::is_directory(folder / "conf.d", ignored))
        folder /= "conf.d";
    return folder / ("imported-" + line.client + ".conf");
}

// For the daemon to read and not for everybody: commands of the former client may stand in it.
void write_new_file(const std::string& path, const std::string& text, const SystemUser& reader) {
    int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (file < 0)
        base::raise_errno("cannot write " + path);
    if (::geteuid() == 0 && reader.identity &&
        ::fchown(file, static_cast<uid_t>(-1), reader.identity->group) != 0)
        ::fchmod(file, 0644);
    std::size_t written = 0;
    ssize_t count = 1;
    while (written < text.size() && count > 0) {
        count = ::write(file, text.data() + written, text.size() - written);
        written += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    bool whole = written == text.size() && ::fsync(file) == 0;
    int number = errno;
    ::close(file);
    if (whole)
        return;
    ::unlink(path.c_str());
    throw base::SystemError("cannot write " + path, number);
}

// A configuration that is one file, and not on the disk yet.
class OneFile final : public config::SourceReader {
public:
    explicit OneFile(const std::string& text) : text_(text) {}
    config::ReadOutcome read(const std::string&) const override { return {true, text_, {}}; }
    bool exists(const std::string&) const override { return false; }
    std::vector<std::string> glob(const std::string&, const std::string&) const override {
        return {};
    }

private:
    const std::string& text_;
};

void require_good(const std::string& text, const std::string& path) {
    config::Loaded loaded = config::load(path, OneFile(text), {});
    if (loaded.ok())
        return;
    print_diagnostics(loaded);
    throw base::Error("what was found cannot be written as a configuration; nothing was changed");
}

class Takeover {
public:
    Takeover(const CommandLine& line, import::ImportSource client)
        : loaded_(require_configuration(line)),
          account_(system_user_of(loaded_.desired.server)),
          tree_(line.directory),
          origin_{client, tree_.root()},
          output_(output_for(line)),
          now_(base::SystemClock().now()) {
        const std::string& store = loaded_.desired.server.store_dir;
        std::error_code ignored;
        if (fs::equivalent(tree_.root(), store, ignored))
            throw base::Error(store +
                              " is the store of mdcertd itself: there is nothing to import");
        if (::access(output_.c_str(), F_OK) == 0)
            throw base::Error(output_ +
                              " is there already: move it away, or name another file "
                              "with --output");
        const std::string folder = fs::path(output_).parent_path();
        if (::access(folder.c_str(), W_OK) != 0)
            base::raise_errno("cannot write into " + folder);
        found_ = import::read(client, tree_, import::CaDirectories(line.authorities));
    }

    void into_store() {
        const ActingAs acting(store_owner(account_, loaded_.desired.server));
        base::asio::io_context context(1);
        base::asio::thread_pool pool(1);
        base::run_task(context, take_over(pool));
    }

    void write_configuration() {
        if (!text_.empty())
            write_new_file(output_, text_, account_);
        std::fputs(import::report_text(decision_, origin_, text_.empty() ? "" : output_).c_str(),
                   stdout);
    }

    // Whether the configuration has what was written, and is still sound.
    int judge(const CommandLine& line) const {
        if (decision_.domains.empty() && decision_.accounts.empty())
            return 1;
        config::Loaded after = load_configuration(line);
        print_diagnostics(after);
        const auto& domains = after.desired.domains;
        bool included = std::any_of(domains.begin(), domains.end(), [this](const auto& domain) {
            std::error_code ignored;
            return fs::equivalent(*domain.origin.file, output_, ignored);
        });
        if (!text_.empty() && !included)
            std::printf("  add to %s: Include %s\n", fs::absolute(line.config_file).c_str(),
                        output_.c_str());
        return after.ok() ? 0 : 1;
    }

private:
    base::Task<void> take_over(base::asio::thread_pool& pool) {
        store::FileStore files(loaded_.desired.server.store_dir, pool);
        auto acquiring = files.acquire(store::driver_lease, store::this_command("import"));
        const auto lease = co_await std::move(acquiring);
        store::LeasedStore store(files, *lease);
        import::Present present{loaded_.desired, {}, {}};
        present.certified = co_await import::certified_domains(store);
        present.accounts = co_await import::account_authorities(store);
        decision_ = import::decide(found_, present, now_);
        text_ = import::configuration_text(decision_, found_, origin_, now_);
        require_good(text_, output_);
        std::string from = std::string(import::word(origin_.client)) + "'s " + origin_.directory;
        co_await import::install(store, decision_, from, now_);
    }

    config::Loaded loaded_;
    SystemUser account_;
    import::Tree tree_;
    import::SourceTree origin_;
    std::string output_;
    std::chrono::sys_seconds now_;
    import::Found found_;
    import::Decision decision_;
    std::string text_;
};

}  // namespace

int import_tree(const CommandLine& line) {
    auto client = import::client_named(line.client);
    if (!client) {
        std::fprintf(stderr, "mdcertd import: '%s' is not %s\n", line.client.c_str(),
                     import::client_words().c_str());
        return 2;
    }
    Takeover takeover(line, *client);
    takeover.into_store();
    takeover.write_configuration();
    return takeover.judge(line);
}

}  // namespace md::commands
