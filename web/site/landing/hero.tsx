import type { Html } from "../../console/html-text.ts";
import type { Visitor } from "../site-layout.tsx";
import { ShownFields } from "./shown-fields.tsx";

/** What it is, and what the approver sees. */
export function Hero({ visitor }: { readonly visitor: Visitor }): Html {
  return (
    <div class="hero">
      <div>
        <h1>A named person signs it before it happens</h1>
        <p class="lead">
          Agents, scripts and pipelines ask before they do what can’t be undone. A person reads the exact
          content on their own device and signs it with a passkey. Anyone can check the proof.
        </p>
        <p class="actions">
          <Actions visitor={visitor} />
        </p>
      </div>
      <SheetPicture />
    </div>
  );
}

function Actions({ visitor: { isSignedIn, canSignUp } }: { readonly visitor: Visitor }): Html {
  if (isSignedIn)
    return (
      <>
        <a class="button primary" href="/inbox">
          Go to your inbox
        </a>
        <a class="button" href="/console">
          Open the console
        </a>
      </>
    );
  return (
    <>
      <a class="button primary" href="#demo">
        Try it on this page
      </a>
      {canSignUp ? (
        <a class="button" href="/signup">
          Create an organisation
        </a>
      ) : (
        <a class="button" href="/docs/quickstart">
          Read the quickstart
        </a>
      )}
    </>
  );
}

const INVOICE = {
  to: "Acme Supplies GmbH",
  iban: "DE89 3704 0044 0532 0130 00",
  amount: 42000.5,
  currency: "EUR",
  due: "2026-12-15T10:00:00Z",
  account: "acct_8821",
};

/** A picture, so nothing in it can be used; its caption says what it shows. */
function SheetPicture(): Html {
  return (
    <figure class="sheet-picture">
      <div class="paper" aria-hidden="true">
        <div class="paper-head">
          <span>
            <b>alex</b> · Northwind
          </span>
          <span class="pill">14 min 52 s left</span>
        </div>
        <div class="paper-body">
          <div class="asks">
            <span class="avatar">PA</span>
            <p>
              <b>payments-agent</b> asks you
              <br />
              <span class="quiet">API key · Payments · Northwind</span>
            </p>
          </div>
          <p class="action">Pay invoice INV-2025-118</p>
          <p class="claim">
            Written by <bdi>payments-agent</bdi>. Nobody else has checked it.
          </p>
          <ShownFields payload={INVOICE} />
          <p class="verified">
            <svg class="icon" viewBox="0 0 20 20">
              <path d="M10 2.5l6.5 2.5v4.5c0 4-2.7 6.6-6.5 8-3.8-1.4-6.5-4-6.5-8V5zM7 10l2.2 2.2L13 8.2" />
            </svg>
            Verified on this device · code <code>e9db 2a59</code>
          </p>
        </div>
        <div class="paper-bar">
          <span class="button no">Reject</span>
          <span class="button yes">Approve with passkey</span>
        </div>
      </div>
      <figcaption>
        What the approver sees. Each field is drawn from the bytes that the passkey signs.
      </figcaption>
    </figure>
  );
}
