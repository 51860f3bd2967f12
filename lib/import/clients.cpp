// SPDX-License-Identifier: Apache-2.0
#include "import/clients.hpp"

#include <array>

namespace md::import {
namespace {

struct Row {
    Client client;
    std::string_view word, retirement, partial_retirement;
};
constexpr std::array<Row, 5> rows = {
    {{Client::certbot, "certbot", "systemctl disable --now certbot.timer (or its line in cron)",
      "move renewal/NAME.conf of each out of its folder"},
     {Client::mod_md, "mod_md",
      "MDRenewMode manual in httpd's configuration, in <IfModule !mdcertd> where mdcertd reads it "
      "too, and a reload of it",
      "MDRenewMode manual for these in httpd's configuration, and a reload of it"},
     {Client::lego, "lego", "take out the timer or the line in cron that runs 'lego renew'",
      "take out the timers or the lines in cron that run 'lego renew' for these"},
     {Client::acme_sh, "acme.sh", "acme.sh --uninstall-cronjob", "acme.sh --remove -d NAME"},
     {Client::uacme, "uacme", "take out the timer or the line in cron that runs 'uacme issue'",
      "take out the timers or the lines in cron that run 'uacme issue' for these"}}};

const Row& row_of(Client client) {
    return rows[static_cast<std::size_t>(client)];
}

}  // namespace

std::string_view word(Client client) {
    return row_of(client).word;
}

std::optional<Client> client_named(std::string_view word) {
    for (const Row& row : rows)
        if (row.word == word)
            return row.client;
    return std::nullopt;
}

std::string_view retirement(Client client) {
    return row_of(client).retirement;
}

std::string_view partial_retirement(Client client) {
    return row_of(client).partial_retirement;
}

Found read(Client client, const Tree& tree, const Authorities& authorities) {
    switch (client) {
        case Client::certbot:
            return read_certbot(tree);
        case Client::mod_md:
            return read_mod_md(tree);
        case Client::lego:
            return read_lego(tree, authorities);
        case Client::acme_sh:
            return read_acme_sh(tree, authorities);
        case Client::uacme:
            return read_uacme(tree, authorities);
    }
    return {};
}

}  // namespace md::import
