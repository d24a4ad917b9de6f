import type { NoticeRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

/** Sends one notice that is claimed, and records what became of it. */
export async function sendNotice(_runtime: Runtime, _store: TenantStore, _notice: NoticeRow): Promise<void> {}
