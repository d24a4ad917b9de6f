import { dollars } from "../../src/core/account/amounts.ts";
import type { Html } from "../console/html-text.ts";

/** What a plan costs, on its card. Null: by agreement. */
export function PlanPrice({ cents }: { readonly cents: number | null }): Html {
  return (
    <p class="price">
      {cents === null ? "By agreement" : dollars(cents)}
      {cents !== null && <span class="quiet"> a month</span>}
    </p>
  );
}
