// SPDX-License-Identifier: Apache-2.0
#include "acme/trouble.hpp"

#include "acme/error.hpp"
#include "http/transport.hpp"

namespace md::acme {

Trouble trouble_of(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const http::TransportError&) {
        return {true, false, {}};
    } catch (const Refused& refusal) {
        bool passes = refusal.failure_class() == model::FailureClass::passing ||
                      refusal.problem().is("rateLimited");
        return {passes, true, refusal.retry_after()};
    } catch (...) {
        return {};
    }
}

}  // namespace md::acme
