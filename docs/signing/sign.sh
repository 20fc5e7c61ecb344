#!/usr/bin/env bash
# SECRET=… sign.sh KEY_ID BODY_FILE [TIMESTAMP] prints the three headers of a signed call, as `curl -H @-` reads them.
set -euo pipefail
key_id=$1 body=$2 timestamp=${3:-$(date +%s%3N)}

signature=$({ printf %s "$timestamp$key_id"; cat "$body"; printf %s "$SECRET"; } | sha256sum | cut -d' ' -f1)

printf 'Authorization: ApiKey %s\nX-Timestamp: %s\nX-Signature: %s\n' "$key_id" "$timestamp" "$signature"
