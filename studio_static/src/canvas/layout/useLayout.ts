/**
 * The layout of a graph, kept up with it: while a new one is made, the last one stands. What is opened is drawn at once by
 * a guess, and so is each edit of many states; the exact layout follows.
 */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Graph } from "../../asl";
import { workerEngine } from "./elk";
import { type Arranged, guessLayout, layoutGraph } from "./layout";
import type { Direction, Layout } from "./types";

export interface Placed {
  /** The graph that the layout is of; a newer one may be on its way. */
  readonly graph: Graph;
  readonly layout: Layout;
  readonly direction: Direction;
}

interface LayoutState {
  readonly placed: Placed;
  /** Not a guess that is about to be replaced. */
  readonly isExact: boolean;
  /** Why there is none: the worker could not be loaded, for one. */
  readonly problem: string | null;
}

/** Of so few states an edit is laid out exactly in a moment: a guess would only move the cards once more. */
const FEW = 100;

/** What is drawn. */
interface Drawn {
  readonly asked: Asked;
  readonly arranged: Arranged;
  readonly placed: Placed;
  readonly isExact: boolean;
}

/** What the worker answered to `asked`. */
interface Answer {
  readonly asked: Asked;
  readonly drawn: Drawn;
  readonly problem: string | null;
}

interface Asked {
  readonly graph: Graph;
  readonly direction: Direction;
  readonly collapsed: ReadonlySet<string>;
}

export function useLayout(graph: Graph, direction: Direction, collapsed: ReadonlySet<string>): LayoutState {
  const asked = useMemo<Asked>(() => ({ graph, direction, collapsed }), [graph, direction, collapsed]);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const last = useRef<Drawn | null>(null);
  // Guessed while it is rendered: a new card is drawn together with what else the edit changes.
  const guess = useMemo(() => guessed(asked, last.current), [asked]);
  const given = answer?.asked === asked ? answer : null;
  const drawn = given?.drawn ?? guess;
  useEffect(() => {
    last.current = drawn;
  }, [drawn]);
  /** One after the other: an edit that was overtaken is never laid out. */
  const turn = useRef(Promise.resolve());
  useEffect(() => {
    let isLatest = true;
    turn.current = turn.current.then(async () => {
      if (!isLatest) return;
      const found = await exactly(asked, guess);
      if (isLatest) setAnswer(found);
    });
    return () => {
      isLatest = false;
    };
  }, [asked, guess]);
  return { placed: drawn.placed, isExact: drawn.isExact, problem: given?.problem ?? null };
}

/** What is drawn until the worker has answered. */
function guessed(asked: Asked, last: Drawn | null): Drawn {
  return last !== null && asked.graph.nodes.length <= FEW ? last : guessedAfter(asked, last);
}

function guessedAfter(asked: Asked, last: Drawn | null): Drawn {
  const before = last?.placed.direction === asked.direction ? last.arranged : null;
  return drawnOf(asked, guessLayout(asked.graph, asked, before), false);
}

const drawnOf = (asked: Asked, arranged: Arranged, isExact: boolean): Drawn => ({
  asked,
  arranged,
  placed: { graph: asked.graph, layout: arranged.layout, direction: asked.direction },
  isExact,
});

async function exactly(asked: Asked, guess: Drawn): Promise<Answer> {
  try {
    const arranged = await layoutGraph(asked.graph, asked, workerEngine, guess.asked === asked ? guess.arranged : null);
    // A guess that proved exact stays the same object: nothing is drawn again.
    const drawn = arranged === guess.arranged ? { ...guess, isExact: true } : drawnOf(asked, arranged, true);
    return { asked, drawn, problem: null };
  } catch (error) {
    const drawn = guess.asked === asked ? guess : guessedAfter(asked, guess);
    return { asked, drawn, problem: error instanceof Error ? error.message : String(error) };
  }
}
