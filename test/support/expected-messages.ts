import { stripVTControlCharacters } from "node:util";

// Keeps the log of a green run quiet. workerd prints every error that a Durable Object or D1 returns to its caller as an
// "uncaught exception" with its stack, also where the caller is a test that expects the error. This hides the
// errors that tests provoke on purpose, and nothing else. It only changes what is printed: Vitest still fails the
// run for an unhandled error.

const RETURNED_ERROR =
  "uncaught exception; " +
  String.raw`(?:source = Uncaught \(in promise\); stack = |exception = workerd/jsg/value\.h:\d+: failed: jsg\.)Error: `;

/** Errors that tests provoke. A new one must be added here, or its stack is printed. */
const PROVOKED_ERRORS = [
  // test/worker/log: what the Log refuses.
  String.raw`the log has \d+ entries and had \d+; it signs nothing more`,
  String.raw`the log has \d+ entries, and its copy has a checkpoint of \d+: it was rolled back`,
  String.raw`the log has two roots of \d+ entries, [0-9a-f]{64} here and [0-9a-f]{64} in its copy: a fork`,
  "the log has another entry under the label ",
  "the log's copy could not be read, so nothing is signed: ",
  "the log's entries do not end at the size of its newest checkpoint",
  "the log's newest checkpoint was signed under another name or key: ",
  'there is one log, named "log"',
  "LOG_RESTORE is not set",
  // test/worker/desk: a disk that fails, and a group of creates of which one has no project.
  "the disk (?:said no|failed)",
  "D1_ERROR: FOREIGN KEY constraint failed",
  // test/worker/evidence: rows that an attacker removed, so that no record can be built.
  "shape_mismatch: expected 32 bytes as hexadecimal",
];

/** Messages that are no errors. */
const HARMLESS = [
  // test/worker/rest: a header that a client must not send.
  'A header value for "idempotency-key" contains non-ASCII characters: ',
  // Objects that `reset` and `evictDurableObject` end while a call or an alarm of theirs is due.
  String.raw`.*Application called (?:abort|delete)AllDurableObjects\(\)`,
  // An object that a test ends at once.
  String.raw`uncaught exception; exception = workerd/api/actor-state\.c\+\+:\d+: failed: broken\.outputGateBroken; jsg\.Error: the Desk ends in this test`,
  "NOSENTRY SQLite alarm overdue, running despite AlarmManager mismatch",
  // Packages that publish source maps without the sources.
  'Sourcemap for ".*/node_modules/.*" points to missing source files',
];

const EXPECTED = new RegExp(`^(?:${RETURNED_ERROR}(?:${PROVOKED_ERRORS.join("|")})|${HARMLESS.join("|")})`);
const STACK_LINE = /^(?: {4}at |stack: |$)/;

/** The text without expected messages and the stacks below them. */
export function withoutExpected(text: string): string {
  const kept: string[] = [];
  let isHidden = false;
  const lines = text.split("\n");
  for (const line of lines) {
    const plain = stripVTControlCharacters(line);
    isHidden = EXPECTED.test(plain) || (isHidden && STACK_LINE.test(plain));
    if (!isHidden) kept.push(line);
  }
  return kept.join("\n");
}

/** Call once, before the runtime starts. The runtime and Vite write whole messages to these two streams. */
export function hideExpectedMessages(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...values: unknown[]) => boolean;
    // An empty write still calls the callback that a caller may have passed.
    stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean =>
      write(typeof chunk === "string" ? withoutExpected(chunk) : chunk, ...rest);
  }
}
