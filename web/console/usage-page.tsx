import {
  allowanceText,
  dollars,
  grouped,
  historyText,
  INVOICE_LINES,
  mostText,
  priceText,
} from "../../src/core/account/amounts.ts";
import { endOfMonth, monthName } from "../../src/core/account/month.ts";
import { PLAN_NAMES, PLANS } from "../../src/core/account/plans.ts";
import type { Share, UsageData } from "../../src/core/pages/usage-data.ts";
import type { Html } from "./html-text.ts";
import type { View } from "./layout.tsx";

/** The plan, what is used of it, and what it would cost. */
export const UsageView: View<UsageData> = ({ data }) => (
  <>
    <p>
      Your plan is <b>{PLANS[data.plan].title}</b>, {atPrice(PLANS[data.plan].cents)}. To change it, write to
      the operator of this service.
    </p>
    <h2>{monthName(data.month)}</h2>
    <ul class="rows usage" role="list">
      <ShareRow name="Approvals" share={data.approvals} />
      <ShareRow name="Members" share={data.members} />
      <ShareRow name="Live projects" share={data.projects} />
    </ul>
    <p class="quiet">
      Each live request counts as one approval, in the month of UTC in which it is created. The next month
      begins on {endOfMonth(data.month)}. Approvers are free: a member is a person with another role.
    </p>
    <Invoice data={data} />
    <Months data={data} />
    <h2>Plans</h2>
    <PlanTable current={data.plan} />
  </>
);

function atPrice(cents: number | null): string {
  return cents === null ? "at a price by agreement" : `${dollars(cents)} a month`;
}

function ShareRow({ name, share: { used, included, max } }: { name: string; share: Share }): Html {
  const id = name.toLowerCase().replace(" ", "-");
  const of = included === null ? "no limit" : `of ${grouped(included)}${max === null ? " included" : ""}`;
  return (
    <li>
      <p id={id}>
        <b>{name}</b>: {grouped(used)} {of}
      </p>
      {included !== null && (
        <meter aria-labelledby={id} min={0} max={included} high={included * 0.8} value={used}></meter>
      )}
    </li>
  );
}

function Invoice({ data: { invoicePreview, month } }: { readonly data: UsageData }): Html {
  return (
    <>
      <h2>Invoice preview</h2>
      <p class="quiet">
        Payment is not switched on yet: nothing is charged. This is what {monthName(month)} would cost so far.
      </p>
      {invoicePreview === null ? (
        <p>The price is by agreement.</p>
      ) : (
        <div class="wide" role="region" aria-label="Invoice preview" tabindex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Item</th>
                <th scope="col">Quantity</th>
                <th scope="col">Price</th>
                <th scope="col">Sum</th>
              </tr>
            </thead>
            <tbody>
              {invoicePreview.lines.map(({ name, quantity, unitCents, cents }) => (
                <tr>
                  <th scope="row">{INVOICE_LINES[name]}</th>
                  <td>{grouped(quantity)}</td>
                  <td>{dollars(unitCents)}</td>
                  <td>{dollars(cents)}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                <td></td>
                <td></td>
                <td>{dollars(invoicePreview.totalCents)}</td>
              </tr>
            </tfoot>
          </table>
        </div>
      )}
    </>
  );
}

function Months({ data: { months, month } }: { readonly data: UsageData }): Html {
  const earlier = months.filter((one) => one.month !== month);
  if (earlier.length === 0) return <></>;
  return (
    <>
      <h2>Earlier months</h2>
      <div class="wide" role="region" aria-label="Earlier months" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Month</th>
              <th scope="col">Approvals</th>
            </tr>
          </thead>
          <tbody>
            {earlier.map((one) => (
              <tr>
                <th scope="row">{monthName(one.month)}</th>
                <td>{grouped(one.approvals)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function PlanTable({ current }: { readonly current: UsageData["plan"] }): Html {
  return (
    <div class="wide" role="region" aria-label="Plans" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Plan</th>
            {[
              "A month",
              "Live projects",
              "Members",
              "Approvals a month",
              "History",
              "Table for spreadsheets",
            ].map((title) => (
              <th scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {PLAN_NAMES.map((name) => {
            const { title, cents, projects, members, approvals, historyDays, canExport } = PLANS[name];
            return (
              <tr aria-current={name === current ? "true" : undefined}>
                <th scope="row">
                  {title}
                  {name === current && " (yours)"}
                </th>
                <td>{priceText(cents)}</td>
                <td>{mostText(projects)}</td>
                <td>{allowanceText(members)}</td>
                <td>{allowanceText(approvals)}</td>
                <td>{historyText(historyDays)}</td>
                <td>{canExport ? "yes" : "no"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
