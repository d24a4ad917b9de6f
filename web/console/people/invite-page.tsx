import type { Invite } from "../../../src/core/pages/people-data.ts";
import { CopiedText } from "../keys/copied-text.tsx";
import type { View } from "../layout.tsx";
import { ZoneTime } from "../zone-time.tsx";

/** The answer to an invitation: the link is shown here, and nowhere again. */
export const InviteView: View<Invite> = ({ data, shell }) => (
  <>
    <div class="card">
      <p>
        {data.recovers ? "The new link of " : "The link of "}
        <b>
          <bdi>{data.username}</bdi>
        </b>{" "}
        ({data.role}):
      </p>
      <CopiedText id="link" text={data.enrolUrl} name="the link" />
      <p>
        <b>It is shown only now.</b> It works once, until{" "}
        <ZoneTime at={data.expiresAt} zone={shell.timeZone} />. Earlier links of this person no longer work.
      </p>
    </div>
    <h2>What happens next</h2>
    <ol>
      <li>
        Send it to <bdi>{data.username}</bdi> alone, for example in a direct message.
      </li>
      <li>
        <bdi>{data.username}</bdi> opens it and creates a passkey. It gives no access yet.
      </li>
      <li>
        {data.recovers
          ? "A request to replace all earlier passkeys is then in the inboxes of those who manage people. Two of them sign, or one if there is only one."
          : "A request to trust that passkey is then in the inboxes of those who manage people. One of them signs it."}{" "}
        Before you sign, compare the fingerprint with the person, by phone or in person.
      </li>
    </ol>
    <p>
      <a class="button small" href={`/console/people/${data.person}`}>
        To the page of {data.username}
      </a>
    </p>
  </>
);
