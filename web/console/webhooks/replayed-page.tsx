import { grouped } from "../../../src/core/account/amounts.ts";
import type { Replayed } from "../../../src/core/pages/sending/webhook-page-data.ts";
import type { View } from "../layout.tsx";

/** The answer to a replay: how many are sent again. */
export const ReplayedView: View<Replayed> = ({ data: { webhook, count, hasMore } }) => (
  <>
    <p>
      {count === 0 && "Nothing has to be sent again: no delivery is like this."}
      {count === 1 && "1 delivery is sent again now."}
      {count > 1 && `${grouped(count)} deliveries are sent again now, two at a time.`}
    </p>
    {hasMore && (
      <p class="note">
        There are older ones, which were not looked at: so many are not sent again at once. Once these have
        arrived, send again what did not arrive.
      </p>
    )}
    <p>
      <a class="button small" href={`/console/webhooks/${webhook}/deliveries`}>
        To the deliveries
      </a>
    </p>
  </>
);
