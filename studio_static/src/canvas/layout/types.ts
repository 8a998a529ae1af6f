/** What a layout says: places in the coordinates of the whole, y downwards. */

import type { GraphEdge, GraphNode } from "../../asl";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Rect extends Point, Size {}

/** `down` reads from top to bottom, `right` from left to right. */
export type Direction = "down" | "right";

export interface PlacedEdge {
  readonly points: readonly Point[];
  /** Where its pill stands. */
  readonly pill: Rect | null;
  /** Where "+" stands: on a piece of the line that no other line shares. */
  readonly plus: Point;
}

/** A line without its "+", which depends on all lines around. */
export type UnmarkedEdge = Omit<PlacedEdge, "plus">;

/** What is to be placed: the nodes and lines of one scope. */
export interface ScopeRequest {
  readonly scope: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly sizes: ReadonlyMap<string, Size>;
  readonly direction: Direction;
}

/** One scope placed, in its own coordinates. */
export interface PlacedScope extends Size {
  readonly nodes: ReadonlyMap<string, Rect>;
  readonly edges: ReadonlyMap<string, UnmarkedEdge>;
}

export interface PlacedPanel extends Rect {
  readonly scope: string;
  readonly title: string;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Rect>;
  readonly edges: ReadonlyMap<string, PlacedEdge>;
  /** Branch panels by container. */
  readonly panels: ReadonlyMap<string, readonly PlacedPanel[]>;
}
