import { z } from "zod";
import { KEY_LABEL_MAX_CHARACTERS, PROJECT_NAME_MAX_CHARACTERS } from "../../../core/account/visible-name.ts";
import { CHANNEL_KINDS, REMINDER_MAX_PERCENT } from "../../../core/notice/notice-kinds.ts";
import { PROJECT_MODES } from "../../../core/confirmation/project-mode.ts";
import { DEFAULT_SCOPES, SCOPES } from "../../../core/confirmation/scopes.ts";
import { ID_MAX_CHARACTERS } from "../../../core/confirmation/statement.ts";
import {
  KEY_STATES,
  type CreatedKey,
  type KeyItem,
  type ProjectItem,
} from "../../../core/pages/project-page-data.ts";
import { text, time, username, visibleName } from "../../schemas/field-schemas.ts";
import { KEY_ID, PROJECT_ID } from "../example-ids.ts";

// Projects and API keys over REST: what programs send, what they get, and an example of each.

/** Ten years. */
const EXPIRES_MAX_DAYS = 3_650;

const id = text(ID_MAX_CHARACTERS);
const name = visibleName(PROJECT_NAME_MAX_CHARACTERS);
const mode = z.enum(PROJECT_MODES).meta({ description: "Fixed when the project is created." });

export const projectsQuery = z.strictObject({
  archived: z.enum(["true", "false"]).default("false").meta({ description: "The archived ones instead." }),
});
export const keysQuery = z.strictObject({
  project: id.optional().meta({ description: "Its id. Left out: the project of this key." }),
});
export const newProjectRequest = z.strictObject({ name: name.describe("Unique in the organisation."), mode });
export const projectNameRequest = z.strictObject({
  name: name.describe("The new name."),
  was: z.string().optional().meta({ description: "Refuses the change if the name is another one by now." }),
});
export const newKeyRequest = z.strictObject({
  project: id.describe("The `id` of the project that its requests belong to."),
  label: visibleName(KEY_LABEL_MAX_CHARACTERS).describe("What uses it. Approvers see it as the requester."),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .default([...DEFAULT_SCOPES])
    .meta({ description: "`manage` is refused; `people` and `audit:read` need a signature." }),
  expiresInDays: z
    .int()
    .min(1)
    .max(EXPIRES_MAX_DAYS)
    .nullable()
    .default(null)
    .describe("After that it stops working. Null: never."),
  agent: z
    .boolean()
    .default(false)
    .meta({ description: "An agent uses it: a rejection locks equal requests for 15 minutes." }),
});
export const keyRotationRequest = z.strictObject({
  stopsInHours: z
    .literal([0, 24, 168])
    .default(24)
    .meta({ description: "How long the earlier key still works." }),
});

const project = z.object({
  id: id.describe("The id of the project."),
  name: z.string().describe("Its name."),
  mode,
});
const rules = {
  kinds: z
    .array(z.enum(CHANNEL_KINDS))
    .meta({ description: "The kinds of channels that are used, unless a channel says otherwise." }),
  hidesContent: z.boolean().meta({ description: "Whether notices leave out who asks for what." }),
  reminderPercent: z
    .int()
    .min(0)
    .max(REMINDER_MAX_PERCENT)
    .meta({ description: "After this share of a request's time people are reminded. 0: never." }),
};
/** What is left out stays as it is. */
export const projectNoticesRequest = z.strictObject(rules).partial();
export const projectAnswer = project.extend({
  createdAt: time.describe("When it was created."),
  archivedAt: time.nullable().describe("When it was ended, with all its keys."),
  notices: z.object(rules).describe("What it says of the notices of its requests."),
});
export const projectsAnswer = z.object({ data: z.array(projectAnswer).describe("By name.") });
export const keyAnswer = z.object({
  id: id.describe("The id of the key, which is not secret."),
  label: z.string().describe("What uses it."),
  prefix: z.string().meta({ description: "The beginning of the secret." }),
  project: project.describe("Where its requests belong."),
  scopes: z.array(z.enum(SCOPES)).describe("What it may call."),
  agent: z.boolean().describe("Whether an agent uses it."),
  createdBy: username.nullable().meta({ description: "Null if an operator created it." }),
  createdAt: time.describe("When it was created."),
  expiresAt: time.nullable().describe("When it stops working; null: never."),
  revokedAt: time.nullable().describe("When somebody ended it."),
  lastUsedAt: time.nullable().meta({ description: "To the minute." }),
  state: z.enum(KEY_STATES).describe("Only `active` ones work. `waiting`: for a signature."),
  replaces: id.nullable().meta({ description: "The key that it takes over from." }),
});
export const keysAnswer = z.object({
  data: z.array(keyAnswer).describe("Those that work or wait, then the last 50 that ended."),
});
export const createdKeyAnswer = z.object({
  key: keyAnswer.describe("What is shown of it later."),
  secret: z.string().meta({ description: "The only answer that has it." }),
  signUrl: z.url().nullable().meta({
    description: "Where somebody who manages people signs before the key works. Null: it works now.",
  }),
});

export const projectExample: ProjectItem = {
  id: PROJECT_ID,
  name: "Payments",
  mode: "live",
  createdAt: "2026-01-31T12:00:00.000Z",
  archivedAt: null,
  notices: { kinds: ["push", "email"], hidesContent: false, reminderPercent: 50 },
};

export const keyExample: KeyItem = {
  id: KEY_ID,
  label: "Payments agent",
  prefix: "cs_live_0Ab1Cd2E_a1B2…",
  project: { id: projectExample.id, name: projectExample.name, mode: projectExample.mode },
  scopes: [...DEFAULT_SCOPES],
  agent: true,
  createdBy: "alex",
  createdAt: "2026-01-31T12:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  state: "active",
  replaces: null,
};

export const createdKeyExample: Omit<CreatedKey, "username"> = {
  key: keyExample,
  secret: "cs_live_0Ab1Cd2E_…",
  signUrl: null,
};
