import type { DemoStart } from "../../../web/site/demo-console/demo-start-view.tsx";
import type { DemoCompany } from "./demo-company.ts";
import type { DemoRequest } from "./demo-requests.ts";

const CONSOLE = "/console";

/** From the overview to the pages that show most. The addresses are those of the console, as in its views. */
export function demoTour({ requests, webhooks }: DemoCompany): DemoStart["tour"] {
  const failing = webhooks.find(({ item }) => item.state === "disabled");
  return [
    ...toRequest(
      requests.find(({ usedAt, action }) => usedAt !== null && action === "Pay a supplier"),
      "A payment, from the question to its use",
      "Asked by an agent, read and signed by one person, used once.",
    ),
    ...toRequest(
      requests.find(({ payload }) => payload.text.includes("\u202e")),
      "An account number with hidden characters",
      "What a person would not see is named, before they sign.",
    ),
    ...toRequest(
      requests.find(({ payload }) => payload.text.includes("\u0430nalytics")),
      "An address that looks like another one",
      "One letter is of another alphabet.",
    ),
    ...toRequest(
      requests.find(({ payload }) => payload.text.length > 4_000),
      "A long message to all customers",
      "Nothing is cut off: it was rejected with a reason, which is signed as well.",
    ),
    ...(failing === undefined
      ? []
      : [
          {
            href: `${CONSOLE}/webhooks/${failing.item.id}`,
            text: "A webhook whose receiver stopped answering",
            help: "Each attempt, and what was held since then.",
          },
        ]),
    {
      href: `${CONSOLE}/figures`,
      text: "Where the time goes",
      help: "From the request to the notice, to the opened page, to the decision.",
    },
  ];
}

function toRequest(request: DemoRequest | undefined, text: string, help: string): DemoStart["tour"] {
  return request === undefined ? [] : [{ href: `${CONSOLE}/requests/${request.id}`, text, help }];
}
