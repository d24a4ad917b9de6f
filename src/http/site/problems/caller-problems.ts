import type { ProblemText } from "./problem-text.ts";

// About who calls: keys, sessions, rights.

export const CALLER_PROBLEMS = {
  unauthorized: {
    meaning: "The call has no valid API key.",
    cause:
      "The header `X-Api-Key` is missing, or its key is unknown, incomplete, revoked or expired. All of these get the same answer.",
    whatToDo:
      "Send the whole key, from `cs_` to its last character. If it was revoked or lost, create another one in the console.",
    example: { instance: "/api/confirmations" },
  },
  forbidden_scope: {
    meaning: "The API key is valid, but may not make this call.",
    cause:
      "Each call needs one scope, and the key does not have it. This is checked before anything is looked up, so nothing about the rest of the call is known.",
    whatToDo: "Use a key with the scope that `detail` names, or create one in the console.",
    example: {
      instance: "/api/people",
      detail: "this key lacks the scope people; use a key that has it",
    },
  },
  session_required: {
    meaning: "This page or call needs a person who has signed in.",
    cause: "There is no session in this browser, or it has ended. An API key is never accepted here.",
    whatToDo: "Sign in with your passkey, and open the page again.",
    example: { instance: "/inbox/items", detail: "sign in with your passkey first" },
  },
  passkey_waiting: {
    meaning: "You are signed in, but your passkey does not count yet.",
    cause: "A new passkey counts once somebody of the organisation has signed for it.",
    whatToDo:
      "Open the site in your browser: the page says who has to sign, and shows the fingerprint to compare with them.",
    example: {
      instance: "/inbox/items",
      detail:
        "your passkey is not endorsed yet; open this site in your browser to see who has to sign for it",
    },
  },
  elevation_required: {
    meaning: "The change needs a touch of your passkey first.",
    cause: "A session can read. To change something it needs a confirmation that is at most ten minutes old.",
    whatToDo: "Confirm with your passkey when the page asks for it, and send the change again.",
    example: {
      instance: "/console/settings",
      detail: "confirm with your passkey first; that lasts ten minutes",
    },
  },
  not_allowed: {
    meaning: "The caller is known, but may not do this.",
    cause:
      "The person's role does not include it. A key with the scope `manage` or `people` does no more than the person who created it may do now, and no key gives the scope `manage` to another one.",
    whatToDo: "Ask one of the people whom `detail` names, or use a key of somebody with more rights.",
    example: {
      instance: "/api/keys",
      detail: "an API key can't give the scope manage to a key; create such a key in the console",
    },
  },
  forbidden_origin: {
    meaning: "The call came from a page of another site, or for a host that is not served here.",
    cause:
      "Calls of a browser that change something must come from the service's own pages. Over MCP the headers `Host` and `Origin` must be the service's own.",
    whatToDo:
      "Open the service's own page and try again. A program sends no `Origin`, and uses the address that the operator published.",
    example: {
      instance: "/signin/begin",
      detail: "this call must come from our own page; open the page and try again",
    },
  },
  sign_up_closed: {
    meaning: "Nobody can create an organisation on this server.",
    cause: "Its operator has closed the sign-up.",
    whatToDo: "Ask the people who run the server for an invitation.",
    example: {
      instance: "/signup/begin",
      detail: "nobody can sign up on this server; ask the people who run it for an invitation",
    },
  },
  sign_up_code_wrong: {
    meaning: "The sign-up needs a code, and the one that was sent is not it.",
    cause: "Its operator gives the code to the people who may create an organisation.",
    whatToDo: "Check the code, or ask the people who run the server for it.",
    example: {
      instance: "/signup/begin",
      detail: "this sign-up code is not accepted here; check it, or ask the people who run this server",
      error: {
        path: "/code",
        code: "sign_up_code_wrong",
        detail: "this sign-up code is not accepted here; check it, or ask the people who run this server",
      },
    },
  },
} as const satisfies Readonly<Record<string, ProblemText>>;
