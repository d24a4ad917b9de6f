import type { Html } from "../../console/html-text.ts";

interface Guarantee {
  readonly title: string;
  readonly text: string;
  /** How a reader sees that it is so. */
  readonly check: Html;
}

export const GUARANTEES: readonly Guarantee[] = [
  {
    title: "Fail closed",
    text: "Only “approved” lets anything proceed. Pending, rejected, expired, cancelled, an error, a timeout and a missing field all mean no.",
    check: (
      <>
        Let a request expire, or reject it, and read its status: the <a href="/docs/quickstart">quickstart</a>{" "}
        has the calls.
      </>
    ),
  },
  {
    title: "The exact bytes",
    text: "The content is parsed once, strictly, and kept as bytes. The same bytes are hashed, shown, signed and compared when the approval is used.",
    check: (
      <>
        Change one character before <code>consume</code>, and it is refused.{" "}
        <a href="/docs/formats">Formats</a> says how to compute the hash by hand.
      </>
    ),
  },
  {
    title: "What the person sees is what they sign",
    text: "The approval page hashes the bytes that it draws and computes the challenge on the person’s device. Invisible, bidirectional and look-alike characters are marked. The buttons come on once every part was on the screen.",
    check: (
      <>
        Read what the page runs: <a href="/approve.js">approve.js</a> is one file and is not minified.
      </>
    ),
  },
  {
    title: "No program decides",
    text: "No API key reaches a deciding route. Each decision takes a passkey signature, made for this person and this request, used once. Two verifiers that share no code must accept it.",
    check: (
      <>
        <a href="/docs/security#who-can-do-what">Who can do what</a> lists every kind of caller, and the tests
        that try each route.
      </>
    ),
  },
  {
    title: "No answer before the log",
    text: "A requester sees “approved” or “rejected” only after the decision has its index in an append-only log. If the log is down, requests stay pending.",
    check: (
      <>
        Read the signed head of the log: <a href="/log/checkpoint">/log/checkpoint</a>. Its entries are labels
        and hashes, and say nothing about you.
      </>
    ),
  },
  {
    title: "Approved once, used once",
    text: "An approval is used for exactly its content, once, and within its time if it has one.",
    check: (
      <>
        Call <code>consume</code> twice: the second call is refused as <code>already_consumed</code>.
      </>
    ),
  },
  {
    title: "Every change of who may sign is signed",
    text: "New passkeys, roles, recoveries and removals are signed by the people who may decide about them, and are records in the log. A verifier replays them from the owner’s first passkey, so nobody has to believe our database.",
    check: (
      <>
        Download your history and run <code>countersign audit</code>: <a href="/docs/verify">Verify</a>.
      </>
    ),
  },
  {
    title: "A receipt verifies offline",
    text: "It contains the content, the signatures, how each passkey came to count, and the proof that the decision is in the log.",
    check: (
      <>
        Save the page that <a href="/verify">checks a receipt</a>, switch the network off, and use it.
      </>
    ),
  },
  {
    title: "Nothing from elsewhere",
    text: "No page loads a script, font or picture from another host, or runs code that is not in a readable file. Public pages set no cookie.",
    check: (
      <>
        Look at the header <code>Content-Security-Policy</code> of this page, and at your browser’s list of
        requests.
      </>
    ),
  },
];

export const GAPS: readonly { readonly title: string; readonly text: string }[] = [
  {
    title: "The gate must be called",
    text: "Countersign does not sit between a program and its tools. A program that never asks, ignores the answer, or runs something else is not stopped. Call consume in the code that performs the action.",
  },
  {
    title: "The check of the person may be a PIN",
    text: "A passkey proves that its device verified its user: by fingerprint, face or PIN. We can’t see which, or whose finger it was.",
  },
  {
    title: "Synced passkeys leave the device",
    text: "Most passkeys are kept in an account of Apple, Google, Microsoft or a password manager. A person who takes over that account has the passkey.",
  },
  {
    title: "A person can be deceived",
    text: "We show the bytes; we do not judge them. A misleading request, or one that nobody read with care, still gets a valid signature. Malware on the device can change what the screen shows.",
  },
  {
    title: "We store the content",
    text: "In readable form, until it is older than the organisation’s history. The operator can read it. It is not end-to-end encrypted.",
  },
  {
    title: "The requester does not sign",
    text: "Which key asked is our word. The approver sees that name and signs it.",
  },
  {
    title: "No witnesses and no anchors yet",
    text: "No independent witness signs the log, and nothing of it is anchored in Bitcoin. Until then, a second version of the log is found by people who run a monitor or compare its heads.",
  },
  {
    title: "Without rules, the requester chooses",
    text: "Who must sign is proven where your people have signed rules. Without any, a request names one person or a policy itself.",
  },
  {
    title: "Availability is limited",
    text: "If the database, the log or the platform is down, nothing is approved.",
  },
];

export const OPERATOR_ROWS: readonly (readonly [attempt: string, sign: string])[] = [
  [
    "Serve a page that shows one thing and signs another",
    "The receipt holds what was signed: read it. The code of the page is one readable file.",
  ],
  [
    "Name somebody else as the requester, or ask in your name",
    "The approver reads and signs that name. Nobody else vouches for it.",
  ],
  [
    "Never show a request, or discard a signature",
    "Nothing is sealed. The signer looks for the receipt on the request’s page: no receipt means no decision.",
  ],
  [
    "Enrol a passkey of ours under the name of somebody you invited",
    "Compare the fingerprint with that person before you endorse it.",
  ],
  [
    "Claim that a request expired, was cancelled or was used",
    "These records carry no signature, and the tools say so. That something was approved can’t be claimed like this.",
  ],
  [
    "Show two versions of the log to two people",
    "Each one passes alone. The two heads together prove it, with our own signature: run a monitor, or compare heads.",
  ],
  ["Read or leak your content", "It does not show. Keep out of the content what nobody may read."],
];
