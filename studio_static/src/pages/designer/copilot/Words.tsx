/** The sentence, word by word: hover one or go to it, and the part that it became lights up. What became nothing is marked. */
import { useState } from "react";
import type { StatePointer } from "../../../asl";
import { lostIn, type Proposal, piecesOf, placeOf, stateIn, type WordUse } from "./asking";

/** What a button hears that lights a part up: pointed at, gone to or pressed, until another is. */
export const litBy = (light: () => void, dim: () => void) => ({
  onMouseEnter: light,
  onMouseLeave: () => {
    if (document.activeElement?.closest(".cp-words button") == null) dim();
  },
  onFocus: light,
  onBlur: dim,
});

interface WordsProps {
  sentence: string;
  proposal: Proposal;
  onLit: (state: StatePointer | null) => void;
}

export function Words({ sentence, proposal, onLit }: WordsProps) {
  const [word, setWord] = useState<WordUse | null>(null);
  const lost = lostIn(proposal.words);
  const look = (at: WordUse | null): void => {
    setWord(at);
    onLit(at?.pointer == null ? null : stateIn(at.pointer));
  };
  return (
    <section aria-labelledby="cp-said">
      <h3 id="cp-said">Your words</h3>
      {lost.length > 0 && (
        <p className="flush text-13">
          <strong>{lost.length === 1 ? "One part is" : `${lost.length} parts are`} not in the draft.</strong>{" "}
          {proposal.provider === "offline" && "The grammar did not understand it; a model understands more."}
        </p>
      )}
      <p className="cp-sentence">
        {piecesOf(sentence, proposal.words).map(({ start, text, word: use }) =>
          use === null ? (
            text
          ) : (
            <button
              key={start}
              type="button"
              className={`cp-word${use.pointer === null ? " is-lost" : ""}`}
              aria-describedby="cp-place"
              {...litBy(
                () => look(use),
                () => look(null),
              )}
            >
              {text}
            </button>
          ),
        )}
      </p>
      <p id="cp-place" className="cp-place dz-quiet flush" aria-live="polite">
        {word !== null && `${word.text}: ${placeOf(word, proposal.document)}`}
      </p>
    </section>
  );
}
