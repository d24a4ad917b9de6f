import type { Html } from "../html-text.ts";
import { CopiedText } from "../keys/copied-text.tsx";

const NODE_EXAMPLE = [
  'import { Webhook } from "standardwebhooks";',
  "",
  "const webhook = new Webhook(process.env.WEBHOOK_SECRET);",
  "// The body as it arrived, not parsed. Throws if the signature is wrong.",
  "const event = webhook.verify(body, request.headers);",
].join("\n");

export function VerifyExample(): Html {
  return (
    <>
      <p>
        Your backend verifies the signature before it reads anything, answers with a 2xx status, and works
        afterwards. An event can arrive twice, with the same <code>webhook-id</code>, and in another order
        than it happened: <code>sequence</code> has the order. In Node, with the package{" "}
        <code>standardwebhooks</code>:
      </p>
      <CopiedText id="verify-node" text={NODE_EXAMPLE} name="the example" />
    </>
  );
}
