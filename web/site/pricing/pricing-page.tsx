import { dollars, grouped, historyText, mostText } from "../../../src/core/account/amounts.ts";
import { PLAN_NAMES, PLANS, type Plan } from "../../../src/core/account/plans.ts";
import type { Html } from "../../console/html-text.ts";
import { ContactLink } from "../contact-link.tsx";
import { PlanPrice } from "../plan-price.tsx";
import { SiteLayout, type Visitor } from "../site-layout.tsx";
import type { Calculation } from "./plan-calculator.ts";
import { Calculator } from "./calculator.tsx";

interface PricingData {
  readonly origin: string;
  readonly visitor: Visitor;
  readonly contact: string;
  readonly calculation: Calculation;
}

export function PricingPage({ origin, visitor, contact, calculation }: PricingData): Html {
  return (
    <SiteLayout
      title="Pricing"
      description="Four plans. Approvers are free and unlimited on each of them. A calculator shows what a month would cost."
      path="/pricing"
      origin={origin}
      section="pricing"
      visitor={visitor}
      styles={["/pages.css"]}
    >
      <h1>Pricing</h1>
      <p class="lead">
        Approvers are free and unlimited on every plan. You pay for approvals, and for members: the people who
        manage projects, keys and people.
      </p>
      <p class="note page-note">Payment is not switched on yet: nothing is charged.</p>
      <ul class="plan-cards" role="list">
        {PLAN_NAMES.map((name) => (
          <PlanCard plan={PLANS[name]} contact={contact} />
        ))}
      </ul>
      {!visitor.isSignedIn && visitor.canSignUp && (
        <p class="actions">
          <a class="button primary" href="/signup">
            Start on {PLANS.free.title}
          </a>
          <span class="quiet">No card, no e-mail address: two names and a passkey.</span>
        </p>
      )}
      <Calculator calculation={calculation} />
      <Questions />
    </SiteLayout>
  );
}

function PlanCard({ plan, contact }: { readonly plan: Plan; readonly contact: string }): Html {
  return (
    <li class="card">
      <h2>{plan.title}</h2>
      <PlanPrice cents={plan.cents} />
      <dl>
        <Line name="Approvers" value="no limit, free" />
        <Line
          name="Approvals a month"
          value={mostText(plan.approvals.included)}
          more={furtherOf(plan.approvals)}
        />
        <Line name="Members" value={mostText(plan.members.included)} more={furtherOf(plan.members)} />
        <Line name="Live projects" value={mostText(plan.projects)} />
        <Line name="History" value={historyText(plan.historyDays)} />
        <Line name="Table for spreadsheets" value={plan.canExport ? "yes" : "no"} />
      </dl>
      {plan.cents === null && (
        <p class="quiet">
          Write to the operator: <ContactLink contact={contact} />
        </p>
      )}
    </li>
  );
}

function Line({
  name,
  value,
  more = "",
}: {
  readonly name: string;
  readonly value: string;
  readonly more?: string;
}): Html {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {more !== "" && <span class="quiet">{more}</span>}
      </dd>
    </div>
  );
}

function furtherOf({ further }: Plan["members"]): string {
  if (further === null) return "";
  return `then ${dollars(further.cents)} ${further.per === 1 ? "each" : `for each ${grouped(further.per)}`}`;
}

const QUESTIONS: readonly (readonly [question: string, answer: string])[] = [
  [
    "What counts as an approval?",
    "Each request for a decision in a live project, once, in the month (of UTC) in which it is created, whether it is approved, rejected or cancelled, or expires. Requests of test projects are free, and so are changes of people, passkeys and templates.",
  ],
  [
    "Who is a member?",
    "A person with another role than approver: owner, admin, developer or auditor, also one who is only invited. People who only approve are free.",
  ],
  [
    "What happens at the end of a plan?",
    "On Free, the next request of the month is refused before anybody is asked; what was accepted can still be decided and used. On Team and Business requests go on, and further ones are counted.",
  ],
  [
    "What happens to older requests?",
    "Their content, reasons and signatures are erased when they are older than the plan’s history. You can download receipts and the complete history before, on every plan. A receipt stays valid.",
  ],
  [
    "Does a smaller plan take something away?",
    "No member and no project. Only further ones are refused. The shorter history is announced before anything is erased.",
  ],
];

function Questions(): Html {
  return (
    <section class="questions" aria-labelledby="questions">
      <h2 id="questions">Questions</h2>
      <div>
        {QUESTIONS.map(([question, answer]) => (
          <div>
            <h3>{question}</h3>
            <p>{answer}</p>
          </div>
        ))}
      </div>
      <p class="more-line">
        <a class="more" href="/docs/plans">
          Plans in the documentation
        </a>
      </p>
    </section>
  );
}
