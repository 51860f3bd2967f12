// SPDX-License-Identifier: Apache-2.0
// The openssl command as a second opinion on what we wrote. Works in a directory of its own, which
// goes with it.
#pragma once

#include "base/bytes.hpp"
#include "support/catch.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/wait.h>

namespace md::test {

class OpensslCommand {
public:
    struct Result {
        int status = -1;
        std::string output;  // stdout and stderr
    };

    OpensslCommand() {
        std::string pattern = std::filesystem::temp_directory_path() / "mdcertd-test-XXXXXX";
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder_ = pattern;
    }
    OpensslCommand(const OpensslCommand&) = delete;
    OpensslCommand& operator=(const OpensslCommand&) = delete;
    ~OpensslCommand() { std::filesystem::remove_all(folder_); }

    // Puts a file where the command runs.
    void file(const std::string& name, std::string_view content) const {
        std::ofstream(folder_ / name, std::ios::binary) << content;
    }
    void file(const std::string& name, base::BytesView content) const {
        file(name, base::text_of(content));
    }
    std::string content(const std::string& name) const {
        std::ifstream in(folder_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::string path(const std::string& name) const { return folder_ / name; }

    Result operator()(const std::string& arguments) const {
        std::string command = "cd " + folder_.string() + " && openssl " + arguments + " 2>&1";
        std::FILE* pipe = ::popen(command.c_str(), "r");
        REQUIRE(pipe != nullptr);
        Result result;
        std::array<char, 4096> buffer{};
        while (std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
            result.output.append(buffer.data(), size);
        int status = ::pclose(pipe);
        result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return result;
    }

private:
    std::filesystem::path folder_;
};

}  // namespace md::test
