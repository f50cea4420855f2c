#!/bin/sh
# Runs $RECORDED_PROGRAM in Helm's place and keeps what came in and what went out in $RECORD_FOLDER.
set -u
cat > "$RECORD_FOLDER/in"
"$RECORDED_PROGRAM" "$@" < "$RECORD_FOLDER/in" > "$RECORD_FOLDER/out" 2> "$RECORD_FOLDER/err"
code=$?
cat "$RECORD_FOLDER/out"
cat "$RECORD_FOLDER/err" >&2
exit $code
