// SPDX-License-Identifier: Apache-2.0
// layering: impure - this file alone of the room touches the disk.
#include "config/disk_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <glob.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace md::config {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;

class File {
public:
    // O_NONBLOCK: opening a FIFO nobody writes to must not hang.
    explicit File(const std::string& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

ReadOutcome failed(std::string reason) {
    return {false, {}, std::move(reason)};
}

// Reads to the end, at most one octet more than is allowed. False with errno set.
bool read_all(int descriptor, std::string& text) {
    char buffer[1 << 16];
    while (text.size() <= largest_file) {
        ssize_t count = ::read(descriptor, buffer, sizeof buffer);
        if (count == 0)
            return true;
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0)
            text.append(buffer, static_cast<std::size_t>(count));
    }
    return true;
}

std::string without_glob(const std::string& path) {
    std::string escaped;
    for (char c : path) {
        if (std::strchr("*?[\\", c) != nullptr)
            escaped += '\\';
        escaped += c;
    }
    return escaped;
}

void add_files_below(const std::string& folder, std::vector<std::string>& files) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator entry(folder, error), end;
    for (; !error && entry != end; entry.increment(error))
        if (!entry->is_directory(error))
            files.push_back(entry->path().string());
}

// Folder by folder, as httpd reads them: what is in "a" comes before "a-b".
bool comes_before(const std::string& one, const std::string& other) {
    auto rank = [](char c) { return c == '/' ? 0 : 1 + static_cast<unsigned char>(c); };
    return std::lexicographical_compare(one.begin(), one.end(), other.begin(), other.end(),
                                        [&](char a, char b) { return rank(a) < rank(b); });
}

}  // namespace

ReadOutcome DiskSource::read(const std::string& path) const {
    File file(path);
    struct stat status {};
    if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0)
        return failed(std::strerror(errno));
    if (S_ISDIR(status.st_mode))
        return failed("it is a folder");
    // A pipe or a device could keep the daemon waiting for ever.
    if (!S_ISREG(status.st_mode))
        return failed("it is not a regular file");
    ReadOutcome outcome;
    if (!read_all(file.descriptor(), outcome.text))
        return failed(std::strerror(errno));
    if (outcome.text.size() > largest_file)
        return failed("it is larger than 64 MiB");
    outcome.found = true;
    return outcome;
}

bool DiskSource::exists(const std::string& path) const {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

std::vector<std::string> DiskSource::glob(const std::string& folder,
                                          const std::string& pattern) const {
    std::string whole = without_glob(folder);
    if (!whole.empty() && !whole.ends_with('/'))
        whole += '/';
    whole += pattern;
    ::glob_t found{};
    std::unique_ptr<::glob_t, void (*)(::glob_t*)> owner(&found, ::globfree);
    std::vector<std::string> files;
    if (whole.find('\0') != std::string::npos || ::glob(whole.c_str(), 0, nullptr, &found) != 0)
        return files;
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
        std::string path = found.gl_pathv[i];
        std::error_code error;
        if (std::filesystem::is_directory(path, error))
            add_files_below(path, files);
        else
            files.push_back(path);
    }
    std::sort(files.begin(), files.end(), comes_before);
    return files;
}

}  // namespace md::config
