// SPDX-License-Identifier: Apache-2.0
// For a site that a server serves already: a second block for the same name would take it away, so
// only the lines for the blocks that are there, and where those are.
#include "admin/served_by.hpp"
#include "admin/snippet_parts.hpp"

#include <algorithm>

namespace md::admin {
namespace {

std::string places_text(const std::vector<ServingPlace>& places, unsigned port) {
    std::string text;
    for (const ServingPlace& place : places)
        if (place.port == port)
            text += (text.empty() ? "" : ", ") + place.text();
    return text;
}

// A step is a comment that says where its lines go.
std::string step(const std::string& where, const std::string& lines) {
    return lines.empty() ? "" : "# " + where + "\n" + lines;
}

class Existing {
public:
    Existing(FrontServer front, const Forwarding& to, const FrontedSite& site,
             const std::vector<ServingPlace>& places)
        : to_(to),
          site_(site),
          words_(dialect_of(front)),
          plain_(places_text(places, 80)),
          tls_(places_text(places, 443)) {}

    std::string text() const {
        return "# " + site_.domain->name() + " is served now by " + served_by() + ".\n" + plain() +
               then() + certificates();
    }

private:
    std::string served_by() const {
        std::string text = plain_.empty() ? "" : plain_ + " (port 80)";
        if (!tls_.empty())
            text += (text.empty() ? "" : ", ") + tls_ + " (port 443)";
        return text;
    }

    std::string plain() const {
        const std::string lines = words_.forwarding(to_) + words_.redirect(site_);
        if (plain_.empty())
            return step("Nothing serves it on port 80 yet. To the end of the configuration:",
                        words_.plain_block(to_, site_));
        return step("1. Into the " + std::string(words_.block) + " at " + plain_ + ":", lines) +
               words_.backend(to_);
    }

    std::string then() const {
        return std::string("# Then, as root: ") + std::string(words_.reload) +
               "\n# and after it: mdcertd reload\n";
    }

    std::string certificates() const {
        if (!site_.certified)
            return waits_for_certificate(site_);
        if (tls_.empty())
            return step("2. Nothing serves it on port 443 yet. To the end of the configuration:",
                        words_.tls_block(to_, site_));
        return step("2. Into the " + std::string(words_.block) + " at " + tls_ +
                        ", in place of what it has for " + std::string(words_.replaced) +
                        "; then reload it as above:",
                    words_.certificates(site_));
    }

    const Forwarding& to_;
    const FrontedSite& site_;
    const Dialect& words_;
    std::string plain_, tls_;
};

}  // namespace

std::string snippet_for_existing(FrontServer front, const Forwarding& to, const FrontedSite& site,
                                 const std::vector<ServingPlace>& places) {
    return Existing(front, to, site, places).text();
}

}  // namespace md::admin
