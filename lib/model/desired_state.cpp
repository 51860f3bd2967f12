// SPDX-License-Identifier: Apache-2.0
#include "model/desired_state.hpp"

namespace md::model {

bool StatusListen::is_loopback() const {
    return address == "localhost" || address == "::1" || address.starts_with("127.");
}

OrderRate ServerSettings::order_rate_at(const std::string& directory_url) const {
    if (order_rate)
        return *order_rate;
    auto end_of_host = directory_url.find('/', std::string("https://").size());
    if (directory_url.substr(0, end_of_host).ends_with(".api.letsencrypt.org"))
        return {300, std::chrono::hours{3}};
    return {};
}

}  // namespace md::model
