// SPDX-License-Identifier: Apache-2.0
// What certificate a server shows: the seam between whoever wants to know and the network. Real is
// TlsProbe, tests have tests/support/scripted_probe.hpp.
#pragma once

#include "base/task.hpp"
#include "model/observed_state.hpp"
#include "model/settings.hpp"

#include <string>

namespace md::http {

class ServedProbe {
public:
    virtual ~ServedProbe() = default;
    // The leaf that is shown there to whoever asks for that name; it is not verified. Throws
    // base::Error when none is.
    virtual base::Task<model::CertificateFacts> look(model::ServedAt place, std::string name) = 0;
};

}  // namespace md::http
