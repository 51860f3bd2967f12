// SPDX-License-Identifier: Apache-2.0
#include "process/command_check.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace md::process {
namespace {

std::string reason_of_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return path + ": " +
               (errno == ENOENT ? "no such file" : std::generic_category().message(errno));
    if (!S_ISREG(status.st_mode))
        return path + " is not a file";
    if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0)
        return path + " is not executable: chmod +x " + path;
    return {};
}

// The program of a "#!" line, or "".
std::string interpreter_of(const std::string& path) {
    std::ifstream script(path, std::ios::binary);
    std::string mark(2, '\0');
    if (!script.read(mark.data(), 2) || mark != "#!")
        return {};
    std::string name(256, '\0');
    script.read(name.data(), static_cast<std::streamsize>(name.size()));
    name.resize(static_cast<std::size_t>(script.gcount()));
    name.resize(std::min(name.find('\n'), name.size()));
    auto begin = name.find_first_not_of(" \t");
    if (begin == std::string::npos)
        return {};
    return name.substr(begin, name.find_first_of(" \t", begin) - begin);
}

}  // namespace

std::string reason_not_runnable(const std::vector<std::string>& command) {
    if (command.empty())
        return {};
    const std::string& path = command.front();
    if (!path.starts_with('/'))
        return path + " is not an absolute path";
    if (std::string reason = reason_of_file(path); !reason.empty())
        return reason;
    std::string interpreter = interpreter_of(path);
    if (interpreter.empty())
        return {};
    std::string reason = reason_of_file(interpreter);
    return reason.empty() ? reason : path + " cannot be run: its first line: " + reason;
}

}  // namespace md::process
