// SPDX-License-Identifier: Apache-2.0
// What befalls the program that this library is preloaded into, the released mdcertd for one: it
// ends, or its disk fails, at the n-th system call that changes a directory tree, or it ends at the
// n-th message to a CA. calls.cpp tells of the calls. Told by the environment
// (tests/integration/doomed.hpp makes it):
//   MD_DOOM_TREE    the tree; what lies elsewhere is left alone
//   MD_DOOM_CA      the port of the CA on this machine
//   MD_DOOM_LOG     a file that gets a line for each such call and message, in their order
//   MD_DOOM_STASH   an empty directory on the same file system
//   MD_DOOM_CALL    n, of the calls; or MD_DOOM_MESSAGE: n, of the messages
//   MD_DOOM         what happens then: "kill", instead of the call; "power", the same after all
//   that
//                   was not synced is undone; "answer", once the CA's answer to the message has
//                   come; an error's number, which the call gives; "short", a write that comes half
//                   as far, and "no space left" from then on
//   MD_DOOM_WHILE   the error is that of all later calls too, for as long as this file exists
//
// What a power cut leaves is decided as POSIX does, not as some file system is kind enough to: an
// entry of a directory, made, renamed or removed, is there once that directory was synced, and what
// was written into a file once the file was.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

namespace md::test {

// A system call that nobody watches.
template <typename... Arguments>
long plain(long number, Arguments... arguments) {
    return ::syscall(number, arguments...);
}

bool exists(const std::string& path);

// An entry of a directory that a power cut would take back.
struct Change {
    enum class Kind { made, moved, exchanged, removed } kind;
    ino_t directory;           // synced, and the change is for good
    std::string path, former;  // of moved and exchanged: the new and the old name
    std::string kept;          // what lay at `path` before, in the stash; "" for nothing
    bool was_directory = false;
};

class Doom {
public:
    Doom();

    // One call or message at a time.
    std::mutex& turn() { return turn_; }

    // False for what lies elsewhere, and for what the doom itself does.
    bool concerns(const std::string& path) const;
    bool is_ca(int descriptor) const;

    // Counts a call. 0: it is to be performed; else the error it gives.
    int meet(const std::string& what);
    bool is_short_now() const { return how_ == "short" && calls_ == fatal_call_; }

    // Before and after a message to the CA.
    void before_message();
    void after_message(int descriptor);

    // What is about to be replaced or removed comes to the stash as well.
    std::string keep(const std::string& path);
    void note(Change::Kind kind, const std::string& path, std::string former = {},
              std::string kept = {}, bool was_directory = false);
    void note_written(int descriptor, ino_t inode);
    void note_synced(ino_t inode);

private:
    void say(const std::string& line) const;
    [[noreturn]] void cut_power();

    std::mutex turn_;
    std::string tree_, stash_, while_, how_;
    int port_, log_ = -1;
    long fatal_call_, fatal_message_, calls_ = 0, messages_ = 0;
    unsigned kept_ = 0;
    std::vector<Change> changes_;
    std::map<ino_t, int> unsynced_;
};

}  // namespace md::test
