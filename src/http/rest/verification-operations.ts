import { getVerification } from "../public/verification-handler.ts";
import { verificationAnswer } from "./answer-schemas.ts";
import { CONFIRMATION_ID } from "./example-ids.ts";
import { verificationExample } from "./examples.ts";
import { publicOperation, type Operation } from "./operation.ts";

export const VERIFICATION_OPERATIONS: readonly Operation[] = [
  publicOperation({
    method: "get",
    path: "/public/log/entries/{id}/verification",
    id: "getVerification",
    summary: "Verify an outcome",
    description:
      "Everybody with the id of a sealed request gets the same answer: outcome and time, with the proof that they are in the log. If the approval was made public, the answer includes the whole receipt. It is made at most once in ten seconds.",
    pathId: { description: "The `id` of the request.", example: CONFIRMATION_ID },
    status: 200,
    answer: { name: "Verification", schema: verificationAnswer, example: verificationExample },
    problems: ["not_found", "erased", "receipt_too_large"],
    handler: getVerification,
  }),
];
