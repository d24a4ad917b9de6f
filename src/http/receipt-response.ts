import { RECEIPT_MEDIA_TYPE } from "../core/evidence/receipt.ts";

/** A receipt as a file to keep. */
export function receiptResponse(confirmation: string, receipt: Uint8Array): Response {
  return new Response(receipt as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": RECEIPT_MEDIA_TYPE,
      "content-disposition": `attachment; filename="receipt-${confirmation}.json"`,
    },
  });
}
