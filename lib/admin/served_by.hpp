// SPDX-License-Identifier: Apache-2.0
// Which part of another server's configuration serves a name now, as that server itself tells it:
// the output of `nginx -T` and `httpd -S`, the file of HAProxy. Pure, and only for a hint to a
// person: what is not understood is passed over.
#pragma once

#include "admin/snippet.hpp"
#include "model/identifier.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace md::admin {

struct ServingPlace {
    std::string file;
    unsigned line = 0;
    unsigned port = 0;

    std::string text() const { return file + ":" + std::to_string(line); }
    bool operator==(const ServingPlace&) const = default;
};

// How a server is asked what it serves: a command of the shell, which finds the name of a
// configuration file that is not the usual one in FRONT_SERVER_FILE; where there is no command, it
// is read from the file.
struct ServerAnswer {
    std::string_view command, command_for_file, file;
};
ServerAnswer answer_of(FrontServer front);

// In the order told, one for each port of a block. Of HAProxy, whose frontends serve every name,
// those that listen on port 80 or 443.
std::vector<ServingPlace> serving_places(FrontServer front, std::string_view told,
                                         const model::Identifier& name);

// The lines that go into the blocks that serve the site now, and where. `places` is not empty.
std::string snippet_for_existing(FrontServer front, const Forwarding& to, const FrontedSite& site,
                                 const std::vector<ServingPlace>& places);

}  // namespace md::admin
