import { isoTime } from "../../app/runtime.ts";
import { confirmationEvent } from "../../app/sending/confirmation-event.ts";
import { bytesOf, demoId, numberOf, DAY, HOUR } from "./demo-time.ts";
import { standardBody, type ReportedEvent } from "../../core/webhook/body.ts";
import { REPORTED_TYPES, type ReportedType } from "../../core/webhook/event-types.ts";
import { ocsfBody } from "../../core/webhook/ocsf.ts";
import { signatureHeaders } from "../../core/webhook/signature.ts";
import type { ProjectItem } from "../../core/pages/project-page-data.ts";
import type {
  AttemptItem,
  DeliveryItem,
  DeliveryPage,
  WebhookItem,
} from "../../core/pages/sending/webhook-page-data.ts";
import type { DemoRequest } from "./demo-requests.ts";

// The webhooks of the example company, and what was sent to them.

export interface DemoWebhook {
  readonly item: WebhookItem;
  /** The newest first. */
  readonly deliveries: readonly { readonly event: ReportedEvent; readonly item: DeliveryItem }[];
}

interface Sample {
  readonly name: string;
  readonly url: string;
  readonly format: WebhookItem["format"];
  readonly project: string | null;
  readonly events: readonly ReportedType[];
  readonly daysAgo: number;
  /** Since when its receiver does not answer, and when it was disabled for that. */
  readonly failing?: { readonly daysAgo: number; readonly disabledDaysAgo: number };
}

const OUTCOMES = ["confirmation.approved", "confirmation.rejected", "confirmation.expired"] as const;

const SAMPLES: readonly Sample[] = [
  {
    name: "Payout service",
    url: "https://payouts.fernhill.example/hooks/countersign",
    format: "standard",
    project: "Payments",
    events: [...OUTCOMES, "confirmation.consumed"],
    daysAgo: 24,
  },
  {
    name: "SIEM",
    url: "https://siem.fernhill.example/collect",
    format: "ocsf",
    project: null,
    events: REPORTED_TYPES,
    daysAgo: 21,
  },
  {
    name: "Deploy chat bot",
    url: "https://bot.fernhill.example/deploys",
    format: "standard",
    project: "Production",
    events: OUTCOMES,
    daysAgo: 23,
    failing: { daysAgo: 12, disabledDaysAgo: 7 },
  },
];

export function demoWebhooks(
  hour: number,
  projects: readonly ProjectItem[],
  requests: readonly DemoRequest[],
): readonly DemoWebhook[] {
  return SAMPLES.map((sample) => {
    const project = projects.find(({ name }) => name === sample.project);
    const item = webhookItem(sample, project, hour);
    const events = requests
      .filter(({ key }) => sample.project === null || key.project.id === project?.id)
      .flatMap(eventsOf)
      .filter(({ type, at }) => sample.events.includes(type) && at >= Date.parse(item.createdAt))
      .toSorted((one, other) => one.at - other.at);
    const deliveries = events.map(({ type, ...event }, at) => {
      const reported = { ...event, type, sequence: at + 1 };
      return { event: reported, item: deliveryItem(reported, item) };
    });
    return { item, deliveries: deliveries.toReversed() };
  });
}

function webhookItem(sample: Sample, project: ProjectItem | undefined, hour: number): WebhookItem {
  const { name, url, format, events, daysAgo, failing } = sample;
  return {
    id: demoId("w", name),
    name,
    url,
    format,
    events,
    project: project === undefined ? null : { id: project.id, name: project.name, mode: project.mode },
    createdAt: isoTime(hour - daysAgo * DAY),
    state: failing === undefined ? "enabled" : "disabled",
    disabledAt: failing === undefined ? null : isoTime(hour - failing.disabledDaysAgo * DAY),
    disabledBecause: failing === undefined ? null : "failing",
    failingSince: failing === undefined ? null : isoTime(hour - failing.daysAgo * DAY),
    rotatesUntil: null,
  };
}

type Event = Omit<ReportedEvent, "sequence" | "type"> & { readonly type: ReportedType };

function eventsOf(request: DemoRequest): readonly Event[] {
  const { createdAt, decidedAt, usedAt, status } = request;
  const event = (type: ReportedType, at: number, now: DemoRequest["status"]): Event => {
    const { project, id: requesterId } = request.key;
    const about = {
      id: request.id,
      type: "decision" as const,
      payloadHash: request.payload.hash,
      projectId: project.id,
      projectName: project.name,
      projectMode: project.mode,
      requesterKind: "key" as const,
      requesterId,
      status: now,
    };
    const { eventId, subjectId, data } = confirmationEvent(type, about, {
      id: demoId("s", `${request.id} ${type}`),
      at,
    });
    return { eventId, subjectId, data, type, at };
  };
  return [
    event("confirmation.created", createdAt, "pending"),
    ...(status === "pending" || decidedAt === null
      ? []
      : [event(`confirmation.${status}`, decidedAt, status)]),
    ...(usedAt === null ? [] : [event("confirmation.consumed", usedAt, status)]),
  ];
}

/** Most arrive at once, a few at the second attempt. A receiver that does not answer gets what the ladder allows. */
function deliveryItem(event: ReportedEvent, webhook: WebhookItem): DeliveryItem {
  const { eventId, type, at, sequence, subjectId } = event;
  const { disabledAt, failingSince } = webhook;
  const isHeld = disabledAt !== null && at >= Date.parse(disabledAt);
  const hasFailed = !isHeld && failingSince !== null && at >= Date.parse(failingSince);
  return {
    sequence,
    eventId,
    type,
    at: isoTime(at),
    subject: subjectId,
    state: isHeld ? "held" : hasFailed ? "failed" : "delivered",
    dueAt: null,
    attempts: isHeld ? [] : hasFailed ? FAILED.map((after) => attempt(at + after, null)) : arrived(event),
  };
}

const FAILED = [1_000, 6_000, 5 * 60_000, 35 * 60_000, 2.5 * HOUR, 7.5 * HOUR];

function arrived({ at, eventId }: ReportedEvent): readonly AttemptItem[] {
  const isSecond = numberOf(`attempt ${eventId}`, 12) === 0;
  return isSecond
    ? [attempt(at + 1_000, 503), attempt(at + 6_000, 200)]
    : [attempt(at + 700 + numberOf(`wait ${eventId}`, 900), 200)];
}

function attempt(at: number, status: number | null): AttemptItem {
  const milliseconds = status === null ? 15_000 : 60 + numberOf(`took ${at}`, 240);
  return { at: isoTime(at), status, milliseconds, error: status === null ? "no answer within 15 s" : null };
}

/** What was sent: the body as the product makes it, signed with secrets that nobody uses. */
export async function demoDelivery(
  { item: webhook, deliveries }: DemoWebhook,
  sequence: number,
  { origin, stream }: { readonly origin: string; readonly stream: string | null },
): Promise<DeliveryPage | undefined> {
  const found = deliveries.find(({ item }) => item.sequence === sequence);
  if (found === undefined) return undefined;
  const { event, item: delivery } = found;
  const body = webhook.format === "standard" ? standardBody(event, origin) : ocsfBody(event, origin, stream);
  const last = delivery.attempts.at(-1);
  const secrets = { hmac: bytesOf(`${webhook.id} secret`), ed25519Seed: bytesOf(`${webhook.id} seed`) };
  const signed =
    last === undefined
      ? null
      : await signatureHeaders({ id: event.eventId, at: Date.parse(last.at), body }, [secrets]);
  const headers = { "content-type": "application/json", "user-agent": "Countersign", ...signed };
  return { webhook, delivery, headers: signed === null ? null : Object.entries(headers), body, version: "" };
}
