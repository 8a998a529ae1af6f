/** Words of the drawing: lines of a pill, and what a screen reader says of a state. */
import type { GraphEdge, GraphNode } from "../../asl";
import { statusLook } from "../../ui/status";
import { formatDuration } from "../../ui/time";
import { PILL_HEIGHT, pieceWidth, pillSize, textWidth } from "../layout/measure";
import type { Fate, Mark } from "../model";

/** The pill's words in one or two lines; what does not fit ends in an ellipsis. */
export function pillLines(edge: GraphEdge, width: number): string[] {
  const size = pillSize(edge);
  if (size === null) return [];
  if (size.height === PILL_HEIGHT) return [edge.label];
  const room = width - 20;
  const lead = edge.kind === "catch" ? textWidth("catch ", 12, true) : 0;
  const first = fitting(edge.label, edge, room - lead);
  const rest = edge.label.slice(first.length).trimStart();
  if (pieceWidth(rest, edge) <= room) return [first.trimEnd(), rest].filter((line) => line !== "");
  let second = fitting(rest, edge, room - pieceWidth("…", edge), false);
  second = second.trimEnd();
  return [first.trimEnd(), `${second}…`];
}

/** As much of `text` as fits, cut between words where one is near. */
function fitting(text: string, edge: GraphEdge, room: number, atWords = true): string {
  let end = text.length;
  while (end > 1 && pieceWidth(text.slice(0, end), edge) > room) end -= 1;
  if (!atWords || end === text.length) return text.slice(0, end);
  const space = text.lastIndexOf(" ", end);
  return text.slice(0, space > end / 2 ? space + 1 : end);
}

/** `Ask Manager, Task, Log · write · waits for an answer. Failed, 3.01 s. Problem: …` */
export function spokenState(node: GraphNode, fate: Fate, mark: Mark | null): string {
  const parts = [`${node.name}, ${node.type ?? "unknown type"}, ${node.subtitle}`];
  parts.push(...node.badges.map((badge) => badge.title));
  if (fate === "skipped") parts.push("Not reached");
  else if (fate !== "none")
    parts.push(`${statusLook(fate.status).word}${fate.seconds === null ? "" : `, ${formatDuration(fate.seconds)}`}`);
  if (mark !== null) parts.push(`${mark.level === "todo" ? "To do" : "Problem"}: ${mark.text}`);
  return `${parts.join(". ")}.`;
}

/** What a card does not show in words: its type, and what its badges mean. */
export const unseenWords = (node: GraphNode): string =>
  [node.type ?? "unknown type", ...node.badges.map((badge) => badge.title)].join(". ");

/** `then Pay`, `if order.total > 1000, then Flag`, `on any error, Payment Failed` */
export function spokenLine(edge: GraphEdge, target: string): string {
  if (edge.kind === "choice") return `if ${edge.label}, then ${target}`;
  if (edge.kind === "default") return `otherwise ${target}`;
  return edge.kind === "catch" ? `on ${edge.label}, ${target}` : `then ${target}`;
}
