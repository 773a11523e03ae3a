#!/bin/sh
# Stops the managed Apache Kafka: slipstream kafka stop [options].
exec node "$(dirname "$0")/../bin/slipstream.js" kafka stop "$@"
