import { roleHas } from "../../../src/core/account/rights.ts";
import type { InvitationItem, PeoplePage, PersonItem } from "../../../src/core/pages/people-data.ts";
import type { SentForm, Shell } from "../../../src/core/pages/console.ts";
import { FormFault, TextField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { INVITATION_TEXTS, RoleField, STATE_TEXTS } from "./person-parts.tsx";

/** Everybody in the organisation, and a form to invite one more. */
export const PeopleView: View<PeoplePage> = ({ data: { people, next, removed }, shell, sent }) => (
  <>
    {roleHas(shell.role, "people.change") && !removed && <InviteForm sent={sent} />}
    {removed && (
      <p class="quiet">
        People who were removed. Their signatures stay valid, and their user names stay taken. Somebody of
        whom no passkey ever counted can be invited again under the same name.
      </p>
    )}
    {people.length === 0 && <p class="empty">{removed ? "Nobody was removed." : "Nobody is here yet."}</p>}
    {people.length > 0 && (
      <ul class="rows" role="list">
        {people.map((person) => (
          <PersonRow person={person} shell={shell} />
        ))}
      </ul>
    )}
    {next !== null && (
      <p>
        <a class="button small" href={nextPage(next, removed)}>
          More people
        </a>
      </p>
    )}
    <p>
      {removed ? (
        <a href="/console/people">People of the organisation</a>
      ) : (
        <a href="/console/people?removed=true">People who were removed</a>
      )}
    </p>
  </>
);

function nextPage(after: string, removed: boolean): string {
  return `/console/people?after=${encodeURIComponent(after)}${removed ? "&removed=true" : ""}`;
}

function InviteForm({ sent }: { readonly sent: SentForm | null }): Html {
  return (
    <details class="card" open={sent !== null}>
      <summary>Invite somebody</summary>
      <FormFault sent={sent} />
      <form method="post" action="/console/people">
        <TextField
          name="username"
          label="User name"
          value=""
          sent={sent}
          maxLength={32}
          required
          help="a-z, 0-9, dot, underscore and hyphen. It is signed with every decision and never changes."
        />
        <RoleField value="approver" sent={sent} withOwner={false} />
        <button type="submit" class="primary">
          Invite
        </button>
      </form>
    </details>
  );
}

function PersonRow({ person, shell }: { readonly person: PersonItem; readonly shell: Shell }): Html {
  const { id, username, role, state, passkeys, invitation } = person;
  return (
    <li>
      <p>
        <a href={`/console/people/${id}`}>
          <bdi>{username}</bdi>
        </a>{" "}
        <span class="pill">{role}</span>
      </p>
      <p class={state === "active" ? "quiet" : "attention"}>
        {STATE_TEXTS[state]}
        {state === "active" && passkeys > 1 && `, ${passkeys} passkeys`}
      </p>
      {invitation !== null && state !== "active" && <InvitationLine invitation={invitation} shell={shell} />}
    </li>
  );
}

function InvitationLine({
  invitation: { state, sentAt, sentBy },
  shell,
}: {
  readonly invitation: InvitationItem;
  readonly shell: Shell;
}): Html {
  return (
    <p class="quiet">
      {INVITATION_TEXTS[state]}; sent by <bdi>{sentBy.name}</bdi> on{" "}
      <ZoneTime at={sentAt} zone={shell.timeZone} />
    </p>
  );
}
