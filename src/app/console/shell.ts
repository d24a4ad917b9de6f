import { monthOf } from "../../core/account/month.ts";
import { roleHas } from "../../core/account/rights.ts";
import { usageNotice } from "../../core/account/usage-notice.ts";
import type { Notice, Shell } from "../../core/pages/console.ts";
import { isManager } from "../../core/stream/directory.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import { readMonthUse } from "../../store/account/usage.ts";
import { readWebhooks } from "../../store/webhooks/webhook-rows.ts";
import type { PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { retentionNotice } from "../evidence/retention-notice.ts";
import { isoTime, type Runtime } from "../runtime.ts";

/** What surrounds every page of the console, for this person. */
export async function shellOf(runtime: Runtime, store: TenantStore, person: PersonRow): Promise<Shell> {
  const { name, stream, plan, timeZone, sandboxUntil } = await store.own();
  return {
    organisation: name,
    stream,
    username: person.username,
    role: person.role,
    plan,
    timeZone,
    origin: runtime.origin,
    notices: sandboxUntil === null ? await noticesFor(runtime, store, person) : [demoNotice(sandboxUntil)],
  };
}

/** Instead of every other notice: nothing else that a notice asks for is possible, or of use, for a day. */
function demoNotice(until: number): Notice {
  const time = isoTime(until).slice(11, 16);
  const day = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "long" }).format(
    until,
  );
  return {
    kind: "note",
    text: `This is a demo organisation. Everything in it is deleted on ${day} at ${time} UTC. You can decide, cancel and use requests, and add a passkey; nothing else can be changed.`,
    link: { href: "/signup", text: "Create your own organisation" },
  };
}

async function noticesFor(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
): Promise<readonly Notice[]> {
  const notices = await Promise.all([
    roleHas(person.role, "usage.read") ? planNotice(runtime, store) : [],
    isManager(person) ? erasureNotice(runtime, store) : [],
    webhookNotices(store, person),
    passkeyNotice(store, person),
  ]);
  return notices.flat();
}

async function planNotice(runtime: Runtime, store: TenantStore): Promise<readonly Notice[]> {
  const month = monthOf(runtime.now());
  const { plan, requests } = await readMonthUse(store, month);
  const notice = usageNotice(plan, { month, requests });
  if (notice === undefined) return [];
  const kind = notice.percent === 100 ? "warning" : "note";
  return [{ kind, text: notice.text, link: { href: "/console/usage", text: "Plan and usage" } }];
}

/** Seven days before the first erasure of a month. */
async function erasureNotice(runtime: Runtime, store: TenantStore): Promise<readonly Notice[]> {
  const notice = await retentionNotice(runtime, store);
  if (notice === null) return [];
  const { timeZone } = await store.own();
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "long" });
  const [on, before] = [format.format(notice.at), format.format(notice.before)];
  return [
    {
      kind: "warning",
      text: `On ${on}, the content of requests from before ${before} will be erased.`,
      link: { href: "/console/export", text: "Export them first" },
    },
  ];
}

const DISABLED_TEXTS = {
  gone: "because it answered that it is gone",
  failing: "because nothing arrived there for five days",
} as const;

/** What a person has disabled is no news. */
async function webhookNotices(store: TenantStore, { role }: PersonRow): Promise<readonly Notice[]> {
  if (!roleHas(role, "webhooks.change")) return [];
  return (await readWebhooks(store)).flatMap(({ id, name, disabledBecause: because }) =>
    because === null || because === "person"
      ? []
      : [
          {
            kind: "warning" as const,
            text: `The webhook "${name}" is disabled, ${DISABLED_TEXTS[because]}.`,
            link: { href: `/console/webhooks/${id}`, text: "Look at it" },
          },
        ],
  );
}

/** There is no recovery code: a person who loses the only passkey needs others to sign for a new one. */
async function passkeyNotice(store: TenantStore, { id }: PersonRow): Promise<readonly Notice[]> {
  if ((await activePasskeysOf(store, id)).length > 1) return [];
  return [
    {
      kind: "warning",
      text: "You have only one passkey. If you lose it, you need a new invitation.",
      link: { href: "/devices", text: "Add a second one" },
    },
  ];
}
