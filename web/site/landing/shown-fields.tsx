import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { writtenOrder } from "../../../src/core/confirmation/member-order.ts";
import { drawnContent } from "../../../src/core/report/signed-content.ts";
import { Drawn } from "../../console/drawn.tsx";
import type { Html } from "../../console/html-text.ts";
import { textOfTime } from "../../console/zone-time.tsx";
import { layOutMembers } from "../../drawn/lay-out-fields.ts";

/** A payload as a person would see it: laid out by the code of the approval page. */
export function ShownFields({ payload }: { readonly payload: JsonObject }): Html {
  const { lines } = drawnContent(canonicalBytes(payload), writtenOrder(payload), null);
  const timeText = (milliseconds: number): string => textOfTime(new Date(milliseconds).toISOString(), "UTC");
  return (
    <div class="fields">
      <Drawn of={layOutMembers(lines, { timeText, foldState: "" })} />
    </div>
  );
}
