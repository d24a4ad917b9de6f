import { dollars, mostText } from "../../../src/core/account/amounts.ts";
import { PLANS, type InvoicePreview } from "../../../src/core/account/plans.ts";
import type { Html } from "../../console/html-text.ts";
import type { Calculation, Field, PlanCost } from "./plan-calculator.ts";

/** A plain form: the server computes the answer with the function that computes invoices. */
export function Calculator({ calculation }: { readonly calculation: Calculation }): Html {
  const { members, approvals, costs, cheapest } = calculation;
  return (
    <section id="calculator" aria-labelledby="calculator-title">
      <h2 id="calculator-title">What would a month cost?</h2>
      <form class="calculator" action="/pricing#calculator" method="get">
        <NumberField name="members" label="Members" field={members} />
        <NumberField name="approvals" label="Approvals a month" field={approvals} />
        <button class="primary" type="submit">
          Calculate
        </button>
      </form>
      {costs === null ? (
        <p class="quiet" role="status">
          Nothing was calculated: correct the field above.
        </p>
      ) : (
        <div class="wide" role="region" aria-label="Cost of a month on each plan" tabindex={0}>
          <table class="costs">
            <thead>
              <tr>
                <th scope="col">Plan</th>
                <th scope="col">A month</th>
                <th scope="col">Price</th>
                <th scope="col">Further members</th>
                <th scope="col">Further approvals</th>
              </tr>
            </thead>
            <tbody>
              {costs.map((cost) => (
                <CostRow cost={cost} isCheapest={cost.name === cheapest} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface NumberFieldProps {
  readonly name: string;
  readonly label: string;
  readonly field: Field;
}

function NumberField({ name, label, field: { text, fault } }: NumberFieldProps): Html {
  const isWrong = fault !== "";
  return (
    <div>
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        inputmode="numeric"
        autocomplete="off"
        maxlength={20}
        value={text}
        aria-invalid={isWrong ? "true" : undefined}
        aria-describedby={isWrong ? `${name}-fault` : undefined}
      />
      {isWrong && (
        <p class="fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

function CostRow({ cost, isCheapest }: { readonly cost: PlanCost; readonly isCheapest: boolean }): Html {
  const { name, invoice } = cost;
  return (
    <tr class={isCheapest ? "cheapest" : undefined}>
      <th scope="row">
        {PLANS[name].title}
        {isCheapest && <span class="pill good">lowest price</span>}
      </th>
      {invoice === null ? (
        <td colspan={4}>{whyNot(cost)}</td>
      ) : (
        <>
          <td>
            <b>{dollars(invoice.totalCents)}</b>
          </td>
          <td>{lineText(invoice, "plan")}</td>
          <td>{lineText(invoice, "members")}</td>
          <td>{lineText(invoice, "approvals")}</td>
        </>
      )}
    </tr>
  );
}

function whyNot({ name, beyond }: PlanCost): string {
  if (beyond === "") return "by agreement";
  const { included } = PLANS[name][beyond];
  return `at most ${mostText(included)} ${beyond === "members" ? "members" : "approvals a month"}`;
}

function lineText({ lines }: InvoicePreview, name: "plan" | "members" | "approvals"): string {
  const line = lines.find((one) => one.name === name);
  if (line === undefined) return "–";
  return line.quantity === 1 ? dollars(line.cents) : `${line.quantity} × ${dollars(line.unitCents)}`;
}
