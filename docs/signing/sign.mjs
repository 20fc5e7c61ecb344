// SECRET=… node sign.mjs KEY_ID BODY_FILE [TIMESTAMP] prints the three headers of a signed call.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export function sign(keyId, secret, body, timestamp) {
  const signature = createHash("sha256").update(timestamp + keyId).update(body).update(secret).digest("hex");
  return { Authorization: `ApiKey ${keyId}`, "X-Timestamp": timestamp, "X-Signature": signature };
}

const [keyId, file, timestamp = String(Date.now())] = process.argv.slice(2);
const headers = sign(keyId, process.env.SECRET, readFileSync(file), timestamp);
for (const [name, value] of Object.entries(headers)) console.log(`${name}: ${value}`);
