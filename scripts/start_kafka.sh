#!/bin/sh
# Starts the managed Apache Kafka in the background: slipstream kafka start [options].
exec node "$(dirname "$0")/../bin/slipstream.js" kafka start "$@"
