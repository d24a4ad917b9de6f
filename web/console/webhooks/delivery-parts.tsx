import type {
  AttemptItem,
  DeliveryItem,
  DeliveryStateName,
  WebhookItem,
} from "../../../src/core/pages/sending/webhook-page-data.ts";
import type { Html } from "../html-text.ts";
import { ZoneTime } from "../zone-time.tsx";

export const STATE_TEXTS: Readonly<Record<DeliveryStateName, string>> = {
  waiting: "Waits",
  delivered: "Arrived",
  failed: "Failed",
  held: "Held",
};
const TONES: Readonly<Record<DeliveryStateName, string>> = {
  waiting: "attention",
  delivered: "good",
  failed: "bad",
  held: "",
};

export function DeliveryState({ state }: Pick<DeliveryItem, "state">): Html {
  return <span class={`pill ${TONES[state]}`.trimEnd()}>{STATE_TEXTS[state]}</span>;
}

export function WebhookState({ webhook }: { readonly webhook: WebhookItem }): Html {
  if (webhook.state === "disabled") return <span class="pill bad">Disabled</span>;
  if (webhook.failingSince !== null) return <span class="pill attention">Fails</span>;
  return <span class="pill good">Enabled</span>;
}

export function DeliveryRows({
  webhook,
  items,
  zone,
}: {
  readonly webhook: string;
  readonly items: readonly DeliveryItem[];
  readonly zone: string;
}): Html {
  return (
    <ul class="rows" role="list">
      {items.map((item) => (
        <li>
          <p class="row">
            <a href={`/console/webhooks/${webhook}/deliveries/${item.sequence}`}>{item.type}</a>
            <DeliveryState state={item.state} />
          </p>
          <p class="quiet">
            {`${item.sequence} · `}
            <ZoneTime at={item.at} zone={zone} />
            {item.attempts.length > 0 && ` · ${lastAttempt(item.attempts)}`}
          </p>
        </li>
      ))}
    </ul>
  );
}

function lastAttempt(attempts: readonly AttemptItem[]): string {
  const count = attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`;
  const last = attempts.at(-1);
  return last === undefined ? count : `${count}, ${answerText(last)}`;
}

export function answerText({ status, error }: Pick<AttemptItem, "status" | "error">): string {
  if (status !== null) return `answered ${status}`;
  return error ?? "no answer";
}
