import type { RequestPageData } from "../../../src/core/pages/request-page-data.ts";
import { RequestParts } from "../../console/requests/request-page.tsx";
import type { View } from "../../console/layout.tsx";

/** One request of the demo console. There is no proof, since nobody has signed it. */
export const DemoRequestView: View<RequestPageData> = ({ data, shell }) => (
  <>
    <RequestParts data={data} zone={shell.timeZone} />
    <section aria-labelledby="proof">
      <h2 id="proof">Proof</h2>
      <p>
        Here is the receipt of a real request: a file that proves what was asked and who decided, without
        trusting this service. These requests are generated, so there is none.
      </p>
      <p class="filter-buttons">
        <a class="button small" href="/#demo">
          Get a real one
        </a>
        <a class="button small" href="/docs/verify">
          What a receipt proves
        </a>
      </p>
    </section>
  </>
);
