#!/bin/sh
# Serves Grafana queries, the WebSocket and the page from Kafka: slipstream bridge [options].
exec node "$(dirname "$0")/../bin/slipstream.js" bridge "$@"
