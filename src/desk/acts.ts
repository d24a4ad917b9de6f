import { CHANNEL_ACTS } from "../app/channels/channel-acts.ts";
import { DELETION_ACTS } from "../app/organisation/deletion-acts.ts";
import { START_ACTS } from "../app/console/start-acts.ts";
import { KEY_ACTS } from "../app/keys/key-acts.ts";
import { PROJECT_ACTS } from "../app/projects/project-acts.ts";
import { SETTING_ACTS } from "../app/organisation/setting-acts.ts";
import { PEOPLE_ACTS } from "../app/people/people-acts.ts";
import { POLICY_PAGE_ACTS } from "../app/policy-pages/policy-page-acts.ts";
import { WEBHOOK_ACTS } from "../app/webhooks/webhook-acts.ts";
import { TRAIL_ACTS } from "../app/acts/trail-acts.ts";
import { USAGE_ACTS } from "../app/organisation/usage-acts.ts";
import { FIGURE_ACTS } from "../app/history/figure-acts.ts";
import { HISTORY_ACTS } from "../app/history/history-acts.ts";
import { REQUEST_ACTS } from "../app/requests/request-acts.ts";
import type { Act } from "../app/acts/act.ts";

// All acts by name. A test walks them with every role.

export const ACTS = {
  ...PEOPLE_ACTS,
  ...POLICY_PAGE_ACTS,
  ...SETTING_ACTS,
  ...USAGE_ACTS,
  ...TRAIL_ACTS,
  ...HISTORY_ACTS,
  ...KEY_ACTS,
  ...PROJECT_ACTS,
  ...WEBHOOK_ACTS,
  ...START_ACTS,
  ...REQUEST_ACTS,
  ...FIGURE_ACTS,
  ...DELETION_ACTS,
  ...CHANNEL_ACTS,
};

export type ActName = keyof typeof ACTS;
type RunOf<Name extends ActName> = (typeof ACTS)[Name]["run"];
export type ActInput<Name extends ActName> = Parameters<RunOf<Name>>[1];
export type ActOutput<Name extends ActName> =
  Awaited<ReturnType<RunOf<Name>>> extends infer Answered
    ? Answered extends { readonly ok: true; readonly value: infer Value }
      ? Value
      : never
    : never;

export function actOf<Name extends ActName>(name: Name): Act<ActInput<Name>, ActOutput<Name>> {
  return ACTS[name] as unknown as Act<ActInput<Name>, ActOutput<Name>>;
}
