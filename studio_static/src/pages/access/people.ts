/** The commands that change who is in a stage's user pool. Pure. */

export type PeopleAct = "invite" | "grant" | "revoke" | "list";

export const PEOPLE_ACTS: readonly { value: PeopleAct; label: string; takes: readonly ("user" | "role")[] }[] = [
  { value: "invite", label: "Invite somebody", takes: ["user", "role"] },
  { value: "grant", label: "Give another role", takes: ["user", "role"] },
  { value: "revoke", label: "Take the role away", takes: ["user"] },
  { value: "list", label: "List who there is", takes: [] },
];

/** As a shell takes it: what is not plain is quoted. */
export function peopleCommand(act: PeopleAct, user: string, role: string, stage: string): string {
  const takes = PEOPLE_ACTS.find(({ value }) => value === act)?.takes ?? [];
  const who = user === "" ? "MAIL" : /^[\w@.+-]+$/.test(user) ? user : `'${user.replaceAll("'", "'\\''")}'`;
  return [
    `automate people ${act}`,
    ...(takes.includes("user") ? [who] : []),
    ...(takes.includes("role") ? [`--role ${role}`] : []),
    `--stage ${stage}`,
  ].join(" ");
}
