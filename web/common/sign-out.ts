import { byId } from "./dom.ts";
import { post } from "./http.ts";

/** Makes the page's sign-out button work. */
export function enableSignOut(): void {
  const button = byId("signout", HTMLButtonElement);
  button.addEventListener("click", () => {
    button.disabled = true;
    void post("/signout", {}).then(() => location.assign("/inbox"));
  });
}
