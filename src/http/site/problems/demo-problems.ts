import type { ProblemText } from "./problem-text.ts";

// About the live demo and the organisations that it makes.

export const DEMO_PROBLEMS = {
  demo_off: {
    meaning: "This server has no live demo.",
    cause: "Its operator has switched it off.",
    whatToDo: "Play the recorded demo, which is checked in your browser, too.",
    example: {
      instance: "/demo/begin",
      detail: "this server has no live demo; play the recorded one",
    },
  },
  demo_full: {
    meaning: "There are as many demo organisations as there can be.",
    cause: "Many people try the product at this moment. A demo organisation is deleted after a day.",
    whatToDo: "Try again later, or play the recorded demo.",
    example: {
      instance: "/demo/begin",
      detail: "many people try the product at this moment; try again later, or play the recorded demo",
    },
  },
  signed_in: {
    meaning: "You are signed in to an organisation of your own, so the demo does not start.",
    cause: "The demo signs you in to a demo organisation, which would end your session.",
    whatToDo: "Open the page in a private window, or sign out first.",
    example: {
      instance: "/demo/begin",
      detail:
        "you are signed in here, and the demo would replace your session; open this page in a private window, or sign out first",
    },
  },
  demo_organisation: {
    meaning: "A demo organisation can't do this.",
    cause:
      "In a demo you can ask, decide, use an approval and add a passkey. It invites nobody, sends nothing, and has no keys, webhooks or settings to change.",
    whatToDo: "Sign up for an organisation of your own.",
    example: {
      instance: "/console/projects",
      detail:
        "this is a demo organisation: in it you decide, cancel and use requests; to do more, create your own organisation",
    },
  },
} as const satisfies Readonly<Record<string, ProblemText>>;
