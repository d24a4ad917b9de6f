import type { Child } from "hono/jsx";
import type { Html } from "../../console/html-text.ts";
import { ContactLink } from "../contact-link.tsx";
import { SiteLayout, type Visitor } from "../site-layout.tsx";
import { GAPS, GUARANTEES, OPERATOR_ROWS } from "./security-claims.tsx";

interface SecurityData {
  readonly origin: string;
  readonly visitor: Visitor;
  readonly contact: string;
}

/** The short version. The document has every limit, and names the test of each claim. */
export function SecurityPage({ origin, visitor, contact }: SecurityData): Html {
  return (
    <SiteLayout
      title="Security"
      description="What Countersign guarantees, what it does not, what its operator could still do, and how to check each claim yourself."
      path="/security"
      origin={origin}
      section="security"
      visitor={visitor}
      styles={["/pages.css"]}
    >
      <h1>Security</h1>
      <p class="lead">
        What you can rely on, what you can’t, and how to check each claim yourself. This is the short version:
        the <a href="/docs/security">security model</a> has every limit, and names the test of each claim.
      </p>
      <p class="note page-note">
        Countersign is young. Nobody outside has audited it yet, and its log has no independent witnesses yet.
      </p>
      <section aria-labelledby="guarantees">
        <h2 id="guarantees">What we guarantee</h2>
        <ul class="claims" role="list">
          {GUARANTEES.map(({ title, text, check }) => (
            <li>
              <div>
                <h3>{title}</h3>
                <p>{text}</p>
              </div>
              <p class="check">
                <b>Check it.</b> {check}
              </p>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="gaps">
        <h2 id="gaps">What we do not guarantee</h2>
        <p class="lead">Each of these matters to somebody, so here they are, as plainly as the guarantees.</p>
        <ul class="claims gaps" role="list">
          {GAPS.map(({ title, text }) => (
            <li>
              <h3>{title}</h3>
              <p>{text}</p>
            </li>
          ))}
        </ul>
      </section>
      <OperatorSection />
      <CheckSection />
      <ReportSection contact={contact} />
    </SiteLayout>
  );
}

function OperatorSection(): Html {
  return (
    <section aria-labelledby="operator">
      <h2 id="operator">What the operator could still do</h2>
      <p class="lead">
        The operator has the database and the key of the log. Tests play a dishonest one, and this is what
        they found. The operator can’t make a person’s signature: a forged approval fails every check of a
        receipt.
      </p>
      <div class="wide" role="region" aria-label="What could be done, and how it shows" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">The operator could</th>
              <th scope="col">How it shows</th>
            </tr>
          </thead>
          <tbody>
            {OPERATOR_ROWS.map(([attempt, sign]) => (
              <tr>
                <td>{attempt}</td>
                <td>{sign}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <a class="more" href="/docs/security#what-the-operator-could-still-do-and-how-it-shows">
          The whole table, with the tests
        </a>
      </p>
    </section>
  );
}

function CheckSection(): Html {
  return (
    <section aria-labelledby="check">
      <h2 id="check">Check it without us</h2>
      <div class="cards">
        <Way title="In a browser" href="/verify" link="Check a receipt">
          Drop a receipt on a page. Every check runs in your browser. The page can be saved, and works without
          a network.
        </Way>
        <Way title="On the command line" href="/docs/verify" link="The commands">
          One readable file verifies receipts, audits a whole history and monitors the log. It needs no
          account.
        </Way>
        <Way title="With your own program" href="/docs/formats" link="Every byte">
          The formats are documented to the byte, with test vectors: enough to write a verifier of your own.
        </Way>
      </div>
    </section>
  );
}

interface WayProps {
  readonly title: string;
  readonly href: string;
  readonly link: string;
  readonly children?: Child;
}

function Way({ title, href, link, children }: WayProps): Html {
  return (
    <div class="card">
      <h3>{title}</h3>
      <p>{children}</p>
      <p>
        <a class="more" href={href}>
          {link}
        </a>
      </p>
    </div>
  );
}

function ReportSection({ contact }: { readonly contact: string }): Html {
  return (
    <section class="prose" aria-labelledby="report">
      <h2 id="report">Report a flaw</h2>
      <p>
        Write to <ContactLink contact={contact} />. The same contact is in{" "}
        <a href="/.well-known/security.txt">security.txt</a>.
      </p>
      <ul>
        <li>Say what an attacker gains, and give the steps or a failing test.</li>
        <li>
          Test against your own installation or your own organisation, never against other people’s data. The
          whole product <a href="/docs/self-hosting">runs on one machine</a>.
        </li>
        <li>Give us time to correct the flaw before you publish it.</li>
      </ul>
    </section>
  );
}
