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
export const newProjectRequest = z.strictObject({ name, mode });
export const projectNameRequest = z.strictObject({
  name,
  was: z.string().optional().meta({ description: "Refuses the change if the name is another one by now." }),
});
export const newKeyRequest = z.strictObject({
  project: id,
  label: visibleName(KEY_LABEL_MAX_CHARACTERS),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .default([...DEFAULT_SCOPES])
    .meta({ description: "`manage` is refused; `people` and `audit:read` need a signature." }),
  expiresInDays: z.int().min(1).max(EXPIRES_MAX_DAYS).nullable().default(null),
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

const project = z.object({ id, name: z.string(), mode });
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
  createdAt: time,
  archivedAt: time.nullable(),
  notices: z.object(rules),
});
export const projectsAnswer = z.object({ data: z.array(projectAnswer) });
export const keyAnswer = z.object({
  id,
  label: z.string(),
  prefix: z.string().meta({ description: "The beginning of the secret." }),
  project,
  scopes: z.array(z.enum(SCOPES)),
  agent: z.boolean(),
  createdBy: username.nullable().meta({ description: "Null if an operator created it." }),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  lastUsedAt: time.nullable().meta({ description: "To the minute." }),
  state: z.enum(KEY_STATES),
  replaces: id.nullable().meta({ description: "The key that it takes over from." }),
});
export const keysAnswer = z.object({ data: z.array(keyAnswer) });
export const createdKeyAnswer = z.object({
  key: keyAnswer,
  secret: z.string().meta({ description: "The only answer that has it." }),
  signUrl: z.url().nullable().meta({
    description: "Where somebody who manages people signs before the key works. Null: it works now.",
  }),
});

export const projectExample: ProjectItem = {
  id: "j_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f8",
  name: "Payments",
  mode: "live",
  createdAt: "2026-01-31T12:00:00.000Z",
  archivedAt: null,
  notices: { kinds: ["push", "email"], hidesContent: false, reminderPercent: 50 },
};

export const keyExample: KeyItem = {
  id: "k_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f8",
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
