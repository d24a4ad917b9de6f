import type { Html } from "../../console/html-text.ts";

interface Difference {
  readonly question: string;
  readonly chat: string;
  readonly here: string;
}

const DIFFERENCES: readonly Difference[] = [
  {
    question: "What is approved?",
    chat: "A summary that the program wrote. What it runs afterwards can differ.",
    here: "The exact bytes. What is used later must have the hash that was signed.",
  },
  {
    question: "Who approved?",
    chat: "A session of a chat account, on any device that is still signed in. Often anyone in the channel.",
    here: "One named person, with a new passkey signature for this one request.",
  },
  {
    question: "What can the program do?",
    chat: "Its bot token is the same one that reports the click.",
    here: "Ask, read and use. No key of a program can decide.",
  },
  {
    question: "How often does it count?",
    chat: "As often as the program runs.",
    here: "Once. A time limit can be part of what is signed.",
  },
  {
    question: "What remains?",
    chat: "A row in a database that its operator can edit.",
    here: "A receipt that anyone can check offline, and an entry in an append-only log.",
  },
  {
    question: "What does it cost you?",
    chat: "An afternoon. For what can be undone, that is enough.",
    here: "A passkey for each approver, and two calls in the code that acts.",
  },
];

export function ChatButton(): Html {
  return (
    <section aria-labelledby="chat">
      <h2 id="chat">Why a button in a chat is not enough</h2>
      <p class="lead">
        A button shows that somebody clicked. It does not show what they read, or that it is what ran.
      </p>
      <table class="compare">
        <thead>
          <tr>
            <td></td>
            <th scope="col">A button in a chat</th>
            <th scope="col">Countersign</th>
          </tr>
        </thead>
        <tbody>
          {DIFFERENCES.map(({ question, chat, here }) => (
            <tr>
              <th scope="row">{question}</th>
              <td data-of="A button in a chat">{chat}</td>
              <td data-of="Countersign">{here}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        Notices go to Slack, Teams, e-mail or a phone all the same. They have a link and no button that
        decides.
      </p>
    </section>
  );
}
