import type { WaitingDocument } from "../../../src/core/pages/policies/policies-page-data.ts";
import type { Shell } from "../../../src/core/pages/console.ts";
import type { Html } from "../html-text.ts";
import { ZoneTime } from "../zone-time.tsx";

/** Changes that are in force once somebody signs them. */
export function WaitingDocuments({
  waiting,
  shell,
}: {
  readonly waiting: readonly WaitingDocument[];
  readonly shell: Shell;
}): Html {
  if (waiting.length === 0) return <></>;
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Waits for a signature</h2>
      <ul class="rows" role="list">
        {waiting.map(({ id, action, requester, asked, expiresAt }) => (
          <li>
            <p>
              <b>
                <bdi>{action}</bdi>
              </b>
            </p>
            <p class="quiet">
              Asked by <bdi>{requester}</bdi>, until <ZoneTime at={expiresAt} zone={shell.timeZone} />. Can be
              signed by <bdi>{asked.join(", ")}</bdi>.
            </p>
            {asked.includes(shell.username) && (
              <p>
                <a class="button small" href={`/approve/${id}`}>
                  Read and sign
                </a>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
