import type { NoticesPage } from "../../../src/core/pages/sending/notices-page-data.ts";
import { FormFault } from "../form-parts.tsx";
import type { View } from "../layout.tsx";

/** The page of the link that confirms an address. The script reads what is behind the # of the page's own address. */
export const ConfirmAddressView: View<NoticesPage> = ({ sent }) => (
  <>
    <FormFault sent={sent} />
    {sent === null && (
      <form id="token-form" method="post" action="/notices/verify" hidden>
        <p>Then notices of requests that wait for you come to the address that got this link.</p>
        <input id="token" type="hidden" name="token" value="" />
        <button type="submit" class="primary">
          Confirm this address
        </button>
      </form>
    )}
    {sent === null && (
      <p id="no-token" hidden>
        This link is incomplete. Open the whole link of the mail, or send another one.
      </p>
    )}
    <p>
      <a href="/notices">To your notices</a>
    </p>
    <noscript>
      <p class="card">
        <b>JavaScript is off.</b> This page needs it to read the link. Allow it for this site, then reload.
      </p>
    </noscript>
  </>
);
