import { z } from "zod";
import {
  CHANNEL_ADDRESS_MAX_CHARACTERS,
  CHANNEL_NAME_MAX_CHARACTERS,
} from "../../../core/notice/channel-limits.ts";
import { readDayMinutes } from "../../../core/notice/day-minutes.ts";
import { CHANNEL_USES } from "../../../core/notice/notice-kinds.ts";
import { ID_MAX_CHARACTERS } from "../../../core/confirmation/statement.ts";
import { ConfirmAddressView } from "../../../../web/console/notices/confirm-address-page.tsx";
import { NoticesView } from "../../../../web/console/notices/notices-page.tsx";
import type { RequestContext } from "../../context.ts";
import { deviceOf } from "../../place.ts";
import { hookFields, newRowId, text, visibleName } from "../../schemas/field-schemas.ts";
import { defineButton, defineForm, definePage } from "../define.ts";
import { seenField } from "../seen-field.ts";

// Everybody's own notices, also of approvers, who have no place in the console.

const DONE = ["tested", "linked", "confirmed"] as const;

/** A form says in the address what it has done. */
function noteOf(context: RequestContext) {
  const done = DONE.find((one) => context.req.query(one) !== undefined);
  return done === undefined
    ? null
    : { done, channel: (context.req.query(done) ?? "").slice(0, ID_MAX_CHARACTERS) };
}

export const noticesPage = definePage({
  path: "/notices",
  title: "Your notices",
  section: "notices",
  act: "notices.read",
  registersWorker: true,
  input: (context) => ({ note: noteOf(context) }),
  view: NoticesView,
});

export const confirmPage = definePage({
  path: "/notices/verify",
  title: "Confirm your e-mail address",
  section: "notices",
  act: "notices.read",
  input: () => ({ note: null }),
  view: ConfirmAddressView,
});

const id = newRowId("n");
const name = visibleName(CHANNEL_NAME_MAX_CHARACTERS);
/** Longer ones are refused with the reason. */
const address = text(CHANNEL_ADDRESS_MAX_CHARACTERS);
const channelOf = (context: RequestContext) => ({ channel: context.req.param("id") ?? "" });
const home = () => "/notices";

const addressForm = defineForm({
  path: "/notices/addresses",
  page: noticesPage,
  act: "notices.add-address",
  schema: z.strictObject({ id, address: z.string().trim().pipe(address) }),
  input: (body) => body,
  next: ({ channel }) => `/notices?linked=${channel}`,
});

const linkForm = defineButton({
  path: "/notices/channels/:id/link",
  page: noticesPage,
  act: "notices.repeat-link",
  input: channelOf,
  next: ({ channel }) => `/notices?linked=${channel}`,
});

const confirmForm = defineForm({
  path: "/notices/verify",
  page: confirmPage,
  act: "notices.confirm",
  schema: z.strictObject({ token: text(CHANNEL_ADDRESS_MAX_CHARACTERS, 0) }),
  input: (body) => body,
  next: ({ channel }) => `/notices?confirmed=${channel}`,
});

const hookForm = defineForm({
  path: "/notices/hooks",
  page: noticesPage,
  act: "notices.add-hook",
  schema: hookFields,
  input: (body) => body,
  next: home,
});

const deviceForm = defineForm({
  path: "/notices/device",
  page: noticesPage,
  act: "notices.subscribe",
  schema: z.strictObject({ id, endpoint: address, p256dh: address, auth: address }),
  input: (body, context) => ({ ...body, name: deviceOf(context) }),
  next: home,
});

const shown = { name: z.literal("").or(name), use: z.enum(CHANNEL_USES) };

const changeForm = defineForm({
  path: "/notices/channels/:id/change",
  page: noticesPage,
  act: "notices.change",
  // The channel is for the page, which shows the form again.
  schema: z.strictObject({ channel: z.string(), was: seenField(z.strictObject(shown)), ...shown }),
  input: ({ was, channel: _shown, ...now }, context) => ({ ...channelOf(context), was, now }),
  next: home,
});

const removeForm = defineButton({
  path: "/notices/channels/:id/remove",
  page: noticesPage,
  act: "notices.remove",
  input: channelOf,
  next: home,
});

const testForm = defineButton({
  path: "/notices/channels/:id/test",
  page: noticesPage,
  act: "notices.test",
  input: channelOf,
  next: ({ channel }) => `/notices?tested=${channel}`,
});

const dayMinutes = z.string().transform((value, context) => {
  const minutes = value === "" ? null : readDayMinutes(value);
  if (minutes !== undefined) return minutes;
  context.addIssue({ code: "custom", message: "must be a time, such as 22:00" });
  return z.NEVER;
});
const timeZone = text(ID_MAX_CHARACTERS);

const quietForm = defineForm({
  path: "/notices/quiet",
  page: noticesPage,
  act: "notices.quiet",
  schema: z.strictObject({
    was: seenField(
      z.strictObject({ from: z.number().nullable(), until: z.number().nullable(), timeZone: z.string() }),
    ),
    from: dayMinutes,
    until: dayMinutes,
    timeZone,
  }),
  input: ({ was, ...now }) => ({ was, now }),
  next: home,
});

const pauseForm = defineForm({
  path: "/notices/pause",
  page: noticesPage,
  act: "notices.pause",
  schema: z.strictObject({ until: text(ID_MAX_CHARACTERS) }),
  input: (body) => body,
  next: home,
});

const resumeForm = defineButton({
  path: "/notices/resume",
  page: noticesPage,
  act: "notices.resume",
  input: () => null,
  next: home,
});

export const NOTICE_FORMS = [
  addressForm,
  linkForm,
  confirmForm,
  hookForm,
  deviceForm,
  changeForm,
  removeForm,
  testForm,
  quietForm,
  pauseForm,
  resumeForm,
];
