import type { ProblemText } from "./problem-text.ts";

// About the form of a request, and limits of calls.

const REQUESTS = "/api/confirmations";

export const REQUEST_PROBLEMS = {
  validation_failed: {
    meaning: "A field of the body or of the query is missing, has a wrong value, or does not exist.",
    cause:
      "The request does not follow its schema. `errors` lists up to 20 fields, each with its path as a JSON Pointer, a code and words. A name that the schema does not have is refused, too, so a misspelt field is not ignored.",
    whatToDo:
      "Correct the fields that `errors` names and send the request again. The REST reference has every field with its limits.",
    example: {
      instance: REQUESTS,
      detail: "/action is required",
      error: { path: "/action", code: "required", detail: "is required" },
    },
  },
  payload_not_canonical: {
    meaning: "The body is not JSON that has exactly one meaning.",
    cause:
      "People sign the hash of the payload, so a text that two programs could read in two ways is refused: a name that is given twice, a number that a double can't hold exactly, text that is not UTF-8. The code in `errors` says which rule, and `path` says where.",
    whatToDo:
      'Build the body with a JSON library. Send large numbers, exact decimals and negative zero as text, such as `"1250.00"`.',
    example: {
      instance: REQUESTS,
      detail: "the same name appears twice in one object",
      error: {
        path: "/payload/amount",
        code: "json_duplicate_name",
        detail: "the same name appears twice in one object",
      },
    },
  },
  payload_too_large: {
    meaning: "The body, or the payload in it, is larger than the limit.",
    cause:
      "A payload has at most 64 KiB in canonical form. A person could not read more of it before signing.",
    whatToDo:
      "Send what the decision is about: names, amounts, addresses, and the SHA-256 of large files in place of their content.",
    example: { instance: REQUESTS, detail: "the body has more than 86016 bytes, which is the limit" },
  },
  unsupported_media_type: {
    meaning: "The body was sent as something else than JSON.",
    cause: "The header `Content-Type` is missing or names another type, or the body is compressed.",
    whatToDo: "Send `Content-Type: application/json`, in UTF-8, and no `Content-Encoding`.",
    example: {
      instance: REQUESTS,
      detail: "send the body as application/json, in UTF-8, not compressed",
    },
  },
  method_not_allowed: {
    meaning: "The address exists, but not with this method.",
    cause: "For example a `GET` where only `POST` works.",
    whatToDo: "Use a method that the header `Allow` of the answer lists.",
    example: { instance: REQUESTS, detail: "use GET, HEAD, POST here" },
  },
  not_found: {
    meaning: "There is nothing at this address that the caller may see.",
    cause:
      "The id or the path is wrong, or what it names belongs to another project or organisation. Both get the same answer, so an id can't be tested. A receipt is not found until its decision is in the log.",
    whatToDo:
      "Check the id, and that the key is of the same project. For a receipt, wait until `status` is no longer `pending`.",
    example: { instance: "/api/confirmations/c_absent" },
  },
  idempotency_mismatch: {
    meaning: "The same `Idempotency-Key` was sent with another body within 24 hours.",
    cause:
      "The key is a name for one call. With another body it is not clear which of the two calls is meant.",
    whatToDo: "Make a new `Idempotency-Key` for each new call, and send the same one only to repeat a call.",
    example: { instance: REQUESTS, detail: "this Idempotency-Key was used with another request" },
  },
  quota_exceeded: {
    meaning: "A limit on how many things there can be is reached. Nothing was created or asked.",
    cause:
      "For example 200 requests of one key wait for the same person, the plan has no further approval in this month, or a project has its full number of keys. `detail` says which limit it is.",
    whatToDo:
      "Do what `detail` says: wait for decisions, cancel or remove what is no longer needed, or upgrade the plan.",
    example: {
      instance: "/api/webhooks",
      detail: "an organisation has at most 20 webhooks; remove one that is not used",
    },
  },
  plan_limit: {
    meaning: "The organisation's plan has no room for more of this.",
    cause: "The plan includes a number of members, projects or days of history, and all are used.",
    whatToDo: "Do what `detail` says, or upgrade the plan. Approvers are free on every plan.",
    example: {
      instance: "/api/invites",
      detail:
        "the plan Free has 3 members and all are taken; choose the role approver, which is free, remove a member, or upgrade the plan",
    },
  },
  rate_limited: {
    meaning: "Too many calls in a short time. This one had no effect.",
    cause:
      "Each key, each session and each network address has limits. The headers `RateLimit` and `RateLimit-Policy` say which limit counted the call and what is left of it.",
    whatToDo:
      "Repeat the call after the seconds in `Retry-After`. To wait for a decision, use `wait` in place of fast polling.",
    example: {
      instance: REQUESTS,
      detail:
        "this API key may make 6,000 calls a minute; wait 3 s, then repeat the call, and call less often",
    },
  },
  unavailable: {
    meaning: "The organisation's calls can't be answered at this moment.",
    cause: "A part of the service is being restarted. It takes a second or two.",
    whatToDo:
      "Repeat the call after the seconds in `Retry-After`. It may or may not have taken effect: repeat a request or a `consume` with the same `Idempotency-Key`. It is never a yes.",
    example: {
      instance: REQUESTS,
      detail:
        "your organisation's calls can't be answered at this moment, and this one may or may not have taken effect; repeat it in 2 s, and a request with the same Idempotency-Key",
    },
  },
  tenant_moving: {
    meaning: "The organisation's data is being moved to another database. Meanwhile it can only be read.",
    cause: "An operator moves it. It takes seconds to minutes.",
    whatToDo: "Repeat the call after the seconds in `Retry-After`. Nothing has changed.",
    example: {
      instance: REQUESTS,
      detail:
        "the data of your organisation is being moved, and nothing can be changed meanwhile; try again in a minute",
    },
  },
  internal_error: {
    meaning: "Something failed on the service's side.",
    cause: "A bug or an outage. The reason is in the service's log, under the `requestId` of the answer.",
    whatToDo:
      "Read the state first, then try again with the same `Idempotency-Key`. If it stays, report the `requestId` to the operator. It is never a yes.",
    example: { instance: REQUESTS },
  },
} as const satisfies Readonly<Record<string, ProblemText>>;
