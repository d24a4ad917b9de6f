import { grouped } from "../../../src/core/account/amounts.ts";
import { monthName } from "../../../src/core/account/month.ts";
import { PLANS } from "../../../src/core/account/plans.ts";
import { roleHas } from "../../../src/core/account/rights.ts";
import { COUNTED_MAX, type StartPage } from "../../../src/core/pages/start-page-data.ts";
import { FormFault } from "../form-parts.tsx";
import { Fact } from "../fact.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { GuideSteps } from "./guide-steps.tsx";

/** The first page of the console. */
export const StartView: View<StartPage> = ({ data, shell, sent }) => (
  <>
    <FormFault sent={sent} />
    {data.guide !== null && roleHas(shell.role, "keys.change") && (
      <>
        <GuideSteps guide={data.guide} shell={shell} />
        <h2>Overview</h2>
      </>
    )}
    <Overview data={data} />
  </>
);

function Overview({ data }: { readonly data: StartPage }): Html {
  const { pending, people, projects, approvals, plan, month } = data;
  return (
    <dl>
      <Fact name="Pending requests">
        <a href="/console/requests?status=pending">{counted(pending)}</a>
      </Fact>
      <Fact name="Projects">
        <a href="/console/projects">{grouped(projects.used)}</a>
      </Fact>
      <Fact name="People">
        <a href="/console/people">{counted(people)}</a>
      </Fact>
      <Fact name={`Approvals in ${monthName(month)}`}>
        <a href="/console/usage">
          {grouped(approvals.used)}
          {approvals.included !== null && ` of ${grouped(approvals.included)}`}
        </a>{" "}
        <span class="quiet">Plan {PLANS[plan].title}</span>
      </Fact>
    </dl>
  );
}

function counted(count: number): string {
  return count < COUNTED_MAX ? grouped(count) : `${grouped(COUNTED_MAX)} or more`;
}
