// SPDX-License-Identifier: Apache-2.0
// What another server's configuration needs beside mdcertd, as text to put there: the certificates,
// the CA's questions passed on to our ports, and what MDRequireHttps asks for. Pure: whoever calls
// knows the files and whether they are there yet.
#pragma once

#include "model/desired_state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::admin {

enum class FrontServer { nginx, httpd, haproxy };  // in the order of snippet.cpp

// "nginx", "httpd", "haproxy".
std::optional<FrontServer> front_server_named(std::string_view word);
// "nginx, httpd or haproxy".
std::string front_servers();

struct CertificateFiles {
    std::string certificate, key;  // absolute paths of the live set
    std::string suffix;            // "" or ".p-256", as in the names of both
};

struct FrontedSite {
    const model::ManagedDomain* domain = nullptr;
    std::vector<CertificateFiles> files;  // one for each key type
    bool certified = false;               // the files are there: a server can be told to load them
};

// Where mdcertd answers the CA: "127.0.0.1:180", "unix:/run/mdcertd/http.sock" (http alone); ""
// where it does not or the server cannot pass that on.
struct Forwarding {
    std::string http, tls;
    bool http_wants_header = false, tls_wants_header = false;  // of the PROXY protocol
};

// Where the CA's questions for these domains are to be sent. Throws base::Error, with what to write
// instead, when mdcertd has the ports 80 or 443 itself, or listens for none of the challenges that
// the server could pass on.
Forwarding forwarding_for(FrontServer front, const model::ServerSettings& server,
                          const std::vector<FrontedSite>& sites);

// The text. Of a site that has no certificate yet, the part that proves its names; the rest would
// keep the server from starting.
std::string snippet(FrontServer front, const Forwarding& to, const std::vector<FrontedSite>& sites);

}  // namespace md::admin
