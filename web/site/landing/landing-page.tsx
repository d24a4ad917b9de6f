import { grouped } from "../../../src/core/account/amounts.ts";
import { PLAN_NAMES, PLANS } from "../../../src/core/account/plans.ts";
import type { Html } from "../../console/html-text.ts";
import { PlanPrice } from "../plan-price.tsx";
import { SiteLayout, type Visitor } from "../site-layout.tsx";
import { ChatButton } from "./chat-button.tsx";
import { DemoSection } from "./demo-section.tsx";
import { Hero } from "./hero.tsx";
import { HowItWorks } from "./how-it-works.tsx";
import { WhatToGate } from "./what-to-gate.tsx";

interface LandingData {
  readonly origin: string;
  readonly visitor: Visitor;
}

export function LandingPage({ origin, visitor }: LandingData): Html {
  return (
    <SiteLayout
      title="Countersign: a named person signs it before it happens"
      description="Before an agent, a script or a pipeline does something that can’t be undone, a named person reads exactly what will happen and signs it with a passkey. Anyone can check the proof."
      path="/"
      origin={origin}
      section={null}
      visitor={visitor}
      scripts={["/demo.js"]}
      styles={["/values.css", "/landing.css", "/diagram.css", "/demo.css"]}
    >
      <Hero visitor={visitor} />
      <DemoSection visitor={visitor} />
      <WhatToGate />
      <WhoItIsFor />
      <HowItWorks origin={origin} />
      <ChatButton />
      <Guarantees />
      <PlansInShort />
      <LastWord visitor={visitor} />
    </SiteLayout>
  );
}

const READERS = [
  {
    title: "You let agents act",
    text: "Give them tools that pay, delete and deploy, and keep the last word with a person. The agent waits, and goes on with the answer.",
  },
  {
    title: "You run releases",
    text: "A pipeline stops before the irreversible step and fails closed. The approval names the commit, and no other commit can use it.",
  },
  {
    title: "You answer for money or data",
    text: "Refunds, transfers and deletions carry the name of the person who read them. “The system did it” is no longer an answer.",
  },
  {
    title: "You audit",
    text: "Check one receipt in a browser, or a whole history on the command line. You need no account, and not our word.",
  },
] as const;

function WhoItIsFor(): Html {
  return (
    <section aria-labelledby="who">
      <h2 id="who">Who it is for</h2>
      <ul class="cards readers" role="list">
        {READERS.map(({ title, text }) => (
          <li>
            <h3>{title}</h3>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Guarantees(): Html {
  return (
    <section aria-labelledby="guarantees">
      <h2 id="guarantees">What you can rely on, and what not</h2>
      <div class="cards">
        <div class="card">
          <h3>Guaranteed</h3>
          <ul class="ticks">
            <li>Only “approved” lets anything proceed.</li>
            <li>The bytes that are shown are hashed, signed and used.</li>
            <li>No key decides. Each decision takes a passkey of its own person.</li>
            <li>No answer before the decision is in the log.</li>
            <li>A receipt can be checked offline, by anyone, without us.</li>
          </ul>
        </div>
        <div class="card">
          <h3>Not guaranteed</h3>
          <ul class="gaps">
            <li>A program that never asks is not stopped.</li>
            <li>A passkey is as strong as its device. Its check of the person may be a PIN.</li>
            <li>Most passkeys are synced to an account, so they leave the device.</li>
            <li>We store the content in readable form.</li>
            <li>The log has no independent witnesses and no Bitcoin anchors yet.</li>
          </ul>
        </div>
      </div>
      <p>
        <a class="more" href="/security">
          Security: each claim, and how to check it
        </a>
      </p>
    </section>
  );
}

function PlansInShort(): Html {
  return (
    <section aria-labelledby="plans">
      <h2 id="plans">Approvers are free, on every plan</h2>
      <p class="lead">
        A plan counts approvals and the people who manage them, never the people who sign. Payment is not
        switched on yet: nothing is charged.
      </p>
      <ul class="cards plans" role="list">
        {PLAN_NAMES.map((name) => {
          const { title, cents, approvals } = PLANS[name];
          return (
            <li class="card">
              <h3>{title}</h3>
              <PlanPrice cents={cents} />
              <p class="quiet">
                {approvals.included === null
                  ? "No limit of approvals"
                  : `${grouped(approvals.included)} approvals a month`}
              </p>
            </li>
          );
        })}
      </ul>
      <p>
        <a class="more" href="/pricing">
          Pricing, with a calculator
        </a>
      </p>
    </section>
  );
}

function LastWord({ visitor: { isSignedIn, canSignUp } }: { readonly visitor: Visitor }): Html {
  return (
    <section class="last-word" aria-labelledby="start">
      <h2 id="start">Start with one action that you could not undo</h2>
      <p class="actions">
        {!isSignedIn && canSignUp && (
          <a class="button primary" href="/signup">
            Create an organisation
          </a>
        )}
        <a class="button" href="/docs/quickstart">
          Read the quickstart
        </a>
      </p>
    </section>
  );
}
