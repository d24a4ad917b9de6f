import { openPage } from "./open-page.ts";
import { renewSubscription } from "./renew-subscription.ts";
import { showNotice } from "./show-notice.ts";
import type { WorkerScope } from "./worker-scope.ts";

// Shows notices while no page is open. It has no handler for `fetch`, so it can never change what a page loads, and a
// new version can start at once.

const scope = self as unknown as WorkerScope;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));

scope.addEventListener("push", (event) =>
  event.waitUntil(showNotice(scope.registration, event.data?.text() ?? "")),
);

scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(scope.clients, event.notification));
});

scope.addEventListener("pushsubscriptionchange", (event) =>
  event.waitUntil(renewSubscription(scope.registration, event.oldSubscription ?? null)),
);
