// SPDX-License-Identifier: Apache-2.0
// The configuration's files in memory. Like the disk, but nothing is on it that a test did not put
// there.
#pragma once

#include "config/source_reader.hpp"

#include <fnmatch.h>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::test {

class VirtualDisk final : public config::SourceReader {
public:
    VirtualDisk() = default;
    VirtualDisk(std::initializer_list<std::pair<const std::string, std::string>> files)
        : files_(files) {}

    void write(const std::string& path, std::string text) { files_[path] = std::move(text); }
    // The file is there and may not be read.
    void forbid(const std::string& path) {
        files_[path];
        forbidden_.insert(path);
    }

    config::ReadOutcome read(const std::string& path) const override {
        auto file = files_.find(path);
        if (file == files_.end())
            return {false, {}, "No such file or directory"};
        if (forbidden_.contains(path))
            return {false, {}, "Permission denied"};
        return {true, file->second, {}};
    }

    bool exists(const std::string& path) const override {
        auto next = files_.lower_bound(path);
        return next != files_.end() && (next->first == path || next->first.starts_with(path + "/"));
    }

    std::vector<std::string> glob(const std::string& folder,
                                  const std::string& pattern) const override {
        std::string start = folder.empty() || folder.ends_with('/') ? folder : folder + "/";
        std::vector<std::string> found;
        for (const auto& [path, text] : files_)
            if (path.starts_with(start) && matches(path.substr(start.size()), pattern))
                found.push_back(path);
        return found;
    }

private:
    // A pattern also takes what lies below a folder it matches.
    static bool matches(const std::string& path, const std::string& pattern) {
        for (auto end = path.size(); end != std::string::npos && end > 0;
             end = path.rfind('/', end - 1))
            if (::fnmatch(pattern.c_str(), path.substr(0, end).c_str(), FNM_PATHNAME) == 0)
                return true;
        return false;
    }

    std::map<std::string, std::string> files_;
    std::set<std::string> forbidden_;
};

}  // namespace md::test
