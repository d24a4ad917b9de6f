// What people keep outside this service to check its receipts: which organisation, and which log to trust. The file is a
// trust policy (C2SP tlog-policy), so `--policy` takes it as it is; everything else in it is a comment.

export interface CardFacts {
  /** The organisation's name. */
  readonly name: string;
  /** The organisation id. */
  readonly id: string;
  /** Where its people sign. */
  readonly origin: string;
  /** The log's own trust policy: its key, and the witnesses that it names. */
  readonly policy: string;
  /** Such as 2026-11-28. */
  readonly day: string;
}

export interface OrganisationCard {
  readonly fileName: string;
  readonly text: string;
}

export function organisationCard({ name, id, origin, policy, day }: CardFacts): OrganisationCard {
  const fileName = `countersign-${wordsOf(name) || "organisation"}.txt`;
  const comments = `Countersign organisation card

Organisation     ${name}
Organisation id  ${id}
Server           ${origin}
Saved on         ${day}

Keep this file outside Countersign, and give it to everybody who checks your approvals.
With it, nobody can show them approvals of another organisation or of another log, not
even the people who run the server.

Check one receipt:
  countersign verify receipt.json --policy ${fileName} --tenant ${id}
Check the complete history:
  countersign audit export.ndjson --log ${origin}/log --policy ${fileName} --tenant ${id}
Without the program:
  open ${origin}/verify, choose the receipt and enter the organisation id.

The lines below are the log that the receipts must be in, with its key.`;
  const lines = comments.split("\n").map((line) => `# ${line}`.trimEnd());
  return { fileName, text: `${lines.join("\n")}\n${policy}` };
}

/** For a file name that every system and command line takes as it is. */
function wordsOf(name: string): string {
  const ascii = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return ascii
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 40);
}
