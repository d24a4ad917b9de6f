import { historyText } from "../../../src/core/account/amounts.ts";
import type { Html } from "../../console/html-text.ts";
import { PLAN_NAMES, PLANS } from "../../../src/core/account/plans.ts";
import { ContactLink } from "../contact-link.tsx";
import { Blank, TemplatePage, type LegalData } from "./template-page.tsx";

export function PrivacyPage({ contact, ...page }: LegalData): Html {
  return (
    <TemplatePage
      {...page}
      title="Privacy"
      description="Which data Countersign stores, for how long, and who gets it. A template for the operator of a deployment."
      path="/privacy"
    >
      <p>
        Responsible for this deployment: <Blank>name and address of the operator</Blank>. Contact:{" "}
        <ContactLink contact={contact} />.
      </p>
      <h2>Without an account</h2>
      <p>
        The public pages set no cookie, measure nobody and load nothing from another host. They store nothing
        about you. To limit abuse, calls are counted for each network address for a few seconds; the address
        is not kept.
      </p>
      <p>
        The demo on the start page makes an organisation for you. Everything of it is deleted after a day.
        Your browser keeps what belongs to it in its local storage, and a cookie for the session. The passkey
        stays on your device until you remove it there.
      </p>
      <h2>With an account</h2>
      <Stored />
      <h2>For how long</h2>
      <Periods />
      <h2>Who gets data</h2>
      <Receivers />
      <h2>Your rights</h2>
      <p>
        <Blank>
          the rights under the law that applies, the legal basis, and the authority for complaints
        </Blank>
        . What the software offers: an owner can delete the whole organisation; people can be removed;
        receipts and the complete history can be downloaded. Names of people in signed records stay until the
        organisation is deleted, because signatures cover them.
      </p>
      <p>
        <a class="more" href="/docs/storage">
          Every table, and what deletes its rows
        </a>
      </p>
    </TemplatePage>
  );
}

function Stored(): Html {
  return (
    <ul>
      <li>
        <b>Organisation:</b> its name, settings, plan, and how many requests it made in each month.
      </li>
      <li>
        <b>People:</b> user name, role, and of each passkey its public key, name, and times of use. No e-mail
        address is needed. A passkey’s private key, fingerprints and faces never reach us.
      </li>
      <li>
        <b>Requests:</b> action and content in readable form, who asked, who was asked, when the page was
        first opened, the decision, its reason and the signed statement.
      </li>
      <li>
        <b>Notices:</b> the e-mail addresses, chats and devices that a person enters, quiet hours, and what
        was sent when.
      </li>
      <li>
        <b>Audit trail:</b> who signed in or changed what, with browser, system and country. No network
        address.
      </li>
      <li>
        <b>Cookie:</b> one, for the session, after a sign-in. API keys, sessions and links are stored as
        hashes only.
      </li>
    </ul>
  );
}

function Periods(): Html {
  return (
    <div class="wide" role="region" aria-label="For how long" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Until</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>Content, reasons and signatures of decided requests</td>
            <td>
              The history of the plan:{" "}
              {PLAN_NAMES.map((name) => `${PLANS[name].title} ${historyText(PLANS[name].historyDays)}`).join(
                ", ",
              )}
              . An organisation can choose fewer days
            </td>
          </tr>
          <tr>
            <td>Sessions</td>
            <td>30 days without use</td>
          </tr>
          <tr>
            <td>Enrolment links</td>
            <td>Valid for 24 hours; deleted 30 days later</td>
          </tr>
          <tr>
            <td>What was sent to webhooks</td>
            <td>30 days</td>
          </tr>
          <tr>
            <td>A sign-up without a passkey</td>
            <td>One hour</td>
          </tr>
          <tr>
            <td>A demo organisation</td>
            <td>One day</td>
          </tr>
          <tr>
            <td>Everything else of an organisation</td>
            <td>A minute after an owner has deleted it</td>
          </tr>
          <tr>
            <td>Entries of the log: labels and hashes</td>
            <td>For good</td>
          </tr>
          <tr>
            <td>Backups of the database</td>
            <td>
              <Blank>days</Blank>
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function Receivers(): Html {
  return (
    <ul>
      <li>
        The people of your organisation, by their role: <a href="/docs/roles">roles</a>. The operator can read
        everything that is stored.
      </li>
      <li>
        The provider that hosts this deployment: <Blank>name, country and contract</Blank>.
      </li>
      <li>
        Those who carry notices that you turn on: the provider of your mails, the push service of your
        browser, your chat. A notice has no content of the request. It names who asks and the action, unless
        the project leaves them out.
      </li>
      <li>
        The address of a webhook that your organisation sets up. It gets ids and hashes, and no names of
        people.
      </li>
      <li>
        Everybody, if somebody of your organisation publishes a decision, signed by passkey. People who know
        the id of a sealed decision see its outcome, time and proof, without content and names. An entry of
        the log is a label and a hash, which mean nothing without your organisation’s secret.
      </li>
    </ul>
  );
}
