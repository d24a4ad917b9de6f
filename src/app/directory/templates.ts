import type { Template } from "../../core/display/template.ts";
import { templateHash } from "../../core/display/template.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { sealedRecords } from "../../store/stream/outbox.ts";
import { findTemplateOf, templatesInForce } from "../../store/stream/template-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import { requireRealOrganisation } from "../acts/require-right.ts";
import { isoTime, type Runtime } from "../runtime.ts";
import type { ChangeOf } from "./change.ts";
import { directoryOf } from "./directory-of.ts";
import { anyManager } from "./managers.ts";
import { requestChange } from "./request-change.ts";
import { checkTemplateLimit } from "./template-limit.ts";
import { checkWaitingChanges } from "./waiting-changes.ts";

// The templates of an organisation: which requests are drawn how. Somebody who manages people signs for each change.

export interface TemplateInForce {
  readonly template: Template;
  readonly hash: string;
  /** The record of the change that set it: its place in the stream, and in the log. */
  readonly seq: number;
  readonly index: number | null;
  readonly at: string;
}

export async function listTemplates(store: TenantStore): Promise<readonly TemplateInForce[]> {
  const rows = await templatesInForce(store);
  const records = await sealedRecords(
    store,
    rows.map(({ seq }) => seq),
  );
  return rows.map(({ seq, hash, document }) => ({
    template: expectOk(parseJsonText(document)) as Template,
    hash,
    seq,
    index: records.get(seq)?.index ?? null,
    at: isoTime(records.get(seq)?.at ?? 0),
  }));
}

/** Requests that this template draws the action, or none if it is null. Returns the address where it is signed. */
export async function requestTemplate(
  runtime: Runtime,
  store: TenantStore,
  requester: Requester,
  action: string,
  template: Template | null,
): Promise<Result<string>> {
  const allowed = await requireRealOrganisation(store);
  if (!allowed.ok) return allowed;
  const current = await findTemplateOf(store, action);
  if (current === undefined && template === null)
    return refuse(
      "already_decided",
      "this action has no template; check its exact text in GET /api/templates",
    );
  if (template !== null && current?.hash === templateHash(template))
    return refuse("already_decided", "this template is in force already; there is nothing to change");
  const change: ChangeOf<"template.changed"> = {
    v: 1,
    kind: "countersign/change",
    change: "template.changed",
    action,
    template,
  };
  const limit = await checkTemplateLimit(store, change);
  if (!limit.ok) return limit;
  const waiting = await checkWaitingChanges(store, change, runtime.now());
  if (!waiting.ok) return waiting;
  const approver = anyManager(await directoryOf(store), change);
  if (!approver.ok) return approver;
  const request = {
    change,
    action: template === null ? "Stop using the template of one action" : "Use a template for one action",
    requester,
    approver: approver.value,
  };
  return accept(await requestChange(runtime, store, request));
}
