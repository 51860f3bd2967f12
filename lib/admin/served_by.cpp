// SPDX-License-Identifier: Apache-2.0
#include "admin/served_by.hpp"

#include "admin/snippet_parts.hpp"
#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace md::admin {
namespace {

using Words = std::vector<std::string>;

Words words_in(std::string_view line) {
    Words words;
    std::string word;
    for (char c : line) {
        if (c != ' ' && c != '\t' && c != '\r') {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty())
        words.push_back(std::move(word));
    return words;
}

// Of "80", "*:443", "[::]:80", "127.0.0.1:8080"; 0 where there is none.
unsigned port_of(std::string_view address) {
    auto colon = address.rfind(':');
    std::string_view digits = colon == std::string_view::npos ? address : address.substr(colon + 1);
    unsigned port = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    bool is_number = error == std::errc() && end == digits.data() + digits.size();
    return is_number && port <= 65535 ? port : 0;
}

bool serves(std::string_view pattern, const model::Identifier& name) {
    const std::string text = base::lower(pattern);
    if (text.starts_with('.'))  // nginx: the name itself and all below it
        return name.text() == text.substr(1) || name.text().ends_with(text);
    if (text.starts_with("*."))
        return name.text().ends_with(text.substr(1));
    return name.text() == text;
}

template <typename Each>
void each_line(std::string_view text, Each each) {
    while (!text.empty()) {
        auto end = text.find('\n');
        each(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

// `nginx -T`: the files one after the other, each below "# configuration file PATH:".
class NginxDump {
public:
    explicit NginxDump(const model::Identifier& name) : name_(name) {}

    std::vector<ServingPlace> read(std::string_view dump) {
        each_line(dump, [this](std::string_view line) { take(line); });
        return std::move(places_);
    }

private:
    struct NginxBlock {
        unsigned line = 0, depth = 0;
        std::vector<unsigned> ports;
        bool is_ours = false;
    };

    void take(std::string_view line) {
        constexpr std::string_view mark = "# configuration file ";
        if (line.starts_with(mark) && line.ends_with(':')) {
            file_ = line.substr(mark.size(), line.size() - mark.size() - 1);
            line_ = 0;
            depth_ = 0;
            block_.reset();
            statement_.clear();
            return;
        }
        ++line_;
        for (char c : line) {
            if (quote_ == 0 && c == '#')
                break;
            take(c);
        }
        statement_ += ' ';
    }

    void take(char c) {
        if (quote_ != 0) {
            quote_ = c == quote_ ? '\0' : quote_;
            return;
        }
        if (c == '"' || c == '\'')
            quote_ = c;
        else if (c == '{')
            open();
        else if (c == '}')
            close();
        else if (c == ';')
            end_statement();
        else
            statement_ += c;
    }

    void open() {
        ++depth_;
        if (words_in(statement_) == Words{"server"} && !block_)
            block_ = NginxBlock{line_, depth_, {}, false};
        statement_.clear();
    }

    void close() {
        if (block_ && depth_ == block_->depth) {
            if (block_->ports.empty())
                block_->ports = {80};  // what nginx listens on where nothing is said
            for (unsigned port : block_->ports)
                if (block_->is_ours)
                    places_.push_back({file_, block_->line, port});
            block_.reset();
        }
        depth_ -= depth_ > 0 ? 1U : 0U;
        statement_.clear();
    }

    void end_statement() {
        const Words words = words_in(statement_);
        statement_.clear();
        if (!block_ || depth_ != block_->depth || words.size() < 2)
            return;
        if (words[0] == "listen")
            note_port(port_of(words[1]));
        if (words[0] == "server_name")
            block_->is_ours =
                block_->is_ours || std::any_of(words.begin() + 1, words.end(),
                                               [&](const auto& one) { return serves(one, name_); });
    }

    // [::]:80 beside 80 is one place.
    void note_port(unsigned port) {
        auto& ports = block_->ports;
        if (port != 0 && std::find(ports.begin(), ports.end(), port) == ports.end())
            ports.push_back(port);
    }

    const model::Identifier& name_;
    std::string file_;
    unsigned line_ = 0, depth_ = 0;
    std::optional<NginxBlock> block_;
    std::string statement_;
    char quote_ = 0;
    std::vector<ServingPlace> places_;
};

// "(FILE:LINE)" at the end of a line of `httpd -S`.
std::optional<ServingPlace> place_in(const std::string& word, unsigned port) {
    auto colon = word.rfind(':');
    if (!word.starts_with('(') || !word.ends_with(')') || colon == std::string::npos)
        return std::nullopt;
    unsigned line = 0;
    std::from_chars(word.data() + colon + 1, word.data() + word.size() - 1, line);
    return ServingPlace{word.substr(1, colon - 1), line, port};
}

// `httpd -S`: "*:443 NAME (FILE:LINE)", or "port 80 namevhost NAME (FILE:LINE)", then "alias NAME".
class HttpdHosts {
public:
    explicit HttpdHosts(const model::Identifier& name) : name_(name) {}

    std::vector<ServingPlace> read(std::string_view told) {
        each_line(told, [this](std::string_view line) { take(words_in(line)); });
        return std::move(places_);
    }

private:
    void take(const Words& words) {
        bool is_wild = words.size() == 3 && words[0] == "wild" && words[1] == "alias";
        if (is_wild || (words.size() == 2 && words[0] == "alias")) {
            note(words.back());
        } else if (words.size() == 5 && words[0] == "port" && words[2] == "namevhost") {
            host_ = place_in(words[4], port_of(words[1]));
            note(words[3]);
        } else if (words.size() == 3 && port_of(words[0]) != 0) {
            host_ = place_in(words[2], port_of(words[0]));
            note(words[1]);
        }
    }

    void note(const std::string& pattern) {
        if (host_ && serves(pattern, name_) &&
            std::find(places_.begin(), places_.end(), *host_) == places_.end())
            places_.push_back(*host_);
    }

    const model::Identifier& name_;
    std::optional<ServingPlace> host_;
    std::vector<ServingPlace> places_;
};

}  // namespace

std::vector<ServingPlace> nginx_places(std::string_view told, const model::Identifier& name) {
    return NginxDump(name).read(told);
}

std::vector<ServingPlace> httpd_places(std::string_view told, const model::Identifier& name) {
    return HttpdHosts(name).read(told);
}

// Its frontends serve every name.
std::vector<ServingPlace> haproxy_places(std::string_view file, const model::Identifier&) {
    std::vector<ServingPlace> places;
    unsigned line = 0, section = 0;
    each_line(file, [&](std::string_view text) {
        ++line;
        const Words words = words_in(text.substr(0, text.find('#')));
        if (words.empty())
            return;
        if (words[0] == "frontend" || words[0] == "listen")
            section = line;
        else if (text.front() != ' ' && text.front() != '\t' && words[0] != "bind")
            section = 0;
        unsigned port = words[0] == "bind" && words.size() > 1 ? port_of(words[1]) : 0;
        if (section != 0 && (port == 80 || port == 443))
            places.push_back({"", section, port});
    });
    return places;
}

ServerAnswer answer_of(FrontServer front) {
    return dialect_of(front).asked;
}

std::vector<ServingPlace> serving_places(FrontServer front, std::string_view told,
                                         const model::Identifier& name) {
    return dialect_of(front).serving_places(told, name);
}

}  // namespace md::admin
