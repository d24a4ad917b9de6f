import { createECDH, randomBytes } from "node:crypto";

// Prints new secrets for sending, as JSON for `wrangler secret bulk`.

const keys = createECDH("prime256v1");
const secrets = {
  SEND_SEED: randomBytes(32).toString("hex"),
  VAPID_PUBLIC_KEY: keys.generateKeys("base64url"),
  VAPID_PRIVATE_KEY: keys.getPrivateKey("base64url"),
};
console.log(JSON.stringify(secrets, null, 2));
