import { z } from "zod";
import { CREDENTIAL_ID_MAX_BYTES } from "../../../core/webauthn/assertion.ts";
import { ID_MAX_CHARACTERS } from "../../../core/confirmation/statement.ts";
import { INVITED_ROLES, ROLES } from "../../../core/stream/record.ts";
import { InviteView } from "../../../../web/console/people/invite-page.tsx";
import { PeopleView } from "../../../../web/console/people/people-page.tsx";
import { PersonView } from "../../../../web/console/people/person-page.tsx";
import type { RequestContext } from "../../context.ts";
import { text, username } from "../../schemas/field-schemas.ts";
import { defineForm, definePage } from "../define.ts";
import { seenField } from "../seen-field.ts";

// The people of an organisation, and one person. Forms that change who may decide lead to the page where it is signed.

export const peoplePage = definePage({
  path: "/console/people",
  title: "People",
  section: "people",
  act: "people.list",
  input: (context) => ({
    after: context.req.query("after")?.slice(0, ID_MAX_CHARACTERS) ?? null,
    removed: context.req.query("removed") === "true",
  }),
  view: PeopleView,
});

const named = (context: RequestContext) => ({
  person: (context.req.param("id") ?? "").slice(0, ID_MAX_CHARACTERS),
});

export const personPage = definePage({
  path: "/console/people/:id",
  title: "Person",
  section: "people",
  act: "people.read",
  input: named,
  view: PersonView,
});

const was = seenField(
  z.strictObject({
    role: z.enum(ROLES),
    state: z.enum(["active", "waiting", "invited", "no-access", "removed"]),
    link: z.string().nullable(),
    pending: z.array(z.string()),
  }),
);

const inviteForm = defineForm({
  path: "/console/people",
  page: peoplePage,
  act: "people.invite",
  schema: z.strictObject({ username, role: z.enum(INVITED_ROLES) }),
  input: (body) => ({ ...body, onlyNew: true, was: null }),
  shown: { title: "Send this link", view: InviteView },
});

/** A new link for somebody who is invited, perhaps with another role. */
const newLinkForm = defineForm({
  path: "/console/people/:id/link",
  page: personPage,
  act: "people.invite",
  schema: z.strictObject({ was, username, role: z.enum(ROLES) }),
  input: (body) => ({ ...body, onlyNew: false }),
  shown: { title: "Send this link", view: InviteView },
});

const recoveryForm = defineForm({
  path: "/console/people/:id/recovery",
  page: personPage,
  act: "people.recovery",
  schema: z.strictObject({ was }),
  input: (body, context) => ({ ...named(context), ...body }),
  shown: { title: "Send this link", view: InviteView },
});

const invitationRevokeForm = defineForm({
  path: "/console/people/:id/invitation/revoke",
  page: personPage,
  act: "people.invitation.revoke",
  schema: z.strictObject({ was }),
  input: (body, context) => ({ ...named(context), ...body }),
  next: ({ person }) => `/console/people/${person}`,
});

/** The page where the change is signed, if the person who asked can sign it. */
function pageAfter({
  person,
  url,
  signs,
}: {
  readonly person: string;
  readonly url: string;
  readonly signs: boolean;
}) {
  return signs ? new URL(url).pathname : `/console/people/${person}`;
}

const roleForm = defineForm({
  path: "/console/people/:id/role",
  page: personPage,
  act: "people.role",
  schema: z.strictObject({ was, role: z.enum(ROLES) }),
  input: (body, context) => ({ ...named(context), ...body }),
  next: pageAfter,
});

/** A credential id in base64url. */
const PASSKEY_MAX_CHARACTERS = Math.ceil((CREDENTIAL_ID_MAX_BYTES * 4) / 3);

const passkeyRevokeForm = defineForm({
  path: "/console/people/:id/passkey/revoke",
  page: personPage,
  act: "people.passkey.revoke",
  schema: z.strictObject({ was, passkey: text(PASSKEY_MAX_CHARACTERS) }),
  input: (body, context) => ({ ...named(context), ...body }),
  next: pageAfter,
});

export const removeForm = defineForm({
  path: "/console/people/:id/remove",
  page: personPage,
  act: "people.remove",
  schema: z.strictObject({ was }),
  input: (body, context) => ({ ...named(context), ...body }),
  next: ({ person, change }) => (change === null ? `/console/people/${person}` : pageAfter(change)),
});

export const PEOPLE_FORMS = [
  inviteForm,
  newLinkForm,
  recoveryForm,
  invitationRevokeForm,
  roleForm,
  passkeyRevokeForm,
  removeForm,
];
