import { act } from "../acts/act.ts";
import { cancelRequest } from "./cancel-request.ts";
import { listRequests } from "./list-requests.ts";
import { readRequest, receiptOfRequest } from "./read-request.ts";

// What members see and do with the organisation's requests, besides those that they are asked themselves.

export const REQUEST_ACTS = {
  "requests.list": act("requests.read", listRequests),
  "requests.read": act("requests.read", readRequest),
  "requests.receipt": act("requests.read", receiptOfRequest),
  "requests.cancel": act("requests.cancel", cancelRequest),
};
