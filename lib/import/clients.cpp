// SPDX-License-Identifier: Apache-2.0
#include "import/clients.hpp"

#include <array>

namespace md::import {
namespace {

struct SourceRow {
    ImportSource client;
    Found (*read)(const Tree&, const CaDirectories&);
    std::string_view word, retirement, partial_retirement;
};
constexpr std::array<SourceRow, 5> rows = {
    {{ImportSource::certbot, read_certbot, "certbot",
      "systemctl disable --now certbot.timer (or its line in cron)",
      "move renewal/NAME.conf of each out of its folder"},
     {ImportSource::mod_md, read_mod_md, "mod_md",
      "MDRenewMode manual in httpd's configuration, in <IfModule !mdcertd> where mdcertd reads it "
      "too, and a reload of it",
      "MDRenewMode manual for these in httpd's configuration, and a reload of it"},
     {ImportSource::lego, read_lego, "lego",
      "take out the timer or the line in cron that runs 'lego renew'",
      "take out the timers or the lines in cron that run 'lego renew' for these"},
     {ImportSource::acme_sh, read_acme_sh, "acme.sh", "acme.sh --uninstall-cronjob",
      "acme.sh --remove -d NAME"},
     {ImportSource::uacme, read_uacme, "uacme",
      "take out the timer or the line in cron that runs 'uacme issue'",
      "take out the timers or the lines in cron that run 'uacme issue' for these"}}};

const SourceRow& row_of(ImportSource client) {
    return rows[static_cast<std::size_t>(client)];
}

}  // namespace

std::string_view word(ImportSource client) {
    return row_of(client).word;
}

std::optional<ImportSource> client_named(std::string_view word) {
    for (const SourceRow& row : rows)
        if (row.word == word)
            return row.client;
    return std::nullopt;
}

std::string client_words() {
    std::string words;
    for (std::size_t i = 0; i < rows.size(); ++i)
        words += (i == 0 ? "" : i + 1 == rows.size() ? " or " : ", ") + std::string(rows[i].word);
    return words;
}

std::string_view retirement(ImportSource client) {
    return row_of(client).retirement;
}

std::string_view partial_retirement(ImportSource client) {
    return row_of(client).partial_retirement;
}

Found read(ImportSource client, const Tree& tree, const CaDirectories& directories) {
    return row_of(client).read(tree, directories);
}

}  // namespace md::import
