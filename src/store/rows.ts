import type {
  apiKeys,
  ceremonies,
  channels,
  confirmations,
  credentials,
  enrolments,
  events,
  movedTenants,
  notices,
  noticeSettings,
  openings,
  outbox,
  people,
  projects,
  retention,
  sessions,
  steps,
  documents,
  templates,
  tenants,
  trail,
  usage,
  votes,
  webhookDeliveries,
  webhooks,
} from "./schema.ts";

export type MovedTenant = typeof movedTenants.$inferSelect;
export type Tenant = typeof tenants.$inferSelect;
/** What it does not name has the default of its column. */
export type NewTenant = typeof tenants.$inferInsert;
export type PersonRow = typeof people.$inferSelect;
export type CredentialRow = typeof credentials.$inferSelect;
export type EnrolmentRow = typeof enrolments.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;
export type ProjectRow = typeof projects.$inferSelect;
export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type ConfirmationRow = typeof confirmations.$inferSelect;
/** Its insertion chooses the template. */
export type NewConfirmationRow = Omit<ConfirmationRow, "templateHash">;
export type CeremonyRow = typeof ceremonies.$inferSelect;
export type OpeningRow = typeof openings.$inferSelect;
export type StepRow = typeof steps.$inferSelect;
export type VoteRow = typeof votes.$inferSelect;
export type OutboxRow = typeof outbox.$inferSelect;
export type RetentionRow = typeof retention.$inferSelect;
export type TemplateRow = typeof templates.$inferSelect;
export type DocumentRow = typeof documents.$inferSelect;
export type TrailRow = typeof trail.$inferSelect;
export type UsageRow = typeof usage.$inferSelect;
export type EventRow = typeof events.$inferSelect;
export type WebhookRow = typeof webhooks.$inferSelect;
export type DeliveryRow = typeof webhookDeliveries.$inferSelect;
export type ChannelRow = typeof channels.$inferSelect;
export type NoticeSettingsRow = typeof noticeSettings.$inferSelect;
export type NoticeRow = typeof notices.$inferSelect;

/** An API key with its project. */
export interface KeyRows {
  readonly key: ApiKeyRow;
  readonly project: ProjectRow;
}

/** A session with its passkey and person. */
export interface SessionRows {
  readonly session: SessionRow;
  readonly passkey: CredentialRow;
  readonly person: PersonRow;
}

/** A confirmation with the rows that belong to it. */
export interface ConfirmationRows {
  readonly row: ConfirmationRow;
  readonly votes: readonly VoteRow[];
  readonly audience: readonly PersonRow[];
  /** Its records in the stream, in their order. */
  readonly records: readonly OutboxRow[];
}

/** What a change of the directory is judged by, and a policy chosen. */
export interface DirectoryRows {
  readonly people: readonly PersonRow[];
  readonly passkeys: readonly CredentialRow[];
  readonly documents: readonly DocumentRow[];
}

/** With the last change, which may not be sealed. Then the others lack some of its effects. */
export interface DatedDirectoryRows extends DirectoryRows {
  readonly last: OutboxRow;
}
