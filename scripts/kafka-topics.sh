#!/bin/sh
# Kafka's topic tool with its own arguments, from the installed jars:
#   scripts/kafka-topics.sh --bootstrap-server localhost:9092 --list
exec "$(dirname "$0")/kafka/run-tool.sh" kafka-topics org.apache.kafka.tools.TopicCommand "$@"
