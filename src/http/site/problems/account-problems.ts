import { KEY_ID, WEBHOOK_ID } from "../../rest/example-ids.ts";
import type { ProblemText } from "./problem-text.ts";

// About projects, keys, webhooks and notices.

export const ACCOUNT_PROBLEMS = {
  name_taken: {
    meaning: "Another project has this name.",
    cause: "Names of projects are unique, so that a person who signs knows which one is meant.",
    whatToDo: "Choose another name. The name of an archived project is free.",
    example: {
      instance: "/api/projects",
      detail: 'there is already a project called "Payments"; choose another name',
      error: {
        path: "/name",
        code: "name_taken",
        detail: 'there is already a project called "Payments"; choose another name',
      },
    },
  },
  project_archived: {
    meaning: "The project is archived, so nothing in it can be changed or created.",
    cause: "Archiving ends a project and its keys, for good.",
    whatToDo: "Use another project, or create a new one.",
    example: {
      instance: "/api/keys",
      detail: 'the project "Payments" is archived; create the key in another one',
    },
  },
  key_ended: {
    meaning: "The API key can't be replaced now.",
    cause: "It has ended, waits for its signature, or is in the middle of another rotation.",
    whatToDo: "Do what `detail` says: create a new key, or end the other rotation first.",
    example: {
      instance: `/api/keys/${KEY_ID}/rotate`,
      detail: "this key has ended; create a new one",
    },
  },
  changed_meanwhile: {
    meaning: "Somebody else changed this at the same time. Nothing of your change was done.",
    cause: "The state is another one than your page or program has seen.",
    whatToDo: "Read it again, and send the change again if it is still right.",
    example: {
      instance: `/api/webhooks/${WEBHOOK_ID}/rotate`,
      detail: "somebody else has rotated the secret meanwhile; look at the webhook again",
    },
  },
  already_created: {
    meaning: "This form was sent before and has done its work.",
    cause: "It was sent twice, for example after a reload.",
    whatToDo: "Find what it created in the list. A secret was shown once: if you did not copy it, rotate it.",
    example: {
      instance: "/console/projects",
      detail: 'this form has already created the project "Payments"; find it in the list',
    },
  },
  address_refused: {
    meaning: "Nothing can be sent to this address.",
    cause:
      "Webhooks and chats go to public host names over https only. Addresses of private networks are refused, so that nobody reaches them through the service.",
    whatToDo: "Use an https address with a public host name. `detail` says what is wrong with this one.",
    example: {
      instance: "/api/webhooks",
      detail: "the address must begin with https://",
      error: {
        path: "/url",
        code: "address_refused",
        detail: "the address must begin with https://",
      },
    },
  },
  webhook_disabled: {
    meaning: "The webhook is disabled, so nothing is sent to it.",
    cause: "Somebody disabled it, its receiver answered 410, or nothing arrived for five days.",
    whatToDo: "Check that the receiver works, then enable the webhook.",
    example: {
      instance: `/api/webhooks/${WEBHOOK_ID}/test`,
      detail: "the webhook is disabled, so nothing is sent to it; enable it first",
    },
  },
  already_added: {
    meaning: "There is a channel with this address already.",
    cause: "The same mail address, chat or device was added before.",
    whatToDo: "Find it in the list of your notices.",
    example: {
      instance: "/notices/addresses",
      detail: "there is already a channel with this address; find it in the list",
    },
  },
  not_delivered: {
    meaning: "The test message was sent, and its receiver did not take it.",
    cause: "The chat, the mail service or the push service answered with an error.",
    whatToDo: "Read in `detail` what it answered, correct the channel, and send another test message.",
    example: {
      instance: "/notices/channels/n_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f8/test",
      detail: "the mail service did not answer in time; try again in some minutes",
    },
  },
  link_unknown: {
    meaning: "The link of the mail confirms or ends nothing.",
    cause: "The address was removed, or the link is of an older mail.",
    whatToDo: "Use the link of the newest mail.",
    example: { instance: "/notices/verify", detail: "this link ends no mails; use the link of a newer one" },
  },
  link_used: {
    meaning: "The address is confirmed already.",
    cause: "The link was opened before.",
    whatToDo: "Nothing. Notices go to the address.",
    example: {
      instance: "/notices/verify",
      detail: "the address is confirmed already; there is nothing to do",
    },
  },
  link_expired: {
    meaning: "The link of the mail is too old.",
    cause: "It works for half an hour.",
    whatToDo: "Send another one from your notices, and open it within half an hour.",
    example: {
      instance: "/notices/verify",
      detail: "send another one from your notices, and open it within half an hour",
    },
  },
  link_elsewhere: {
    meaning: "The link was opened in another browser than the one that asked for it.",
    cause: "An address counts only if its owner and the person who added it are the same.",
    whatToDo: "Open the link in the browser in which you added the address, or send another one from here.",
    example: {
      instance: "/notices/verify",
      detail: "open it in the browser in which you added the address, or send another one from here",
    },
  },
} as const satisfies Readonly<Record<string, ProblemText>>;
