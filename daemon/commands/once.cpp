// SPDX-License-Identifier: Apache-2.0
// `mdcertd once`: all that is due, then the end; for cron, and to see a first certificate.
#include "commands/driving.hpp"

namespace md::commands {

int once(const CommandLine& line) {
    return drive_and_report(line, "once", {});
}

}  // namespace md::commands
