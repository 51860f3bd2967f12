#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# prometheus.sh [ROOT]: the shipped alert rules are ones Prometheus reads, and raise the alerts that
# tests/prometheus/rules_test.yml expects.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

promtool check rules packaging/prometheus/mdcertd.rules.yml
promtool test rules tests/prometheus/rules_test.yml
