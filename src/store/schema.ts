import {
  integer,
  primaryKey,
  sqliteTable,
  text,
  type SQLiteColumnBuilderBase,
} from "drizzle-orm/sqlite-core";
import { PLAN_NAMES } from "../core/account/plans.ts";
import { PROJECT_MODES } from "../core/confirmation/project-mode.ts";
import { CHANNEL_KINDS, CHANNEL_USES, NOTICE_KINDS, REMINDER_PERCENT } from "../core/notice/notice-kinds.ts";
import { CALL_KINDS } from "../core/report/call-figures.ts";
import { CHANGES, ROLES } from "../core/stream/record.ts";

// The same schema as migrations/, which creates the database. A test compares the two.

const VOTES = ["approve", "reject", "break-glass"] as const;

/** Who does things that the audit trail reports. */
const ACTOR_KINDS = ["person", "key", "service", "operator"] as const;

const tenantId = () => text("tenant_id").notNull();
const id = () => text("id").notNull();
const ownId = () => ({ tenantId: tenantId(), id: id() });
/** A table whose rows have an id within their tenant. */
function ownTable<Name extends string, Columns extends Record<string, SQLiteColumnBuilderBase>>(
  name: Name,
  columns: Columns,
) {
  return sqliteTable(name, { ...ownId(), ...columns }, ({ tenantId: tenant, id: own }) => [
    primaryKey({ columns: [tenant, own] }),
  ]);
}
const ofConfirmation = () => ({ tenantId: tenantId(), confirmationId: text("confirmation_id").notNull() });
const createdAt = () => integer("created_at").notNull();

export const tenants = sqliteTable("tenants", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  stream: text("stream"),
  streamKey: text("stream_key").notNull(),
  genesisSalt: text("genesis_salt").notNull(),
  createdAt: createdAt(),
  plan: text("plan", { enum: PLAN_NAMES }).notNull().default("enterprise"),
  timeZone: text("time_zone").notNull().default("UTC"),
  defaultExpirySeconds: integer("default_expiry_seconds").notNull().default(900),
  retentionDays: integer("retention_days"),
  securityContact: text("security_contact").notNull().default(""),
  signupUntil: integer("signup_until"),
  guideDoneAt: integer("guide_done_at"),
  deletedAt: integer("deleted_at"),
  sandboxUntil: integer("sandbox_until"),
});

export const movedTenants = sqliteTable("moved_tenants", {
  ref: text("ref").primaryKey(),
  shard: text("shard").notNull(),
  state: text("state", { enum: ["leaving", "left", "arriving", "staying"] }).notNull(),
  at: integer("at").notNull(),
});

export const projects = ownTable("projects", {
  name: text("name").notNull(),
  createdAt: createdAt(),
  mode: text("mode", { enum: PROJECT_MODES }).notNull().default("live"),
  archivedAt: integer("archived_at"),
  noticeKinds: text("notice_kinds").notNull().default(CHANNEL_KINDS.join(" ")),
  hidesContent: integer("hides_content", { mode: "boolean" }).notNull().default(false),
  reminderPercent: integer("reminder_percent").notNull().default(REMINDER_PERCENT),
});

export const people = ownTable("people", {
  username: text("username").notNull(),
  role: text("role", { enum: ROLES }).notNull(),
  userHandle: text("user_handle").notNull(),
  createdAt: createdAt(),
  removedAt: integer("removed_at"),
});

export const credentials = ownTable("credentials", {
  personId: text("person_id").notNull(),
  label: text("label").notNull(),
  publicKey: text("public_key").notNull(),
  algorithm: integer("algorithm").notNull(),
  signCount: integer("sign_count").notNull(),
  backupEligible: integer("backup_eligible", { mode: "boolean" }).notNull(),
  backedUp: integer("backed_up", { mode: "boolean" }).notNull(),
  transports: text("transports").notNull(),
  createdAt: createdAt(),
  endorsedSeq: integer("endorsed_seq"),
  revokedAt: integer("revoked_at"),
  lastUsedAt: integer("last_used_at"),
  counterRegressedAt: integer("counter_regressed_at"),
});

export const apiKeys = ownTable("api_keys", {
  hash: text("hash").notNull(),
  redacted: text("redacted").notNull(),
  name: text("name").notNull(),
  projectId: text("project_id").notNull(),
  scopes: text("scopes").notNull(),
  personId: text("person_id"),
  agent: integer("agent", { mode: "boolean" }).notNull().default(false),
  createdAt: createdAt(),
  expiresAt: integer("expires_at"),
  revokedAt: integer("revoked_at"),
  lastUsedAt: integer("last_used_at"),
  waiting: integer("waiting", { mode: "boolean" }).notNull().default(false),
  replaces: text("replaces"),
  changeId: text("change_id"),
});

export const enrolments = ownTable("enrolments", {
  secretHash: text("secret_hash").notNull(),
  personId: text("person_id").notNull(),
  createdAt: createdAt(),
  expiresAt: integer("expires_at").notNull(),
  usedAt: integer("used_at"),
  usedBy: text("used_by"),
  recovers: integer("recovers", { mode: "boolean" }).notNull().default(false),
  voidedAt: integer("voided_at"),
  revokedAt: integer("revoked_at"),
  senderKind: text("sender_kind", { enum: ACTOR_KINDS }).notNull().default("operator"),
  senderName: text("sender_name").notNull().default("Operator"),
});

export const sessions = ownTable("sessions", {
  hash: text("hash").notNull(),
  credentialId: text("credential_id").notNull(),
  createdAt: createdAt(),
  expiresAt: integer("expires_at").notNull(),
  revokedAt: integer("revoked_at"),
  elevatedUntil: integer("elevated_until"),
});

export const webauthnChallenges = sqliteTable("webauthn_challenges", {
  challenge: text("challenge").primaryKey(),
  purpose: text("purpose", { enum: ["sign-in", "passkey", "add-passkey", "elevate"] }).notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedBy: text("used_by"),
  personId: text("person_id"),
});

export const callFigures = sqliteTable(
  "call_figures",
  {
    minute: integer("minute").notNull(),
    kind: text("kind", { enum: CALL_KINDS }).notNull(),
    withinMilliseconds: integer("within_milliseconds").notNull(),
    answered: integer("answered").notNull(),
    failed: integer("failed").notNull(),
  },
  (table) => [primaryKey({ columns: [table.minute, table.kind, table.withinMilliseconds] })],
);

export const confirmations = ownTable("confirmations", {
  type: text("type", { enum: ["decision", ...CHANGES] }).notNull(),
  projectId: text("project_id").notNull(),
  projectName: text("project_name").notNull(),
  requesterKind: text("requester_kind", { enum: ["key", "oauth", "person", "service"] }).notNull(),
  requesterId: text("requester_id").notNull(),
  requesterName: text("requester_name").notNull(),
  requesterPerson: text("requester_person"),
  action: text("action").notNull(),
  payloadHash: text("payload_hash").notNull(),
  policyHash: text("policy_hash"),
  metadata: text("metadata"),
  status: text("status", { enum: ["pending", "approved", "rejected", "expired", "cancelled"] }).notNull(),
  version: integer("version").notNull(),
  escalated: integer("escalated").notNull(),
  createdAt: createdAt(),
  expiresAt: integer("expires_at").notNull(),
  dueAt: integer("due_at").notNull(),
  executeWithinMs: integer("execute_within_ms"),
  decidedAt: integer("decided_at"),
  decidedSeq: integer("decided_seq"),
  overriddenBy: text("overridden_by"),
  consumedAt: integer("consumed_at"),
  lockHash: text("lock_hash"),
  dedupeKey: text("dedupe_key"),
  deliveredAt: integer("delivered_at"),
  approverId: text("approver_id"),
  policy: text("policy"),
  payload: text("payload").notNull(),
  displayOrder: text("display_order").notNull().default("[]"),
  templateHash: text("template_hash"),
  telling: text("telling"),
  projectMode: text("project_mode", { enum: PROJECT_MODES }).notNull().default("live"),
  erasedAt: integer("erased_at"),
  policyName: text("policy_name"),
});

export const audience = sqliteTable(
  "audience",
  {
    tenantId: tenantId(),
    personId: text("person_id").notNull(),
    confirmationId: text("confirmation_id").notNull(),
    askedAt: integer("asked_at"),
    overAt: integer("over_at"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.personId, table.confirmationId] })],
);

export const idempotency = sqliteTable(
  "idempotency",
  {
    tenantId: tenantId(),
    keyId: text("key_id").notNull(),
    name: text("name").notNull(),
    operation: text("operation").notNull(),
    requestHash: text("request_hash").notNull(),
    confirmationId: text("confirmation_id").notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.keyId, table.operation, table.name] })],
);

export const ceremonies = ownTable("ceremonies", {
  confirmationId: text("confirmation_id").notNull(),
  personId: text("person_id").notNull(),
  salt: text("salt").notNull(),
  issuedAt: integer("issued_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedBy: text("used_by"),
  usedAt: integer("used_at"),
  stage: integer("stage").notNull(),
});

export const openings = sqliteTable(
  "openings",
  { ...ofConfirmation(), personId: text("person_id").notNull(), at: integer("at").notNull() },
  (table) => [primaryKey({ columns: [table.tenantId, table.confirmationId, table.personId] })],
);

export const steps = sqliteTable(
  "steps",
  {
    ...ofConfirmation(),
    n: integer("n").notNull(),
    id: id(),
    type: text("type", { enum: [...VOTES, "cancel", "expire", "escalate", "consume"] }).notNull(),
    at: integer("at").notNull(),
    personId: text("person_id"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.confirmationId, table.n] })],
);

export const votes = sqliteTable(
  "votes",
  {
    ...ofConfirmation(),
    personId: text("person_id").notNull(),
    stepId: text("step_id").notNull(),
    vote: text("vote", { enum: VOTES }).notNull(),
    at: integer("at").notNull(),
    credentialId: text("credential_id").notNull(),
    statement: text("statement").notNull(),
    assertion: text("assertion").notNull(),
    assertionHash: text("assertion_hash").notNull(),
    endedSeq: integer("ended_seq"),
    stage: integer("stage").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.confirmationId, table.personId] })],
);

export const outbox = sqliteTable(
  "outbox",
  {
    tenantId: tenantId(),
    seq: integer("seq").notNull(),
    stepId: text("step_id"),
    confirmationId: text("confirmation_id"),
    type: text("type", { enum: ["stream.created", "decision", ...CHANGES, "consumed", "erased"] }).notNull(),
    outcome: text("outcome", { enum: ["approved", "rejected", "expired", "cancelled", "break-glass"] }),
    at: integer("at").notNull(),
    directorySeq: integer("directory_seq").notNull(),
    entrySalt: text("entry_salt").notNull(),
    payloadSalt: text("payload_salt").notNull(),
    body: text("body"),
    index: integer("idx"),
    commitment: text("commitment"),
    erasedSeq: integer("erased_seq"),
    label: text("label"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.seq] })],
);

export const reveals = sqliteTable(
  "reveals",
  { ...ofConfirmation(), seq: integer("seq").notNull(), withdrawnAt: integer("withdrawn_at") },
  (table) => [primaryKey({ columns: [table.tenantId, table.seq] })],
);

export const templates = sqliteTable(
  "templates",
  {
    tenantId: tenantId(),
    seq: integer("seq").notNull(),
    action: text("action").notNull(),
    hash: text("hash").notNull(),
    document: text("document").notNull(),
    endedSeq: integer("ended_seq"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.seq] })],
);

export const documents = sqliteTable(
  "documents",
  {
    tenantId: tenantId(),
    seq: integer("seq").notNull(),
    kind: text("kind", { enum: ["group", "policy", "rules"] }).notNull(),
    name: text("name").notNull(),
    hash: text("hash").notNull(),
    document: text("document").notNull(),
    endedSeq: integer("ended_seq"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.seq] })],
);

export const retention = sqliteTable(
  "retention",
  {
    tenantId: tenantId(),
    days: integer("days"),
    erasesAt: integer("erases_at"),
    month: text("month"),
    nextSeq: integer("next_seq").notNull(),
    batch: text("batch"),
    dueAt: integer("due_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId] })],
);

export const events = ownTable("events", {
  type: text("type", { enum: ["verifier_disagreement", "signature_counter_regression"] }).notNull(),
  at: integer("at").notNull(),
  personId: text("person_id").notNull(),
  credentialId: text("credential_id").notNull(),
  confirmationId: text("confirmation_id"),
  detail: text("detail").notNull(),
});

export const trail = ownTable("trail", {
  at: integer("at").notNull(),
  actorKind: text("actor_kind", { enum: ACTOR_KINDS }).notNull(),
  actorId: text("actor_id").notNull(),
  actorName: text("actor_name").notNull(),
  act: text("act").notNull(),
  subjectId: text("subject_id").notNull(),
  subjectName: text("subject_name").notNull(),
  detail: text("detail").notNull(),
  place: text("place").notNull(),
});

export const usage = sqliteTable(
  "usage",
  { tenantId: tenantId(), month: text("month").notNull(), requests: integer("requests").notNull() },
  (table) => [primaryKey({ columns: [table.tenantId, table.month] })],
);

export const webhooks = ownTable("webhooks", {
  projectId: text("project_id"),
  name: text("name").notNull(),
  url: text("url").notNull(),
  format: text("format", { enum: ["standard", "ocsf"] }).notNull(),
  events: text("events").notNull(),
  createdAt: createdAt(),
  secretNumber: integer("secret_number").notNull().default(1),
  previousUntil: integer("previous_until"),
  failingSince: integer("failing_since"),
  disabledAt: integer("disabled_at"),
  disabledBecause: text("disabled_because", { enum: ["gone", "failing", "person"] }),
  removedAt: integer("removed_at"),
});

export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    tenantId: tenantId(),
    webhookId: text("webhook_id").notNull(),
    sequence: integer("sequence").notNull(),
    eventId: text("event_id").notNull(),
    type: text("type").notNull(),
    at: integer("at").notNull(),
    subjectId: text("subject_id").notNull(),
    data: text("data").notNull(),
    dueAt: integer("due_at"),
    attempts: integer("attempts").notNull().default(0),
    state: text("state", { enum: ["waiting", "delivered", "failed", "held"] }).notNull(),
    tries: text("tries").notNull().default("[]"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.webhookId, table.sequence] })],
);

export const channels = ownTable("channels", {
  personId: text("person_id"),
  projectId: text("project_id"),
  kind: text("kind", { enum: CHANNEL_KINDS }).notNull(),
  name: text("name").notNull(),
  address: text("address").notNull(),
  keys: text("keys"),
  use: text("use", { enum: CHANNEL_USES }).notNull().default("default"),
  createdAt: createdAt(),
  verifiedAt: integer("verified_at"),
  endedAt: integer("ended_at"),
  endedBecause: text("ended_because", { enum: ["removed", "gone", "unsubscribed"] }),
  linkedAt: integer("linked_at"),
  links: integer("links").notNull().default(0),
});

export const noticeSettings = sqliteTable(
  "notice_settings",
  {
    tenantId: tenantId(),
    personId: text("person_id").notNull(),
    quietFrom: integer("quiet_from"),
    quietUntil: integer("quiet_until"),
    timeZone: text("time_zone").notNull(),
    pausedUntil: integer("paused_until"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.personId] })],
);

export const notices = sqliteTable(
  "notices",
  {
    ...ofConfirmation(),
    channelId: text("channel_id").notNull(),
    kind: text("kind", { enum: NOTICE_KINDS }).notNull(),
    personId: text("person_id"),
    at: integer("at").notNull(),
    dueAt: integer("due_at"),
    attempts: integer("attempts").notNull().default(0),
    state: text("state", { enum: ["waiting", "held", "sent", "digested", "skipped", "failed"] }).notNull(),
    sentAt: integer("sent_at"),
    error: text("error"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.confirmationId, table.channelId, table.kind] })],
);
