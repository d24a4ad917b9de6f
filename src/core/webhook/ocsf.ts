import { isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";
import { eventData, type ReportedEvent } from "./body.ts";
import { eventText, type WebhookEventType } from "./event-types.ts";

// The same events as a SIEM reads them: one JSON object of the Open Cybersecurity Schema Framework for each delivery.
// Requests, policies and the organisation are managed entities (class 3004). A passkey is an authentication factor of
// a person (class 3001). What the schema has no attribute for is in `unmapped`.

const OCSF_VERSION = "1.8.0";
/** Without its version: a replay after an upgrade must have the same bytes. */
const PRODUCT = { name: "Countersign", vendor_name: "Countersign" };

const IDENTITY_AND_ACCESS = { category_uid: 3, category_name: "Identity & Access Management" };
const CLASSES = {
  entity: { class_uid: 3004, class_name: "Entity Management" },
  account: { class_uid: 3001, class_name: "Account Change" },
} as const;

const SEVERITIES = { 1: "Informational", 2: "Low", 3: "Medium", 4: "High" } as const;
const SUCCESS = { status_id: 1, status: "Success" };

interface Mapping {
  readonly class: keyof typeof CLASSES;
  /** Its number in the class, and the caption that belongs to the number; 99 has a caption of its own. */
  readonly activity: readonly [number, string];
  readonly severity: keyof typeof SEVERITIES;
  readonly about: "request" | "passkey" | "policy" | "organisation" | "webhook";
}

const CREATE = [1, "Create"] as const;
const UPDATE = [3, "Update"] as const;
const ofRequest = (activity: Mapping["activity"]) =>
  ({ class: "entity", activity, severity: 1, about: "request" }) as const;
const ofPasskey = (activity: Mapping["activity"]) =>
  ({ class: "account", activity, severity: 2, about: "passkey" }) as const;

const MAPPINGS: Readonly<Record<WebhookEventType, Mapping>> = {
  "confirmation.created": ofRequest(CREATE),
  "confirmation.approved": ofRequest(UPDATE),
  "confirmation.rejected": ofRequest(UPDATE),
  "confirmation.expired": ofRequest(UPDATE),
  "confirmation.cancelled": ofRequest(UPDATE),
  "confirmation.consumed": ofRequest(UPDATE),
  "confirmation.escalated": ofRequest(UPDATE),
  "confirmation.stage_opened": ofRequest(UPDATE),
  "credential.endorsed": ofPasskey([10, "MFA Factor Enable"]),
  "credential.revoked": ofPasskey([11, "MFA Factor Disable"]),
  "policy.changed": { class: "entity", activity: UPDATE, severity: 2, about: "policy" },
  "quota.warning": { class: "entity", activity: [99, "Quota Warning"], severity: 3, about: "organisation" },
  "organisation.deleted": { class: "entity", activity: [4, "Delete"], severity: 4, about: "organisation" },
  "webhook.test": { class: "entity", activity: [99, "Test"], severity: 1, about: "webhook" },
};

/** An emergency approval is to be looked at: one person approved alone. */
const BREAK_GLASS = { severity: 4, note: ", by one person alone in an emergency" } as const;

/** `organisation` is the id of the organisation; null if the service has already forgotten it. */
export function ocsfBody(event: ReportedEvent, origin: string, organisation: string | null): string {
  const { eventId, type, at, sequence } = event;
  const mapping = MAPPINGS[type];
  const data = eventData(event, origin);
  // The event of its deletion says which one it was.
  const tenant = organisation ?? data["organisation"] ?? "";
  const isEmergency = data["breakGlass"] === true;
  const severity = isEmergency ? BREAK_GLASS.severity : mapping.severity;
  const { class_uid, class_name } = CLASSES[mapping.class];
  const [activity_id, activity_name] = mapping.activity;
  return JSON.stringify({
    ...IDENTITY_AND_ACCESS,
    class_uid,
    class_name,
    activity_id,
    activity_name,
    type_uid: class_uid * 100 + activity_id,
    type_name: `${class_name}: ${activity_name}`,
    severity_id: severity,
    severity: SEVERITIES[severity],
    time: at,
    message: `${eventText(type)}${isEmergency ? BREAK_GLASS.note : ""}.`,
    ...SUCCESS,
    ...(typeof data["status"] === "string" && { status_code: data["status"] }),
    metadata: {
      version: OCSF_VERSION,
      product: PRODUCT,
      uid: eventId,
      event_code: type,
      sequence,
      tenant_uid: tenant,
    },
    ...actorOf(type, data),
    ...subjectOf(mapping, event, data, tenant),
    unmapped: data,
  });
}

/** What the requester does. */
const OF_REQUESTER: ReadonlySet<WebhookEventType> = new Set([
  "confirmation.created",
  "confirmation.consumed",
]);
/** What the service does, because time has passed or because of a count. */
const OF_SERVICE: ReadonlySet<WebhookEventType> = new Set([
  "confirmation.expired",
  "confirmation.escalated",
  "confirmation.stage_opened",
  "quota.warning",
]);

/** Who did it; nothing if the event does not say so. */
function actorOf(type: WebhookEventType, { decidedBy, requester }: JsonObject): JsonObject {
  if (typeof decidedBy === "string") return { actor: { user: { uid: decidedBy } } };
  if (OF_SERVICE.has(type)) return { actor: { app_name: PRODUCT.name } };
  if (!OF_REQUESTER.has(type) || !isJsonObject(requester)) return {};
  const uid = requester["id"] ?? "";
  return { actor: requester["kind"] === "person" ? { user: { uid } } : { app_uid: uid } };
}

function subjectOf(
  { about }: Mapping,
  { subjectId: uid }: ReportedEvent,
  data: JsonObject,
  organisation: JsonValue,
): JsonObject {
  switch (about) {
    case "request":
      return { entity: { type_id: 99, type: "Approval Request", uid } };
    case "policy":
      return { entity: { type_id: 5, type: "Policy", uid, policy: { uid } } };
    case "organisation":
      return { entity: { type_id: 4, type: "Organization", uid: organisation, org: { uid: organisation } } };
    case "webhook":
      return { entity: { type_id: 99, type: "Webhook", uid } };
    case "passkey":
      return {
        user: { uid: data["person"] ?? "" },
        auth_factors: [{ factor_type_id: 10, factor_type: "WebAuthn" }],
      };
  }
}
