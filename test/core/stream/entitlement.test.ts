import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { toBase64url, utf8 } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { publicKeyHash } from "../../../src/core/stream/change-effect.ts";
import { parseChange } from "../../../src/core/stream/change-format.ts";
import type { Directory } from "../../../src/core/stream/directory.ts";
import { applyChange } from "../../../src/core/stream/directory-change.ts";
import { NO_RULEBOOK } from "../../../src/core/stream/rulebook.ts";
import { ROLES } from "../../../src/core/stream/record.ts";
import { DOCUMENT_CHANGES } from "../../support/evidence/sample-documents.ts";

// Who may sign which change about whom: every cell. The tenant has three people of each role, with one passkey each.
// The first and the second sign, the third is the one whom the change is about.

const credentialOf = (person: string) => ({
  id: toBase64url(utf8(person)),
  publicKey: toBase64url(utf8(`key of ${person}`)),
});
const people = ROLES.flatMap((role) =>
  ["1", "2", "3"].map((place) => ({ id: role + place, username: role + place, role })),
);
const directory: Directory = {
  members: new Map(people.map((member) => [member.id, member])),
  passkeys: new Map(
    people.map(({ id: person }) => {
      const { id, publicKey } = credentialOf(person);
      return [
        id,
        { id, publicKey, publicKeyHash: publicKeyHash(publicKey), person, endorsedAt: 0, revokedAt: null },
      ];
    }),
  ),
  rulebook: NO_RULEBOOK,
};

/** `subject` is a role, or "new" for somebody who is not a member yet. */
function changeAbout(change: string, subject: string, role: string): JsonValue {
  const id = `${subject}3`;
  const common = { v: 1, kind: "countersign/change", person: { id, username: id } };
  switch (change) {
    case "endorse":
      return { ...common, change: "credential.endorsed", role, credential: credentialOf("added") };
    case "revoke":
      return { ...common, change: "credential.revoked", credential: { id: credentialOf(id).id } };
    case "role":
      return { ...common, change: "role.changed", role };
    case "remove":
      return { ...common, change: "person.removed", revoked: [credentialOf(id).id] };
    default:
      return {
        ...common,
        change: "recovered",
        credential: credentialOf("added"),
        revoked: [credentialOf(id).id],
      };
  }
}

const CHARACTERS: Readonly<Record<string, string | undefined>> = {
  "+": "accepted",
  "-": "change_not_entitled",
  "2": "quorum_missing",
  x: "change_invalid",
};
const verdict = (change: JsonValue, signers: readonly string[]) => {
  const applied = applyChange(directory, expectOk(parseChange(change)), signers, 9);
  return applied.ok ? "accepted" : applied.refusal.code;
};

/** The lines of a table, split at spaces. */
const lines = (table: string) =>
  table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));

const SIGNERS = ["owner1", "admin1", "developer1", "auditor1", "approver1", "stranger"];

/** + valid, - not entitled, 2 more must sign, x not valid whoever signs. The last column is the subject itself. */
const ONE_SIGNER = `
                        owner admin developer auditor approver stranger self
  endorse new       owner     +  -  -  -  -  -  -
  endorse new       admin     +  -  -  -  -  -  -
  endorse new       developer +  +  -  -  -  -  -
  endorse new       auditor   +  +  -  -  -  -  -
  endorse new       approver  +  +  -  -  -  -  -
  endorse owner     owner     -  -  -  -  -  -  +
  endorse owner     admin     -  -  -  -  -  -  -
  endorse owner     developer -  -  -  -  -  -  -
  endorse owner     auditor   -  -  -  -  -  -  -
  endorse owner     approver  -  -  -  -  -  -  -
  endorse admin     owner     -  -  -  -  -  -  -
  endorse admin     admin     -  -  -  -  -  -  +
  endorse admin     developer -  -  -  -  -  -  -
  endorse admin     auditor   -  -  -  -  -  -  -
  endorse admin     approver  -  -  -  -  -  -  -
  endorse developer owner     -  -  -  -  -  -  -
  endorse developer admin     -  -  -  -  -  -  -
  endorse developer developer -  -  -  -  -  -  +
  endorse developer auditor   -  -  -  -  -  -  -
  endorse developer approver  -  -  -  -  -  -  -
  endorse auditor   owner     x  x  -  -  -  -  -
  endorse auditor   admin     x  x  -  -  -  -  -
  endorse auditor   developer x  x  -  -  -  -  -
  endorse auditor   auditor   2  2  -  -  -  -  -
  endorse auditor   approver  x  x  -  -  -  -  -
  endorse approver  owner     -  -  -  -  -  -  -
  endorse approver  admin     -  -  -  -  -  -  -
  endorse approver  developer -  -  -  -  -  -  -
  endorse approver  auditor   -  -  -  -  -  -  -
  endorse approver  approver  -  -  -  -  -  -  +
  revoke  new       any       x  x  -  -  -  -  -
  revoke  owner     any       +  -  -  -  -  -  +
  revoke  admin     any       +  +  -  -  -  -  +
  revoke  developer any       +  +  -  -  -  -  +
  revoke  auditor   any       +  +  -  -  -  -  +
  revoke  approver  any       +  +  -  -  -  -  +
  role    new       owner     x  -  -  -  -  -  -
  role    new       admin     x  -  -  -  -  -  -
  role    new       developer x  x  -  -  -  -  -
  role    new       auditor   x  x  -  -  -  -  -
  role    new       approver  x  x  -  -  -  -  -
  role    owner     owner     +  -  -  -  -  -  +
  role    owner     admin     +  -  -  -  -  -  +
  role    owner     developer +  -  -  -  -  -  +
  role    owner     auditor   +  -  -  -  -  -  +
  role    owner     approver  +  -  -  -  -  -  +
  role    admin     owner     +  -  -  -  -  -  -
  role    admin     admin     +  -  -  -  -  -  -
  role    admin     developer +  +  -  -  -  -  +
  role    admin     auditor   +  +  -  -  -  -  +
  role    admin     approver  +  +  -  -  -  -  +
  role    developer owner     +  -  -  -  -  -  -
  role    developer admin     +  -  -  -  -  -  -
  role    developer developer +  +  -  -  -  -  -
  role    developer auditor   +  +  -  -  -  -  -
  role    developer approver  +  +  -  -  -  -  -
  role    auditor   owner     +  -  -  -  -  -  -
  role    auditor   admin     +  -  -  -  -  -  -
  role    auditor   developer +  +  -  -  -  -  -
  role    auditor   auditor   +  +  -  -  -  -  -
  role    auditor   approver  +  +  -  -  -  -  -
  role    approver  owner     +  -  -  -  -  -  -
  role    approver  admin     +  -  -  -  -  -  -
  role    approver  developer +  +  -  -  -  -  -
  role    approver  auditor   +  +  -  -  -  -  -
  role    approver  approver  +  +  -  -  -  -  -
  remove  new       any       x  x  -  -  -  -  -
  remove  owner     any       +  -  -  -  -  -  +
  remove  admin     any       +  +  -  -  -  -  +
  remove  developer any       +  +  -  -  -  -  -
  remove  auditor   any       +  +  -  -  -  -  -
  remove  approver  any       +  +  -  -  -  -  -
  recover new       any       x  x  -  -  -  -  -
  recover owner     any       2  2  -  -  -  -  -
  recover admin     any       2  2  -  -  -  -  -
  recover developer any       2  2  -  -  -  -  -
  recover auditor   any       2  2  -  -  -  -  -
  recover approver  any       2  2  -  -  -  -  -
`;

const cells = lines(ONE_SIGNER)
  .slice(1)
  .flatMap(([change = "", subject = "", role = "", ...verdicts]) =>
    [...SIGNERS, `${subject}3`].map((signer, place) => {
      const expected = CHARACTERS[verdicts[place] ?? ""];
      return [
        `${change} ${subject} ${role}, signed by ${signer}`,
        { change, subject, role, signer, expected },
      ] as const;
    }),
  );

describe("one signer", () => {
  it("is in the table for each change, subject and role", () => {
    const subjects = ["new", ...ROLES];
    const all = subjects.flatMap((subject) => [
      ...ROLES.flatMap((role) => [`endorse ${subject} ${role}`, `role ${subject} ${role}`]),
      `revoke ${subject} any`,
      `recover ${subject} any`,
      `remove ${subject} any`,
    ]);
    const listed = lines(ONE_SIGNER)
      .slice(1)
      .map((line) => line.slice(0, 3).join(" "));
    expect(listed.toSorted()).toEqual(all.toSorted());
    expect(cells.length).toBe(all.length * (SIGNERS.length + 1));
  });

  it.each(cells)("%s", (_name, { change, subject, role, signer, expected }) => {
    expect(verdict(changeAbout(change, subject, role), [signer])).toBe(expected);
  });
});

const PAIRS = [
  "owner1 owner2",
  "owner1 admin1",
  "admin1 admin2",
  "owner1 owner1",
  "admin1 admin1",
  "owner1 self",
  "admin1 self",
  "owner1 developer1",
  "owner1 auditor1",
  "admin1 approver1",
  "admin1 stranger",
  "developer1 approver1",
];
/** The columns are the pairs above. */
const TWO_SIGNERS = `
  endorse auditor   auditor   +  +  +  2  2  2  2  2  2  2  2  -
  recover owner     any       +  +  2  2  2  2  2  2  2  2  2  -
  recover admin     any       +  +  +  2  2  2  2  2  2  2  2  -
  recover developer any       +  +  +  2  2  2  2  2  2  2  2  -
  recover auditor   any       +  +  +  2  2  2  2  2  2  2  2  -
  recover approver  any       +  +  +  2  2  2  2  2  2  2  2  -
`;

describe("two signers", () => {
  const pairs = lines(TWO_SIGNERS).flatMap(([change = "", subject = "", role = "", ...verdicts]) =>
    PAIRS.map((pair, place) => {
      const signers = pair.split(" ").map((signer) => (signer === "self" ? `${subject}3` : signer));
      const expected = CHARACTERS[verdicts[place] ?? ""];
      return [
        `${change} ${subject}, signed by ${pair}`,
        { change, subject, role, signers, expected },
      ] as const;
    }),
  );
  it.each(pairs)("%s", (_name, { change, subject, role, signers, expected }) => {
    expect(verdict(changeAbout(change, subject, role), signers)).toBe(expected);
  });
});

describe("a change about nobody", () => {
  const publication = {
    change: "revealed",
    confirmation: "c_1",
    decided: { seq: 7, commit: "ab".repeat(32) },
    action: "Deploy",
    payloadHash: "cd".repeat(32),
    shown: true,
  };
  const rows = [DOCUMENT_CHANGES["group.changed"], publication].flatMap((change) =>
    SIGNERS.map((signer, place) => [change.change, signer, place < 2 ? "+" : "-", change] as const),
  );
  it.each(rows)("%s, signed by %s: %s", (_name, signer, expected, change) => {
    const document = { v: 1, kind: "countersign/change", ...change };
    expect(verdict(document, [signer])).toBe(CHARACTERS[expected]);
  });
});
