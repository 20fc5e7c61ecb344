#!/usr/bin/env bash
# SECRET=… sign.sh KEY_ID METHOD TARGET [BODY_FILE] prints the headers of a signed call, as `curl -H @-` reads them.
# The rest comes from the environment. openssl takes the secret as an argument: not for machines that you share.
set -euo pipefail
key_id=$1 method=$2 target=$3 body=${4:-/dev/null}
audience=${AUDIENCE-causeway} timestamp=${TIMESTAMP-$(date +%s%3N)} nonce=${NONCE-$(openssl rand -hex 16)}
content_type=${CONTENT_TYPE-} content_encoding=${CONTENT_ENCODING-} idempotency_key=${IDEMPOTENCY_KEY-} accept=${ACCEPT-*/*}

path=${target%%\?*}
query=${target#"$path"} # with its question mark
body_hash=$(sha256sum <"$body" | cut -d' ' -f1)
printf -v lines '%s\n' v2 "$method" "$audience" "$key_id" "$path" "$query" "$timestamp" "$nonce" "$body_hash" \
  "$content_type" "$content_encoding" "$idempotency_key" "$accept"
signature=$(printf %s "${lines%$'\n'}" | openssl dgst -sha256 -hmac "$SECRET" -hex | sed 's/.* //')

header() { if [ -n "$2" ]; then printf '%s: %s\n' "$1" "$2"; fi; }
printf 'Authorization: ApiKey %s\nX-Timestamp: %s\nX-Nonce: %s\nX-Signature: v2=%s\n' "$key_id" "$timestamp" "$nonce" "$signature"
printf 'Content-Type:%s\nAccept:%s\n' "${content_type:+ $content_type}" "${accept:+ $accept}" # empty: curl sends none of its own
header Content-Encoding "$content_encoding"
header Idempotency-Key "$idempotency_key"
