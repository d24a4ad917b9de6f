import type { Html } from "../html-text.ts";
import { CopiedText } from "../keys/copied-text.tsx";

/** With the secret in it, or with where it goes. */
export function VerifyExample({ secret = "whsec_…" }: { readonly secret?: string }): Html {
  return (
    <>
      <p>
        It verifies the signature before it reads anything, answers with a 2xx status, and works afterwards.
        An event can arrive twice, with the same <code>webhook-id</code>, and in another order than it
        happened: <code>sequence</code> has the order. In Node, with the package <code>standardwebhooks</code>
        :
      </p>
      <CopiedText id="verify-node" text={nodeExample(secret)} name="the example" />
    </>
  );
}

function nodeExample(secret: string): string {
  return [
    'import { Webhook } from "standardwebhooks";',
    "",
    `const webhook = new Webhook("${secret}");`,
    "// With the body as it arrived, not parsed and written again. Throws if the signature is wrong.",
    "const event = webhook.verify(body, request.headers);",
    'if (event.type === "confirmation.approved") await run(event.data.id);',
  ].join("\n");
}
