import type { KeyItem } from "../../../src/core/pages/project-page-data.ts";
import type { Html } from "../html-text.ts";
import { ZoneTime } from "../zone-time.tsx";

export const STATE_TEXTS = {
  active: "Works",
  waiting: "Waits for a signature",
  expired: "Has ended",
  revoked: "Revoked",
} as const satisfies Record<KeyItem["state"], string>;

export function KeyRows({ keys, zone }: { readonly keys: readonly KeyItem[]; readonly zone: string }): Html {
  return (
    <ul class="rows" role="list">
      {keys.map((key) => (
        <li>
          <p>
            <a href={`/console/keys/${key.id}`}>
              <bdi>{key.label}</bdi>
            </a>{" "}
            {key.agent && <span class="pill">Agent</span>}{" "}
            {key.state === "waiting" && <span class="pill">{STATE_TEXTS.waiting}</span>}
          </p>
          <p class="quiet">
            <code>{key.prefix}</code> · {key.scopes.join(", ")}
          </p>
          <p class="quiet">
            <LastUse key_={key} zone={zone} />
            {endOf(key) !== null && (
              <>
                {" · "}
                {key.state === "active" || key.state === "waiting" ? "ends " : "ended "}
                <ZoneTime at={endOf(key) ?? ""} zone={zone} />
              </>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

export function LastUse({ key_, zone }: { readonly key_: KeyItem; readonly zone: string }): Html {
  if (key_.lastUsedAt === null) return <>Never used</>;
  return (
    <>
      Last used <ZoneTime at={key_.lastUsedAt} zone={zone} />
    </>
  );
}

function endOf({ expiresAt, revokedAt }: KeyItem): string | null {
  return revokedAt ?? expiresAt;
}
