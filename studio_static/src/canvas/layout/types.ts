/** What a layout says: places in the coordinates of the whole, y downwards. */

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** `down` reads from top to bottom, `right` from left to right. */
export type Direction = "down" | "right";

export interface PlacedEdge {
  readonly points: readonly Point[];
  /** Where its pill stands. */
  readonly pill: Rect | null;
  /** Where "+" stands: on a piece of the line that no other line shares. */
  readonly plus: Point;
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
