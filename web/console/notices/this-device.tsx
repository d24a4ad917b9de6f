import { Hidden } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";

/** Only a script can ask the browser for a subscription: it shows this part, and fills in the form. */
export function ThisDevice({ pushKey, newId }: { readonly pushKey: string; readonly newId: string }): Html {
  return (
    <>
      <section id="this-device" class="card" data-key={pushKey} aria-label="This device" hidden>
        <p id="device-state"></p>
        <form id="subscription" method="post" action="/notices/device" hidden>
          <Hidden name="id" value={newId} />
          <Hidden name="endpoint" value="" />
          <Hidden name="p256dh" value="" />
          <Hidden name="auth" value="" />
          <button id="turn-on" type="submit" class="primary">
            Turn on notices on this device
          </button>
        </form>
        <p id="device-status" class="status" role="status"></p>
      </section>
      <noscript>
        <p class="quiet">To get notices on this device, allow JavaScript for this site, then reload.</p>
      </noscript>
    </>
  );
}
