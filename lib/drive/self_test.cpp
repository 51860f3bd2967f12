// SPDX-License-Identifier: Apache-2.0
#include "drive/self_test.hpp"

#include "base/base64url.hpp"
#include "crypto/digest.hpp"

namespace md::drive {

SelfTestToken SelfTest::show(std::chrono::seconds time) {
    withdraw();
    SelfTestToken proof{base::base64url_encode(crypto::random_bytes(32)), {}};
    proof.key_authorization = proof.token + ".mdcertd-is-here";
    shown_ = board_.publish_http(proof.token, {proof.key_authorization, nullptr});
    over_.expires_after(time);
    over_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled)
            withdraw();
    });
    return proof;
}

void SelfTest::withdraw() {
    over_.cancel();
    if (shown_)
        board_.remove(*shown_);
    shown_.reset();
}

}  // namespace md::drive
