// SPDX-License-Identifier: Apache-2.0
// The parser's own directives: Include, IncludeOptional, Define, UnDefine.
#include "config/parser.hpp"
#include "config/spelling.hpp"

#include <algorithm>

namespace md::config {
namespace {

std::string folder_of(const std::string& path) {
    auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash == 0 ? 1 : slash);
}

// Without "." and ".." and doubled slashes, as far as the text alone tells.
std::string normal_path(const std::string& path) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= path.size();) {
        std::size_t end = std::min(path.find('/', begin), path.size());
        std::string part = path.substr(begin, end - begin);
        if (part == ".." && !parts.empty() && parts.back() != "..")
            parts.pop_back();
        else if (!part.empty() && part != ".")
            parts.push_back(part);
        begin = end + 1;
    }
    std::string result;
    for (const std::string& part : parts)
        result += (result.empty() && !path.starts_with('/') ? "" : "/") + part;
    return result;
}

// The folders around the one of the file, from the inside; none that all programs share, such as
// /etc, where conf.d/*.conf would be found that means something else.
std::vector<std::string> folders_above(const std::string& file) {
    constexpr std::size_t most = 16;  // a hostile path has thousands
    std::vector<std::string> folders;
    auto is_shared = [](const std::string& folder) {
        return folder.empty() || folder == "." || folder == ".." ||
               (folder.starts_with('/') && folder.rfind('/') == 0);
    };
    std::string folder = folder_of(normal_path(folder_of(file)));
    for (; !is_shared(folder) && folders.size() < most; folder = folder_of(folder))
        folders.push_back(folder);
    return folders;
}

bool has_wildcard(const std::string& pattern) {
    return pattern.find_first_of("*?[") != std::string::npos;
}

}  // namespace

void Parser::language_directive(const Directive& directive, const std::string& name) {
    if (same_word(name, "Define"))
        define(directive);
    else if (same_word(name, "UnDefine"))
        variables_.undefine(directive.arguments[0].text);
    else if (same_word(name, "Use"))
        use_macro(directive);
    else if (same_word(name, "UndefMacro"))
        undefine_macro(directive);
    else
        include(directive, same_word(name, "IncludeOptional"));
}

void Parser::define(const Directive& directive) {
    const std::vector<Argument>& arguments = directive.arguments;
    std::optional<std::string> value;
    if (arguments.size() > 1)
        value = arguments[1].text;
    defined_ += value ? value->size() : 0;
    if (defined_ > most_defined)
        return report_.error(directive.at, "more than 16 MiB of defined values",
                             "is a Define repeated without end?");
    variables_.define(arguments[0].text, std::move(value));
}

// Below which folder httpd looks for relative names: its ServerRoot, without one that of the file
// that is the first of its files, as Debian arranges it. "" in files that are not httpd's.
std::string Parser::folder_of_httpd() const {
    if (!files_.back().is_httpd || !httpd_server_root_.empty())
        return files_.back().is_httpd ? httpd_server_root_ : "";
    auto first = std::find_if(files_.begin(), files_.end(),
                              [](const OpenFile& file) { return file.is_httpd; });
    return folder_of(first->path);
}

// Where a relative name is looked for. In a file of httpd whose ServerRoot is known, below that
// alone. Elsewhere first of all beside the including file or in a folder above it; then the same
// for the files that included it, out to the main one; then below ServerRoot.
std::vector<std::string> Parser::relative_folders() const {
    std::vector<std::string> folders;
    auto add = [&](const std::string& folder) {
        if (std::find(folders.begin(), folders.end(), folder) == folders.end())
            folders.push_back(folder);
    };
    if (files_.back().is_httpd)
        add(folder_of_httpd());
    if (files_.back().is_httpd && !httpd_server_root_.empty())
        return folders;
    for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
        add(folder_of(file->path));
        // Above the main file there is nothing of ours.
        if (std::next(file) != files_.rend())
            for (const std::string& folder : folders_above(file->path))
                add(folder);
    }
    for (const std::string& root : {httpd_server_root_, server_root_})
        if (!root.empty())
            add(root);
    return folders;
}

std::vector<std::string> Parser::included_files(const std::string& pattern) const {
    if (pattern.starts_with('/'))
        return source_.glob("/", pattern.substr(1));
    for (const std::string& folder : relative_folders()) {
        auto found = source_.glob(folder, pattern);
        if (!found.empty())
            return found;
    }
    return {};
}

// For <IfFile>.
bool Parser::file_exists(const std::string& path) const {
    if (path.starts_with('/'))
        return source_.exists(path);
    const auto folders = relative_folders();
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
        return source_.exists(folder.empty() ? path : folder + "/" + path);
    });
}

void Parser::include(const Directive& directive, bool optional) {
    const Argument& pattern = directive.arguments[0];
    std::vector<std::string> files = included_files(pattern.text);
    if (files.empty() && !optional) {
        std::string hint = "use IncludeOptional when it may be missing";
        if (!pattern.text.starts_with('/') && files_.back().is_httpd && !httpd_server_root_.empty())
            hint += "; a relative name is looked for below the ServerRoot of httpd, " +
                    httpd_server_root_;
        else if (!pattern.text.starts_with('/'))
            hint +=
                "; a relative name is looked for beside this file, in the folders above it and "
                "below ServerRoot";
        report_.error(pattern.at,
                      (has_wildcard(pattern.text) ? "no file matches " : "there is no file ") +
                          in_quotes(pattern.text),
                      hint);
    }
    for (const std::string& file : files) {
        if (files_read_ >= most_files)
            return report_.error(pattern.at, "more than 10000 files are included",
                                 "do files include each other again and again?");
        include_file(file, directive);
    }
}

void Parser::include_file(const std::string& path, const Directive& directive) {
    const Position& at = directive.arguments[0].at;
    std::string normal = normal_path(path);
    bool is_open = std::any_of(files_.begin(), files_.end(), [&](const OpenFile& file) {
        return normal_path(file.path) == normal;
    });
    if (is_open)
        return report_.error(at, in_quotes(path) + " is included by itself",
                             "the chain of files leads back to it: take this Include out");
    if (files_.size() >= deepest_include)
        return report_.error(at, "files include each other more than 32 levels deep",
                             "is there a loop through a symbolic link?");
    ReadOutcome outcome = source_.read(path);
    if (!outcome.found)
        return report_.error(at, in_quotes(path) + " cannot be read: " + outcome.reason,
                             "mdcertd must be allowed to read all of its configuration");
    if (text_read_ + outcome.text.size() > most_text)
        return report_.error(at, "the files are more than 256 MiB together",
                             "do files include each other again and again?");
    read_text(path, std::move(outcome.text));
}

}  // namespace md::config
