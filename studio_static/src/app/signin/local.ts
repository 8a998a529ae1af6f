/** The end of a sign-in to the local product: of this browser's, or of every browser's. */
import { post } from "../../api/client";
import { forgetProof } from "../../api/credentials";

/** Sign out on the server, then load the page that says how one signs in. Throws ApiError. */
export async function signOutHere(everywhere: boolean): Promise<void> {
  await post(`/signout${everywhere ? "?everywhere=true" : ""}`);
  forgetProof();
  window.location.assign("/studio/");
}
