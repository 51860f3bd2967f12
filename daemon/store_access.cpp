// SPDX-License-Identifier: Apache-2.0
#include "store_access.hpp"

#include "store/layout.hpp"
#include "store/trust.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <map>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace md {
namespace {

namespace fs = std::filesystem;

// StateDirectory= of mdcertd.service.
constexpr const char* state_directory = "/var/lib/mdcertd";

std::string group_text(gid_t group) {
    const struct group* known = ::getgrgid(group);
    return known == nullptr ? std::to_string(group) : std::string(known->gr_name);
}

// What drop-ins of the unit add to the groups of the account.
bool unit_adds(const std::string& group) {
    std::error_code ignored;
    for (const auto& entry :
         fs::directory_iterator("/etc/systemd/system/mdcertd.service.d", ignored)) {
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            std::istringstream words(line.starts_with("SupplementaryGroups=") ? line.substr(20)
                                                                              : "");
            for (std::string word; words >> word;)
                if (word == group)
                    return true;
        }
    }
    return false;
}

// May this process give a file to that group? (chown(2))
bool may_give_to(gid_t group) {
    if (::geteuid() == 0 || group == ::getegid())
        return true;
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    auto end = groups.begin() + std::max(count, 0);
    return std::find(groups.begin(), end, group) != end || unit_adds(group_text(group));
}

std::string drop_in(const std::string& group) {
    return "have 'systemctl edit mdcertd' say '[Service]', 'SupplementaryGroups=" + group +
           "' and 'StateDirectoryMode=0711', a line each, then 'systemctl restart mdcertd'; where "
           "systemd does not run it: 'usermod -aG " +
           group + "' for its account";
}

class Look {
public:
    std::vector<StoreProblem> problems;

    void at(const fs::path& path, bool is_key) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode))
            return;
        if (is_key && (status.st_mode & S_IRWXO) != 0)
            problems.push_back({false, path.string() + " is open to all users of this machine",
                                "'chmod o= " + path.string() +
                                    "', and give it to a group; a renewal does the first"});
        if (!may_give_to(status.st_gid))
            lost_.emplace(status.st_gid, path.string());
    }

    // systemd gives a state directory that is another's back to the unit's user and group at each
    // start: with all that is in it, and without its ACLs.
    void at_state_directory(const SystemUser& account) {
        struct stat status {};
        if (account.identity && ::lstat(state_directory, &status) == 0 &&
            status.st_gid != account.identity->group)
            problems.push_back(
                {false,
                 std::string(state_directory) + " is of the group " + group_text(status.st_gid) +
                     ": the next start takes group and ACL of all that is in it away",
                 "'chgrp " + group_text(account.identity->group) + " " + state_directory +
                     "', and let others through it by StateDirectoryMode=0711"});
    }

    void finish(const std::string& account) {
        for (const auto& [group, path] : lost_)
            problems.push_back({false,
                                path + " is of the group " + group_text(group) +
                                    ", to which user " + account +
                                    " may give nothing: its successor will not be",
                                drop_in(group_text(group))});
    }

private:
    std::map<gid_t, std::string> lost_;  // the first of each
};

}  // namespace

std::vector<StoreProblem> store_problems(const model::DesiredState& desired,
                                         const SystemUser& account) {
    const fs::path store = desired.server.store_dir;
    std::error_code ignored;
    if (!fs::exists(store, ignored))
        return {};
    Look look;
    if (std::string open = store::trust_problem(store.string()); !open.empty())
        look.problems.push_back({true, open, "mdcertd does not start on such a store"});
    if (store.string().starts_with(state_directory + std::string("/")))
        look.at_state_directory(account);
    for (const model::ManagedDomain& domain : desired.domains) {
        const fs::path folder = store / store::domain_key(domain.name());
        look.at(folder, false);
        for (const auto& entry : fs::directory_iterator(folder, ignored)) {
            const std::string file = entry.path().filename().string();
            if (store::is_private_key_file(file) || store::is_certificate_file(file))
                look.at(entry.path(), store::is_private_key_file(file));
        }
    }
    look.finish(account.name);
    return std::move(look.problems);
}

}  // namespace md
