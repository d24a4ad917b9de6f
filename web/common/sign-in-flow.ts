import { partOf } from "./dom.ts";
import { post } from "./http.ts";

/** The sign-out button of the header. */
export function offerSignOut(): void {
  const button = partOf("signout", HTMLButtonElement);
  button.addEventListener("click", () => {
    button.disabled = true;
    void post("/signout", {}).then(() => location.assign("/inbox"));
  });
}

/** An address from the server, if it leads to this site and nowhere else. */
export function ownAddress(address: string): string | undefined {
  const url = URL.parse(address, location.href);
  return url?.origin === location.origin ? url.href : undefined;
}
