import { z } from "zod";
import { SECURITY_CONTACT_MAX_CHARACTERS } from "../../../core/account/settings.ts";
import {
  EXPIRES_MAX_SECONDS,
  EXPIRES_MIN_SECONDS,
  ID_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
} from "../../../core/confirmation/statement.ts";
import { SettingsView } from "../../../../web/console/settings-page.tsx";
import { TrailView } from "../../../../web/console/trail-page.tsx";
import { organisationName, text } from "../../schemas/field-schemas.ts";
import { defineForm, definePage } from "../define.ts";
import { seenField } from "../seen-field.ts";

const RETENTION_MAX_DAYS = 3_650;

export const trailPage = definePage({
  path: "/console/trail",
  title: "Audit trail",
  section: "trail",
  act: "trail.read",
  isLive: true,
  input: (context) => ({ before: context.req.query("before")?.slice(0, ID_MAX_CHARACTERS) ?? null }),
  view: TrailView,
});

export const settingsPage = definePage({
  path: "/console/settings",
  title: "Settings",
  section: "settings",
  act: "settings.read",
  input: () => null,
  view: SettingsView,
});

const wholeNumber = z
  .string()
  .regex(/^\d{1,8}$/, { error: "must be a whole number" })
  .transform(Number);

const settings = z.object({
  name: organisationName,
  timeZone: text(ID_MAX_CHARACTERS),
  defaultExpirySeconds: wholeNumber.pipe(z.number().min(EXPIRES_MIN_SECONDS).max(EXPIRES_MAX_SECONDS)),
  retentionDays: z
    .literal("")
    .transform(() => null)
    .or(wholeNumber.pipe(z.number().min(1).max(RETENTION_MAX_DAYS))),
  securityContact: text(SECURITY_CONTACT_MAX_CHARACTERS, 0),
});

const was = seenField(
  z.strictObject({
    name: z.string(),
    timeZone: z.string(),
    defaultExpirySeconds: z.number(),
    retentionDays: z.number().nullable(),
    securityContact: z.string(),
  }),
);

export const deletionForm = defineForm({
  path: "/console/settings/delete",
  page: settingsPage,
  act: "organisation.delete",
  schema: z.strictObject({ typedName: z.string().max(NAME_MAX_CHARACTERS) }),
  input: ({ typedName }) => ({ typedName }),
  // The page where an owner signs.
  next: ({ approval }) => new URL(approval).pathname,
});

export const settingsForm = defineForm({
  path: "/console/settings",
  page: settingsPage,
  act: "settings.change",
  schema: settings.extend({ was }).strict(),
  input: ({ was: before, ...now }) => ({ was: before, now }),
  next: () => "/console/settings",
});
