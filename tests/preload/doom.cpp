// SPDX-License-Identifier: Apache-2.0
#include "doom.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <utility>

namespace md::test {
namespace {

namespace fs = std::filesystem;

thread_local bool undoing = false;  // our own calls are nobody's business

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

[[noreturn]] void die() {
    plain(SYS_kill, ::getpid(), SIGKILL);
    while (true)
        ::pause();
}

ino_t inode_of(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

void undo(const Change& change) {
    std::error_code ignored;
    switch (change.kind) {
        case Change::Kind::made:
            fs::remove_all(change.path, ignored);  // durable in a directory that is not: lost
            return;
        case Change::Kind::moved:
            fs::rename(change.path, change.former, ignored);
            if (!change.kept.empty())
                fs::rename(change.kept, change.path, ignored);
            return;
        case Change::Kind::exchanged:
            plain(SYS_renameat2, AT_FDCWD, change.path.c_str(), AT_FDCWD, change.former.c_str(),
                  RENAME_EXCHANGE);
            return;
        case Change::Kind::removed:
            if (change.was_directory)
                fs::create_directory(change.path, ignored);
            else if (!change.kept.empty())
                fs::rename(change.kept, change.path, ignored);
    }
}

}  // namespace

bool exists(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0;
}

Doom::Doom()
    : tree_(setting("MD_DOOM_TREE")),
      stash_(setting("MD_DOOM_STASH")),
      while_(setting("MD_DOOM_WHILE")),
      how_(setting("MD_DOOM")),
      port_(std::atoi(setting("MD_DOOM_CA").c_str())),
      fatal_call_(std::atol(setting("MD_DOOM_CALL").c_str())),
      fatal_message_(std::atol(setting("MD_DOOM_MESSAGE").c_str())) {
    log_ = static_cast<int>(plain(SYS_openat, AT_FDCWD, setting("MD_DOOM_LOG").c_str(),
                                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

bool Doom::concerns(const std::string& path) const {
    return !undoing && (path == tree_ || path == fs::path(tree_).parent_path() ||
                        path.starts_with(tree_ + "/"));
}

bool Doom::is_ca(int descriptor) const {
    sockaddr_in6 peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
        (peer.sin6_family != AF_INET && peer.sin6_family != AF_INET6))
        return false;
    return ntohs(peer.sin6_port) == port_;  // at the same place in both families
}

int Doom::meet(const std::string& what) {
    ++calls_;
    say(std::to_string(calls_) + " " + what);
    bool now = calls_ == fatal_call_;
    bool later = fatal_call_ > 0 && calls_ > fatal_call_ && !while_.empty();
    if (now && how_ == "kill")
        die();
    if (now && how_ == "power")
        cut_power();
    if ((now || later) && (while_.empty() || exists(while_)) && how_ != "short")
        return std::atoi(how_.c_str());
    if (how_ == "short" && (later || (now && !what.starts_with("write"))) && exists(while_))
        return ENOSPC;
    return 0;
}

void Doom::before_message() {
    ++messages_;
    say("message " + std::to_string(messages_));
    if (messages_ != fatal_message_)
        return;
    if (how_ == "kill")
        die();
    if (how_ == "power")
        cut_power();
}

void Doom::after_message(int descriptor) {
    if (messages_ != fatal_message_ || how_ != "answer")
        return;
    pollfd answer{descriptor, POLLIN, 0};
    ::poll(&answer, 1, 10'000);
    die();
}

std::string Doom::keep(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return "";
    std::string kept = stash_ + "/" + std::to_string(++kept_);
    return ::link(path.c_str(), kept.c_str()) == 0 ? kept : "";
}

void Doom::note(Change::Kind kind, const std::string& path, std::string former, std::string kept,
                bool was_directory) {
    ino_t directory = inode_of(fs::path(path).parent_path());
    changes_.push_back({kind, directory, path, std::move(former), std::move(kept), was_directory});
}

void Doom::note_written(int descriptor, ino_t inode) {
    if (!unsynced_.contains(inode))
        unsynced_[inode] = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

void Doom::note_synced(ino_t inode) {
    std::erase_if(changes_, [inode](const Change& change) { return change.directory == inode; });
    auto written = unsynced_.find(inode);
    if (written == unsynced_.end())
        return;
    plain(SYS_close, written->second);
    unsynced_.erase(written);
}

void Doom::say(const std::string& line) const {
    std::string text = line + "\n";
    plain(SYS_write, log_, text.data(), text.size());
}

void Doom::cut_power() {
    undoing = true;
    for (const auto& [inode, descriptor] : unsynced_)
        plain(SYS_ftruncate, descriptor, 0);
    for (auto change = changes_.rbegin(); change != changes_.rend(); ++change)
        undo(*change);
    die();
}

}  // namespace md::test
