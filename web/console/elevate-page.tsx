import { Hidden } from "./form-parts.tsx";
import type { Html } from "./html-text.ts";

export interface HeldForm {
  /** Where the form is sent once the person has confirmed. */
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Keeps the form that was sent, and sends it again after a touch of the passkey. */
export function ElevateView({ action, fields }: HeldForm): Html {
  return (
    <>
      <p>
        Changes need a touch of your passkey. For ten minutes after it you can change more without another
        one. Your entries are kept.
      </p>
      <form id="held" method="post" action={action}>
        {fields.map(([name, value]) => (
          <Hidden name={name} value={value} />
        ))}
      </form>
      <p>
        <button id="elevate" type="button" class="primary">
          Confirm with your passkey
        </button>
      </p>
      <p id="status" class="status" role="status"></p>
      <noscript>
        <p class="card">
          <b>JavaScript is off.</b> This page needs it to use your passkey. Allow it for this site, then
          reload.
        </p>
      </noscript>
    </>
  );
}
