// SPDX-License-Identifier: Apache-2.0
#include "model/desired_state.hpp"

#include "model/known_authorities.hpp"

namespace md::model {

bool StatusListen::is_loopback() const {
    return address == "localhost" || address == "::1" || address.starts_with("127.");
}

OrderRate ServerSettings::order_rate_at(const std::string& directory_url) const {
    if (order_rate)
        return *order_rate;
    const KnownAuthority* known = authority_on(directory_url);
    return known == nullptr ? OrderRate{} : known->order_rate;
}

}  // namespace md::model
