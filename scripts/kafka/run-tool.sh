#!/bin/sh
# Runs one of Kafka's command-line tools from the installed jars: run-tool.sh NAME CLASS [arguments].
# The jars: SLIPSTREAM_KAFKA_LIBS, KAFKA_HOME, those of `slipstream kafka install`. The tools need Kafka 4.
set -eu
here=$(CDPATH='' cd -- "$(dirname "$0")" && pwd)
name=$1
class=$2
shift 2

version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$here/pom.xml")
case $(uname -s) in
  Darwin) caches=${XDG_CACHE_HOME:-$HOME/Library/Caches} ;;
  *) caches=${XDG_CACHE_HOME:-$HOME/.cache} ;;
esac
libs=
for folder in "${SLIPSTREAM_KAFKA_LIBS:-}" "${KAFKA_HOME:+$KAFKA_HOME/libs}" \
  "$here/../../.slipstream/kafka/libs-$version" "$caches/slipstream/kafka/libs-$version"; do
  if [ -n "$folder" ] && [ -n "$(find "$folder/" -maxdepth 1 -name 'kafka-tools-[4-9]*.jar' 2>/dev/null)" ]; then
    libs=$folder
    break
  fi
done
if [ -z "$libs" ]; then
  echo "error: $name needs the jars of Apache Kafka $version, which are not installed" >&2
  echo "  Run: npx slipstream kafka install" >&2
  exit 2
fi
if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then java=$JAVA_HOME/bin/java; else java=java; fi
if ! command -v "$java" >/dev/null 2>&1; then
  echo "error: $name needs Java 17 or newer, and neither JAVA_HOME nor PATH has one" >&2
  exit 2
fi
exec "$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -Dlog4j2.configurationFile="$here/tools-log4j2.properties" -cp "$libs/*" "$class" "$@"
