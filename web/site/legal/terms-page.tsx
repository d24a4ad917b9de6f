import type { Html } from "../../console/html-text.ts";
import { ContactLink } from "../contact-link.tsx";
import { Blank, TemplatePage, type LegalData } from "./template-page.tsx";

export function TermsPage({ contact, ...page }: LegalData): Html {
  return (
    <TemplatePage
      {...page}
      title="Terms"
      description="What you get, what you may do, and what nobody promises. A template for the operator of a deployment."
      path="/terms"
    >
      <p>
        These terms are between your organisation and <Blank>name and address of the operator</Blank>.
        Contact: <ContactLink contact={contact} />.
      </p>
      <h2>What you get</h2>
      <p>
        A service that shows a request to a person whom you name, takes that person’s signature, and proves
        the decision. <a href="/security">Security</a> says what is guaranteed and what is not. It is part of
        these terms.
      </p>
      <h2>What you do</h2>
      <ul>
        <li>You choose the people who may sign, and check who they are before you endorse their passkeys.</li>
        <li>You keep API keys secret, and end those that others may have seen.</li>
        <li>
          You call the service before the action and act only on “approved”. A program that does not ask is
          not stopped.
        </li>
        <li>You put into a request only what you may store here. The operator can read it.</li>
        <li>
          You do not use the service against the law, and you do not disturb it for others. Tests of its
          security are welcome in your own organisation.
        </li>
      </ul>
      <PlansAndData />
      <Ends />
    </TemplatePage>
  );
}

function PlansAndData(): Html {
  return (
    <>
      <h2>Plans and payment</h2>
      <p>
        <a href="/pricing">Pricing</a> has the plans. Payment is not switched on yet: nothing is charged.{" "}
        <Blank>how and when invoices are paid, and taxes</Blank>.
      </p>
      <h2>Your data</h2>
      <p>
        Your content remains yours. <a href="/privacy">Privacy</a> says what is stored, for how long and who
        gets it. You can download your complete history at any time.
      </p>
    </>
  );
}

function Ends(): Html {
  return (
    <>
      <h2>Availability and changes</h2>
      <p>
        The service can fail, and then nothing is approved: plan for that.{" "}
        <Blank>promises about availability and support, if there are any</Blank>. Formats of receipts stay
        readable: a receipt that verifies today can be verified with the program of today.
      </p>
      <h2>The end</h2>
      <p>
        An owner can delete the organisation at any time. Receipts and downloads from before stay valid. The
        operator can end the contract <Blank>with which notice, and for which reasons</Blank>.
      </p>
      <h2>Liability and law</h2>
      <p>
        <Blank>liability, applicable law and place of jurisdiction</Blank>. The software itself is under the
        Apache License 2.0, without warranty.
      </p>
    </>
  );
}
