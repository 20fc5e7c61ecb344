// SECRET=… node sign.mjs KEY_ID METHOD TARGET [BODY_FILE] prints the headers of a signed call, as `curl -H @-` reads them.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

/** `target` as it is sent: path and query. Send the returned headers as they are, and no others of their names. */
export function sign(secret, keyId, method, target, body = "", {
  audience = "causeway", contentType = "", contentEncoding = "", idempotencyKey = "", accept = "*/*",
  timestamp = String(Date.now()), nonce = randomBytes(16).toString("base64url"),
} = {}) {
  const mark = target.includes("?") ? target.indexOf("?") : target.length;
  const lines = ["v2", method, audience, keyId, target.slice(0, mark), target.slice(mark), timestamp, nonce,
    createHash("sha256").update(body).digest("hex"), contentType, contentEncoding, idempotencyKey, accept];
  const signature = createHmac("sha256", secret).update(lines.join("\n")).digest("hex");
  return { Authorization: `ApiKey ${keyId}`, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": `v2=${signature}`,
    "Content-Type": contentType, Accept: accept, "Content-Encoding": contentEncoding, "Idempotency-Key": idempotencyKey };
}

const [keyId, method, target, file] = process.argv.slice(2);
const { SECRET, AUDIENCE, CONTENT_TYPE, CONTENT_ENCODING, IDEMPOTENCY_KEY, ACCEPT, TIMESTAMP, NONCE } = process.env;
const headers = sign(SECRET, keyId, method, target, file ? readFileSync(file) : "", {
  audience: AUDIENCE, contentType: CONTENT_TYPE, contentEncoding: CONTENT_ENCODING, idempotencyKey: IDEMPOTENCY_KEY,
  accept: ACCEPT, timestamp: TIMESTAMP, nonce: NONCE,
});
for (const [name, value] of Object.entries(headers))
  if (value || name === "Content-Type" || name === "Accept") // empty: curl sends none of its own
    console.log(`${name}: ${value}`.trimEnd());
