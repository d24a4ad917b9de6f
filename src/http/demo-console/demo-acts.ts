import { isoTime } from "../../app/runtime.ts";
import { AGE_DAYS, personItem, personPage } from "./demo-people.ts";
import { isMember } from "../../core/account/members.ts";
import { monthOf, nextMonth } from "../../core/account/month.ts";
import { invoicePreview, limitsOf, PLANS } from "../../core/account/plans.ts";
import type { Settings } from "../../core/account/settings.ts";
import { DELIVERY_PAGE_ITEMS, LATEST_DELIVERY_ITEMS } from "../../core/pages/sending/webhook-page-data.ts";
import { TRAIL_PAGE_ITEMS } from "../../core/pages/trail-page-data.ts";
import type { UsageData } from "../../core/pages/usage-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { figuresOf } from "../../core/report/request-figures.ts";
import type { ActInput, ActName, ActOutput } from "../../desk/acts.ts";
import { DEMO_ZONE, type DemoCompany } from "./demo-company.ts";
import { demoRooms } from "./demo-keys.ts";
import { listDemoRequests, readDemoRequest } from "./demo-request-acts.ts";
import { DAY, HOUR } from "./demo-time.ts";
import { demoDelivery, type DemoWebhook } from "./demo-webhooks.ts";

// What the pages of the demo console show: the answers of the acts that read, made from the example company.

type Act<Name extends ActName> = (
  company: DemoCompany,
  input: ActInput<Name>,
) => Result<ActOutput<Name>> | Promise<Result<ActOutput<Name>>>;

const NOT_FOUND = refuse("not_found", "");

const ACTS: { readonly [Name in ActName]?: Act<Name> } = {
  "start.read": (company) => {
    const { plan, approvals, members, projects, month } = usageOf(company);
    const pending = company.requests.filter(({ status }) => status === "pending").length;
    const people = company.people.filter(({ state }) => state !== "removed").length;
    return accept({ guide: null, pending, people, plan, approvals, members, projects, month, version: "" });
  },
  "requests.list": listDemoRequests,
  "requests.read": readDemoRequest,
  "projects.read": ({ projects }, { archived }) =>
    accept({
      projects: projects.filter(({ archivedAt }) => (archivedAt !== null) === archived),
      archived,
      newId: "",
    }),
  "project.read": ({ projects, keys }, { project: id }) => {
    const project = projects.find((one) => one.id === id);
    if (project === undefined) return NOT_FOUND;
    const own = keys.filter((key) => key.project.id === id);
    return accept({
      project,
      keys: own.filter(({ state }) => state === "active"),
      ended: own.filter(({ state }) => state !== "active"),
      scopes: [],
      newKeyId: "",
      rooms: demoRooms(project),
      tested: null,
      newRoomId: "",
    });
  },
  "key.read": ({ keys, trail, hour }, { key: id }) => {
    const key = keys.find((one) => one.id === id);
    if (key === undefined) return NOT_FOUND;
    const [from, to] = [key.createdAt, key.revokedAt ?? isoTime(hour)];
    const events = trail.filter(
      ({ subject, act, at }) => subject === key.label && act.includes("API key") && at >= from && at <= to,
    );
    return accept({
      key,
      replacement: keys.find(({ replaces }) => replaces === id)?.id ?? null,
      signUrl: null,
      fixed: null,
      events: events.map(({ at, actor, act, detail }) => ({ at, actor: actor.name, act, detail })),
      newKeyId: "",
    });
  },
  "people.list": ({ people, hour }, { after, removed }) => {
    const listed = people
      .filter(({ state }) => (state === "removed") === removed)
      .toSorted((one, other) => (one.username < other.username ? -1 : 1))
      .filter(({ username }) => after === null || username > after);
    return accept({ people: listed.map((person) => personItem(person, hour)), next: null, removed });
  },
  "people.read": ({ people, requests, hour }, { person: named }) => {
    const person = people.find(({ id, username }) => id === named || username === named);
    if (person === undefined) return NOT_FOUND;
    const signed = requests.find(
      ({ approver, reason, status }) =>
        approver === person.username && (status === "approved" || reason !== ""),
    );
    return accept(personPage(person, hour, signed?.decidedAt ?? null));
  },
  "webhooks.read": ({ webhooks, projects }) =>
    accept({ webhooks: webhooks.map(({ item }) => item), projects, newId: "", isFull: false }),
  "webhook.read": (company, { webhook: id }) => {
    const found = webhookNamed(company, id);
    if (found === undefined) return NOT_FOUND;
    const latest = found.deliveries.slice(0, LATEST_DELIVERY_ITEMS).map(({ item }) => item);
    return accept({ webhook: found.item, latest, projects: company.projects, version: "" });
  },
  "deliveries.read": (company, query) => {
    const found = webhookNamed(company, query.webhook);
    if (found === undefined) return NOT_FOUND;
    const items = found.deliveries
      .map(({ item }) => item)
      .filter(({ state }) => query.state === null || state === query.state)
      .filter(({ type }) => query.type === null || type === query.type)
      .filter(({ sequence }) => query.before === null || sequence < query.before);
    const shown = items.slice(0, DELIVERY_PAGE_ITEMS);
    const next = items.length > shown.length ? (shown.at(-1)?.sequence ?? null) : null;
    return accept({ webhook: found.item, query, items: shown, next, version: "" });
  },
  "delivery.read": async (company, { webhook: id, sequence }) => {
    const found = webhookNamed(company, id);
    const page = found && (await demoDelivery(found, sequence, company.shell));
    return page === undefined ? NOT_FOUND : accept(page);
  },
  "figures.read": ({ requests, hour }) => {
    const live = requests.filter(({ key }) => key.project.mode === "live");
    return accept({ ...figuresOf(live, hour), cut: false });
  },
  "usage.read": (company) => accept(usageOf(company)),
  "trail.read": ({ trail }, { before }) => {
    const start = before === null ? 0 : Number(before);
    const shown = Number.isInteger(start) && start >= 0 ? trail.slice(start, start + TRAIL_PAGE_ITEMS) : [];
    const end = start + shown.length;
    return accept({
      items: shown,
      next: shown.length > 0 && end < trail.length ? `${end}` : null,
      version: "",
    });
  },
  "settings.read": ({ shell }) => accept(settingsOf(shell.organisation)),
};

/** Whether the demo console has a page for this act. */
export function hasDemoAct(name: ActName): boolean {
  return ACTS[name] !== undefined;
}

export async function demoAct(company: DemoCompany, name: ActName, input: unknown): Promise<Result<unknown>> {
  const act = ACTS[name] as ((of: DemoCompany, with_: unknown) => Promise<Result<unknown>>) | undefined;
  return act === undefined ? NOT_FOUND : act(company, input);
}

function webhookNamed({ webhooks }: DemoCompany, id: string): DemoWebhook | undefined {
  return webhooks.find(({ item }) => item.id === id);
}

function settingsOf(name: string): Settings {
  return {
    name,
    timeZone: DEMO_ZONE,
    defaultExpirySeconds: 4 * (HOUR / 1_000),
    retentionDays: null,
    securityContact: "security@fernhill.example",
  };
}

function usageOf({ shell: { plan }, hour, people, projects, requests }: DemoCompany): UsageData {
  const month = monthOf(hour);
  const live = requests.filter(({ key }) => key.project.mode === "live");
  const months = [...new Set([month, monthOf(hour - AGE_DAYS * DAY)])].map((one) => ({
    month: one,
    approvals: live.filter(({ createdAt }) => monthOf(createdAt) === one).length,
  }));
  const use = {
    members: people.filter(({ role, state }) => isMember(role) && state !== "removed").length,
    approvals: months[0]?.approvals ?? 0,
  };
  const max = limitsOf(plan);
  const inUse = projects.filter(({ mode, archivedAt }) => mode === "live" && archivedAt === null).length;
  return {
    plan,
    month,
    monthEndsAt: isoTime(nextMonth(month)),
    approvals: { used: use.approvals, included: PLANS[plan].approvals.included, max: max.approvals },
    members: { used: use.members, included: PLANS[plan].members.included, max: max.members },
    projects: { used: inUse, included: max.projects, max: max.projects },
    months: months.filter(({ approvals }) => approvals > 0),
    invoicePreview: invoicePreview(plan, use),
  };
}
