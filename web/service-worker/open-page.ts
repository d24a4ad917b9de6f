import { sameOriginUrl } from "../common/http.ts";
import type { WorkerScope } from "./worker-scope.ts";

/** Where a notice leads: to a page of ours that is open already, or to a new one. */
export async function openPage(clients: WorkerScope["clients"], { data }: Notification): Promise<void> {
  const { link } = (data ?? {}) as { readonly link?: string };
  const address = sameOriginUrl(link ?? "/inbox") ?? "/inbox";
  const { pathname } = new URL(address, location.href);
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find(({ url }) => new URL(url).pathname === pathname);
  await (open === undefined ? clients.openWindow(address) : open.focus());
}
