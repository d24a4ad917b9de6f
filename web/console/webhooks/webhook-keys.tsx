import type { WebhookKeys } from "../../../src/core/pages/sending/webhook-page-data.ts";
import type { View } from "../layout.tsx";
import { ActionForm } from "../form-parts.tsx";
import { CopiedText } from "../keys/copied-text.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { VerifyExample } from "./verify-example.tsx";

/** The answer to a form: what a receiver verifies with. */
export const WebhookKeysView: View<WebhookKeys> = ({ data, shell }) => {
  const { webhook, secret, publicKey } = data;
  return (
    <>
      <p>
        The secret of <b>{webhook.name}</b>. Who has it can sign events as we do: keep it where your backend
        keeps its other secrets.
      </p>
      <CopiedText id="secret" text={secret} name="the secret" />
      {webhook.rotatesUntil !== null && (
        <p class="note">
          The earlier secret signs as well until <ZoneTime at={webhook.rotatesUntil} zone={shell.timeZone} />.
          Change your backend to the new one before that.
        </p>
      )}
      <h2>Verify the signature</h2>
      <VerifyExample />
      <details>
        <summary>With a public key instead</summary>
        <p>
          Each delivery also has a signature by Ed25519 (<code>v1a</code>). Who verifies with this key can't
          sign:
        </p>
        <CopiedText id="public-key" text={publicKey} name="the public key" />
      </details>
      <h2>Try it</h2>
      <ActionForm
        action={`/console/webhooks/${webhook.id}/test`}
        button="Send a test event"
        kind="primary"
      ></ActionForm>
      <p>
        <a class="button small" href={`/console/webhooks/${webhook.id}`}>
          To this webhook
        </a>
      </p>
    </>
  );
};
