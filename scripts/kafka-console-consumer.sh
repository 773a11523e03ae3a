#!/bin/sh
# Kafka's console consumer with its own arguments, from the installed jars:
#   scripts/kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic f1-telemetry --from-beginning
exec "$(dirname "$0")/kafka/run-tool.sh" kafka-console-consumer org.apache.kafka.tools.consumer.ConsoleConsumer "$@"
