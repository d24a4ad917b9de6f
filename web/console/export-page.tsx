import { PLANS } from "../../src/core/account/plans.ts";
import type { ExportPage } from "../../src/core/pages/export-page-data.ts";
import type { View } from "./layout.tsx";

/** Downloads of everything. */
export const ExportView: View<ExportPage> = ({ data: { table, plan, stream }, shell }) => (
  <>
    <section class="card">
      <h2>Complete history</h2>
      <p>
        Every request, decision and change with its proof, one line of JSON each. Anybody can check it against
        the public log, without trusting us:
      </p>
      <pre class="command">{`countersign audit countersign-history.ndjson --log ${shell.origin}/log --policy log-policy.txt --tenant ${stream ?? "<organisation id>"}`}</pre>
      <p class="quiet">
        The file contains what was asked and who signed, and the key that finds your entries in the log. Keep
        it as safe as your own records.
      </p>
      <p>
        <a class="button primary" href="/console/export/history" download="countersign-history.ndjson">
          Download the history
        </a>
      </p>
    </section>
    <section class="card">
      <h2>Table for spreadsheets</h2>
      <p>
        One line for each request: who asked, who decided, when. It has no content and proves nothing by
        itself.
      </p>
      {table ? (
        <p>
          <a class="button" href="/console/export/table" download="countersign-requests.csv">
            Download the table
          </a>
        </p>
      ) : (
        <p class="quiet">
          The plan {PLANS[plan].title} does not have it. <a href="/console/usage">Look at the plans</a>
        </p>
      )}
    </section>
  </>
);
