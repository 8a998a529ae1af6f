/** What an entry is about, with the way to its page where it has one. */
import { NavLink } from "../../ui/NavLink";
import { subjectOf } from "./words";

export function SubjectLink({ subject }: { subject: string }) {
  const { kind, name, to } = subjectOf(subject);
  return (
    <div className="breaks">
      {to ? <NavLink to={to}>{name}</NavLink> : name}
      <div className="dim">{kind}</div>
    </div>
  );
}
