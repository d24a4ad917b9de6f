import type { ProblemText } from "./problem-text.ts";

// About people, their links, and changes of who may sign.

export const PEOPLE_PROBLEMS = {
  username_taken: {
    meaning: "The user name belongs to somebody in the organisation.",
    cause:
      "The person is a member or an invited one. A user name also stays taken after its person was removed.",
    whatToDo:
      "Choose another name. If it is the same person, open the person's page for a new link or another role.",
    example: {
      instance: "/api/invites",
      detail: "alex is the owner and must open their own link first",
    },
  },
  not_enrolled: {
    meaning: "The person has no endorsed passkey yet, so there is no role to change.",
    cause: "The invitation was not used, or the first passkey waits for its endorsement.",
    whatToDo: "Send a new invitation with the other role. It replaces the earlier one.",
    example: {
      instance: "/api/roles",
      detail: "maria has no endorsed passkey yet; invite maria again with the role developer",
    },
  },
  person_removed: {
    meaning: "The person was removed from the organisation.",
    cause: "A removal is for good, and the user name stays taken, since statements name it.",
    whatToDo: "To bring the person back, invite them under another user name.",
    example: {
      instance: "/api/roles",
      detail:
        "maria was removed from the organisation; to bring this person back, invite them under another user name",
    },
  },
  too_many_managers: {
    meaning: "The organisation has as many owners or admins as it can have.",
    cause:
      "There can be 8 owners, and 56 owners and admins in all, invited ones included. A request that any of them may sign names all of them.",
    whatToDo: "Give one of them another role first.",
    example: {
      instance: "/api/roles",
      detail: "there are 8 owners already, invited ones included; give one of them another role first",
    },
  },
  last_way_in: {
    meaning: "After this change nobody could manage the organisation any more.",
    cause:
      "It concerns the only owner, the only owner's last passkey, or the link that an owner has not used yet.",
    whatToDo: "Make somebody else an owner first, or add a second passkey.",
    example: {
      instance: "/api/people/alex/remove",
      detail: "alex is the owner and must open their own link first",
    },
  },
  recovery_impossible: {
    meaning: "Nobody is left who could sign for this change.",
    cause: "It takes somebody else who manages people. An only owner can't be recovered by anybody.",
    whatToDo: "Have a second owner, or a second passkey, before it is needed.",
    example: {
      instance: "/api/recoveries",
      detail: "nobody is left who could sign for it; an only owner can't be recovered",
    },
  },
  owner_not_enrolled: {
    meaning: "The organisation's owner must create a passkey before anybody else can.",
    cause: "The first passkey of the owner is the one that all others depend on.",
    whatToDo: "Wait until the owner has opened their own link, then open this one again.",
    example: {
      instance: "/enrol/begin",
      detail: "the owner of Acme must create their passkey first; then open this link again",
    },
  },
  enrolment_unknown: {
    meaning: "The invitation link is not known.",
    cause: "A part of the address is missing, or the organisation no longer exists.",
    whatToDo: "Open the whole link as it was sent, or ask for a new one.",
    example: { instance: "/enrol/begin", detail: "this link is not known; ask for a new one" },
  },
  enrolment_used: {
    meaning: "The invitation link was used. It works once.",
    cause: "A passkey was created with it, perhaps by you on another device.",
    whatToDo:
      "If it was you, sign in with that passkey. If it was not, report it to an owner or admin at once.",
    example: { instance: "/enrol/begin", detail: "this link was used already; ask for a new one" },
  },
  enrolment_expired: {
    meaning: "The invitation link is too old.",
    cause: "A link works for a limited time, so that a lost one is soon worth nothing.",
    whatToDo: "Ask the person who sent it for a new one.",
    example: { instance: "/enrol/begin", detail: "this link has expired; ask for a new one" },
  },
  enrolment_superseded: {
    meaning: "A newer invitation link has replaced this one.",
    cause: "Somebody made another link for you, or another one was used.",
    whatToDo: "Open the newest link, or ask for a new one.",
    example: {
      instance: "/enrol/begin",
      detail: "a newer link was made or used; open that one, or ask for a new one",
    },
  },
  enrolment_revoked: {
    meaning: "The invitation link was withdrawn.",
    cause: "Somebody who manages people revoked it.",
    whatToDo: "If you still need access, ask the person who sent it.",
    example: {
      instance: "/enrol/begin",
      detail: "this link was withdrawn; if you still need access, ask the person who sent it for a new one",
    },
  },
} as const satisfies Readonly<Record<string, ProblemText>>;
