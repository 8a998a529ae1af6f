/**
 * Sizes before anything is drawn: the layout needs them, and React Flow must not measure 300 cards.
 *
 * Widths of text are estimated from classes of letters. Estimates run a little wide; what still does not fit ends in an
 * ellipsis and is whole in the tooltip.
 */

import type { GraphEdge, GraphNode } from "../../asl";
import type { Direction, Point, Size } from "./types";

export const CARD_HEIGHT = 60;
const CARD_MIN = 232;
const CARD_MAX = 328;
/** Tile, paddings and gap: what a card has beside its words. */
const CARD_CHROME = 72;
const BADGE = 44;
export const TERMINAL: Size = { width: 92, height: 36 };
export const DOT: Size = { width: 12, height: 12 };
/** A container's own row: tile, name, sub-line, buttons. */
export const HEADER = 52;
export const PAD = 16;
export const BRANCH_TITLE = 34;
export const PILL_HEIGHT = 24;
const PILL_LINE = 17;
export const PILL_MAX = 232;

const NARROW = /[iljtfrI.,:;'!|()[\]/ -]/;
const WIDE = /[mwMW@%—…]/;

/** The width of `text` in a proportional face of `size` pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  let units = 0;
  for (const letter of text)
    units += NARROW.test(letter) ? 0.34 : WIDE.test(letter) ? 0.92 : /[A-Z]/.test(letter) ? 0.69 : 0.585;
  return units * size * (bold ? 1.06 : 1);
}

const widths = new WeakMap<GraphNode, number>();

/** The width a state's card wants; worked out once for each node. */
export function cardWidth(node: GraphNode): number {
  const known = widths.get(node);
  if (known !== undefined) return known;
  const width = wantedWidth(node);
  widths.set(node, width);
  return width;
}

function wantedWidth(node: GraphNode): number {
  const words = Math.max(textWidth(node.name, 14, true), Math.min(textWidth(node.subtitle, 12), 190));
  const badges = node.badges.length * BADGE;
  return Math.min(CARD_MAX, Math.max(CARD_MIN, Math.ceil((words + CARD_CHROME + badges) / 8) * 8));
}

/** The width that a container's row wants: name and sub-line one after the other, badges, the fold button. */
export function headerWidth(node: GraphNode): number {
  const words = textWidth(node.name, 14, true) + Math.min(textWidth(node.subtitle, 12), 220);
  return Math.min(520, Math.ceil(words + 132 + node.badges.length * BADGE));
}

const MONO = 0.605 * 12;

/** The width of words on a line: rules are code, caught errors bold. */
export const pieceWidth = (text: string, edge: GraphEdge): number =>
  edge.kind === "choice" ? text.length * MONO : textWidth(text, 12, edge.kind === "catch");

/** The size of the pill on a line; null where it has no words. Long rules take two lines. */
export function pillSize(edge: GraphEdge): Size | null {
  if (edge.label === "") return null;
  const text = edge.kind === "catch" ? `catch ${edge.label}` : edge.label;
  const width = pieceWidth(text, edge) + (edge.kind === "choice" ? 0 : 4);
  const full = Math.ceil(width + 20);
  if (full <= PILL_MAX) return { width: full, height: PILL_HEIGHT };
  return { width: PILL_MAX, height: PILL_HEIGHT + PILL_LINE };
}

/** Where lines reach a card, leave it, and leave it after an error. */
export type PortName = "in" | "out" | "err";
export type Side = "top" | "right" | "bottom" | "left";

export const SIDES: Readonly<Record<Direction, Readonly<Record<PortName, Side>>>> = {
  down: { in: "top", out: "bottom", err: "right" },
  right: { in: "left", out: "right", err: "bottom" },
};

interface CardPort extends Point {
  readonly name: PortName;
  readonly side: Side;
}

/** The ports of a card: each in the middle of its side, errors of a tall one near its head. */
export function portsOf({ width, height }: Size, direction: Direction): CardPort[] {
  return (["in", "out", "err"] as const).map((name) => {
    const side = SIDES[direction][name];
    const middle = name === "err" ? Math.min(height / 2, 120) : height / 2;
    return {
      name,
      side,
      x: side === "left" ? 0 : side === "right" ? width : width / 2,
      y: side === "top" ? 0 : side === "bottom" ? height : middle,
    };
  });
}
